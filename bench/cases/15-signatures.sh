# shellcheck shell=sh disable=SC2154	# part of run
# Verifying by each algorithm, beside the rate of the same primitive that
# `openssl speed` gives on the same processor: texts with authz_jws_verify(), and
# session tokens that the connection has not seen yet, those of another issuer too.
# What the query or loop itself costs is taken off.

make_database bench_signatures
signatures()
{
	PGDATABASE=bench_signatures sql "$@"
}
signatures <<EOF
	SELECT authz_account_add('signatures', 1);
	CREATE TABLE signed (algorithm text, n int, token text, PRIMARY KEY (algorithm, n));
	GRANT SELECT ON signed TO PUBLIC;
EOF
for algorithm in HS256 ES256 EdDSA; do
	signatures -o /dev/null -c "SELECT authz_signing_key_rotate('$algorithm')"
	signatures -c "INSERT INTO signed SELECT '$algorithm', n, (authz_start_widget_session('_1')).session_token
			FROM generate_series(1, 5000) AS n"
done

# Signed with RSA, which authz itself does not do, the same claims.
as_base64url()
{
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/rsa.pem"
text=$(printf '{"alg":"RS256"}' | as_base64url).$(
	signatures -c "SELECT split_part(token, '.', 2) FROM signed WHERE algorithm = 'HS256' AND n = 1"
)
signature=$(printf '%s' "$text" | openssl dgst -sha256 -sign "$work/rsa.pem" | as_base64url)
modulus=$(openssl rsa -in "$work/rsa.pem" -noout -modulus | sed 's/^Modulus=//')
signatures -c "INSERT INTO signed SELECT 'RS256', n, '$text.$signature' FROM generate_series(1, 100) AS n" -c 'VACUUM ANALYZE'

# The key that verifies: the text of a JWK.
key_of()
{
	case $1 in
	RS256)
		signatures -c "SELECT json_build_object('kty', 'RSA', 'e', 'AQAB', 'n',
				rtrim(translate(encode(decode('$modulus', 'hex'), 'base64'), E'+/\n', '-_'), '='))"
		;;
	*)
		signatures -c "SELECT convert_from(value, 'UTF8')::jsonb - 'd' FROM authz.secret JOIN authz.signing_key USING (secret_id)
				WHERE algorithm = '$1' ORDER BY created_at DESC LIMIT 1"
		;;
	esac
}

# Operations in a second by the library alone; of HMAC as many bytes as are signed.
primitive()
{
	case $1 in
	HS256) set -- '+F:' 4 -bytes "${#text}" -hmac sha256 ;;
	RS256) set -- '+F2:' 5 rsa2048 ;;
	ES256) set -- '+F4:' 5 ecdsap256 ;;
	EdDSA) set -- '+F6:' 6 ed25519 ;;
	esac
	line=$1 field=$2
	shift 2
	for _ in $(seq "$ROUNDS"); do
		taskset -c "$cpu" openssl speed -elapsed -mr -seconds 1 "$@" 2>/dev/null |
			awk -F : -v line="$line" -v field="$field" -v bytes="${2:-1}" \
				'index($0, line) == 1 { print $field / (line == "+F:" ? bytes : 1) }'
	done | median
}

# The target of an algorithm: none where the primitive is less than what is around it.
unless_hmac()
{
	[ "$1" = HS256 ] && echo - || echo "$2"
}

for algorithm in HS256 RS256 ES256 EdDSA; do
	key=$(key_of $algorithm)
	echo "SELECT count(authz_jws_verify(token, '$key')) FROM signed WHERE algorithm = '$algorithm' AND n <= 100;" \
		>"$work/ours.sql"
	echo "SELECT count(token || '') FROM signed WHERE algorithm = '$algorithm' AND n <= 100;" >"$work/nothing.sql"
	sides
	side ours bench_default widget "$work/ours.sql" bench_signatures
	side nothing bench_default widget "$work/nothing.sql" bench_signatures
	must_agree ours nothing
	compare simple median
	primitive $algorithm >"$work/primitive.$algorithm"
	row "texts verified, $algorithm" - simple "$(less ours nothing | awk '{ print 100000 / $1 }')" \
		'openssl speed' "$(cat "$work/primitive.$algorithm")" rate "$(unless_hmac $algorithm 0.33)"
done

# Arguments: side, setting, algorithm, the step from one transaction's tokens to
# the next's, what is done with each, how many there are in a transaction.
write_tokens()
{
	cat >"$work/$1.sql" <<-EOF
		\set next :loaded + $4
		\set loaded :next
		DO \$\$
		DECLARE
			found record;
		BEGIN
			FOR found IN SELECT token FROM signed WHERE algorithm = '$3' AND n BETWEEN :next AND :next + ${6:-100} - 1 LOOP
				PERFORM set_config('$2', found.token, true);
				$5
			END LOOP;
		END
		\$\$;
	EOF
}

for algorithm in HS256 ES256 EdDSA; do
	write_tokens ours authz.session $algorithm 100 'PERFORM authz_current_account_id();'
	write_tokens nothing bench.user_id $algorithm 100 ''
	write_tokens again authz.session $algorithm 0 'PERFORM authz_current_account_id();'
	write_tokens still bench.user_id $algorithm 0 ''
	sides
	for side in ours nothing again still; do
		side $side bench_default widget "$work/$side.sql" bench_signatures
	done
	compare simple median 45
	row "100 session tokens verified, $algorithm" - simple "$(less ours nothing)" \
		'openssl speed' "$(awk '{ print 100000 / $1 }' "$work/primitive.$algorithm")" \
		time "$(unless_hmac $algorithm 3)"
	row "100 session tokens seen before, $algorithm" - simple "$(less again still)" \
		'verified' "$(less ours nothing)" time -
done

# Tokens of another issuer, signed as most of them do.
signatures -o /dev/null <<EOF
	SELECT authz_user_add('reader'), authz_issuer_add('https://id.example.org', jsonb_build_object('keys', ARRAY[$(key_of RS256 | sed "s/.*/'&'::jsonb/")]),
		'files', '{RS256}', direct => true);
EOF
header=$(printf '{"alg":"RS256"}' | as_base64url)
now=$(date +%s)
for n in $(seq 500); do
	text=$header.$(printf '{"iss":"https://id.example.org","aud":"files","sub":"reader","iat":%s,"exp":%s,"jti":"%s"}' \
		"$now" "$((now + 3600))" "$n" | as_base64url)
	echo "foreign,$n,$text.$(printf '%s' "$text" | openssl dgst -sha256 -sign "$work/rsa.pem" | as_base64url)"
done >"$work/foreign.csv"
signatures -c "\\copy signed FROM '$work/foreign.csv' (FORMAT csv)" -c 'VACUUM ANALYZE signed'
write_tokens ours authz.session foreign 10 'PERFORM authz_current_user_id();' 10
write_tokens nothing bench.user_id foreign 10 '' 10
write_tokens again authz.session foreign 0 'PERFORM authz_current_account_id();'
write_tokens still bench.user_id foreign 0 ''
write_tokens own authz.session EdDSA 0 'PERFORM authz_current_account_id();'
write_tokens bare bench.user_id EdDSA 0 ''
sides
for side in ours nothing again still own bare; do
	side $side bench_default widget "$work/$side.sql" bench_signatures
done
compare simple median 45
row '10 tokens of another issuer verified, RS256' - simple "$(less ours nothing)" \
	'openssl speed' "$(awk '{ print 10000 / $1 }' "$work/primitive.RS256")" time -
row '100 tokens of another issuer seen before' - simple "$(less again still)" \
	'own session tokens seen before' "$(less own bare)" time -
