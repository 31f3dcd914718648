# shellcheck shell=sh disable=SC2154	# part of run
# Verifying session tokens that the connection has not seen yet, beside the HMAC
# of each and one look into an index; what the loop itself costs is taken off.

sql <<EOF
	CREATE TABLE bench.session (LIKE authz.session INCLUDING INDEXES);
	INSERT INTO bench.session SELECT * FROM authz.session;
	ANALYZE bench.session;
	GRANT SELECT ON bench.session TO PUBLIC;
EOF

# Arguments: side, setting, what is done with each token.
write_verification()
{
	cat >"$work/$1.sql" <<-EOF
		\set next :loaded + 100
		\set loaded :next
		DO \$\$
		DECLARE
			found record;
		BEGIN
			FOR found IN SELECT token FROM bench.token WHERE n BETWEEN :next AND :next + 99 LOOP
				PERFORM set_config('$2', found.token, true);
				$3
			END LOOP;
		END
		\$\$;
	EOF
}

write_verification ours authz.session 'PERFORM authz_current_account_id();'
write_verification theirs bench.user_id \
	"PERFORM hmac(found.token, '0123456789abcdef0123456789abcdef', 'sha256');
				PERFORM FROM bench.session WHERE session_id = found.token;"
write_verification nothing bench.user_id ''
sides
for side in ours theirs nothing; do
	side $side bench_default widget "$work/$side.sql"
done
compare simple median 45
row '100 session tokens verified' - simple "$(less ours nothing)" \
	'HMAC and one index lookup' "$(less theirs nothing)" time 3
