# shellcheck shell=sh disable=SC2154	# part of run
# Signing in, by each method beside what its own cryptography costs: bcrypt for
# passwords, one HMAC for what a proxy or a gateway has signed, which is made here
# as well and taken off. What is beside bcrypt tells of its share; beside an HMAC
# of some microseconds it tells how much else a sign-in writes.

sql -F ' ' >"$work/methods" <<'EOF'
	CREATE TABLE bench.method (authn text, app text, secret text);
	CREATE FUNCTION bench.knows(credential jsonb) RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_build_object('user_id', credential ->> 'user_id') $$;
	DO $$
	DECLARE
		app uuid;
		authn text;
		secret text := repeat('between a gateway and us ', 2);
	BEGIN
		PERFORM authz_user_set_password('half', 'nine grey geese over the marsh');
		FOREACH authn IN ARRAY '{internal,header,sso,custom}'::text[] LOOP
			SELECT application_id INTO app FROM authz_application_add('sign-in-' || authn);
			PERFORM authz_role_add('viewer', application_id => app, rank => 1);
			CASE authn
				WHEN 'header' THEN PERFORM authz_header_configure(app, 'Remote-User', secret, NULL);
				WHEN 'sso' THEN PERFORM authz_sso_configure(app, 'https://gate.example.org', secret, NULL, NULL);
				WHEN 'custom' THEN PERFORM authz_adapter_configure(app, 'bench.knows(jsonb)');
				ELSE
			END CASE;
			PERFORM authz_sign_in_configure(app, authn, 'internal', allow_anonymous => true, anonymous_role => 'viewer');
			PERFORM authz_role_user_set(app, 'half', 'viewer');
			INSERT INTO bench.method VALUES (authn, app, secret);
		END LOOP;
	END
	$$;
	GRANT EXECUTE ON FUNCTION authz_gateway() TO bench_default;
	SELECT authn, app, replace(secret, ' ', '_') FROM bench.method;
EOF

# What is signed of a header's value, and of a gateway's key.
now='extract(epoch FROM clock_timestamp())::bigint'
nonce="replace(gen_random_uuid()::text, '-', '')"
half="translate(encode('half', 'base64'), '=', '')"
signed_of()
{
	case $1 in
	header) echo "concat_ws('.', 'v1', $half, $now, $nonce)" ;;
	sso) echo "concat_ws('.', 'k2', 'login', $half, '', '', '', '', $now, $now + 60, $nonce)" ;;
	esac
}

# Arguments: method, application, secret, what the mac is of besides.
write_signed()
{
	value="SELECT s || '.' || encode(hmac('$4 $2' || chr(10) || s, '$3', 'sha256'), 'hex') AS value FROM (SELECT $(signed_of "$1") AS s) t"
	echo "$value;" >"$work/made.$1.sql"
	echo "SELECT l.status FROM ($value) v, authz_login_$1('$2', v.value) l;" >"$work/login.$1.sql"
}

while read -r authn app secret; do
	secret=$(echo "$secret" | tr _ ' ')
	case $authn in
	internal)
		echo "SELECT status FROM authz_login('$app', 'half', 'nine grey geese over the marsh');" >"$work/login.internal.sql"
		echo "SELECT crypt('nine grey geese over the marsh', gen_salt('bf', 10));" >"$work/made.internal.sql"
		echo "SELECT status FROM authz_login_anonymous('$app');" >"$work/login.anonymous.sql"
		;;
	header) write_signed header "$app" "$secret" 'authz header' ;;
	sso) write_signed sso "$app" "$secret" 'authz session key' ;;
	custom) echo "SELECT status FROM authz_login_custom('$app', '{\"user_id\": \"half\"}');" >"$work/login.custom.sql" ;;
	esac
done <"$work/methods"
echo "INSERT INTO bench.visit (id, who) VALUES (gen_random_uuid()::text, 'u7');" >"$work/visit.sql"
sql <<'EOF'
	CREATE TABLE IF NOT EXISTS bench.visit (id text PRIMARY KEY, who text, at timestamptz DEFAULT now());
	CREATE INDEX IF NOT EXISTS visit_who ON bench.visit (who);
	GRANT ALL ON bench.visit TO PUBLIC;
EOF

sides
for authn in internal header sso custom anonymous; do
	side "$authn" bench_default widget "$work/login.$authn.sql"
	[ "$(answer "$authn")" = ok ] || {
		say "nobody signs in by $authn"
		exit 1
	}
done
for authn in internal header sso; do
	side "made.$authn" bench_default widget "$work/made.$authn.sql"
done
side visit bench_hand widget "$work/visit.sql"
compare simple mean
row 'sign-in by a password' - simple "$(milliseconds internal)" 'bcrypt alone' "$(milliseconds made.internal)" time 1.1
for authn in header sso; do
	case $authn in
	header) what="a proxy's header" ;;
	sso) what="a gateway's key" ;;
	esac
	row "sign-in by $what" - simple "$(less $authn "made.$authn")" 'INSERT of one row' "$(milliseconds visit)" time -
	row "$what made, with its HMAC" - simple "$(milliseconds "made.$authn")" 'INSERT of one row' "$(milliseconds visit)" time -
done
row 'sign-in by a custom function' - simple "$(milliseconds custom)" 'INSERT of one row' "$(milliseconds visit)" time -
row 'sign-in of nobody in particular' - simple "$(milliseconds anonymous)" 'INSERT of one row' "$(milliseconds visit)" time -
