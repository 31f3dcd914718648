# shellcheck shell=sh disable=SC2154	# part of run
# An application that acts for a user, and one that acts for itself: what it takes
# to come to a session, beside a transaction that inserts one row with two
# indexes; and what checks take in a session that acts for a user, one that is
# narrowed too, beside the user's own.

sql -F ' ' >"$work/application" <<'EOF'
	CREATE TABLE bench.credential (app text, secret text, key text, who text);
	DO $$
	DECLARE
		app record;
		mine text := (authz_start_secret_session(1, authz_account_rotate_secret(1), 'half')).session_token;
		key text;
	BEGIN
		FOR i IN 1..2 LOOP
			SELECT application_id, app_secret INTO app FROM authz_application_add('bench-' || i);
			key := authz_request_authorization(app.application_id::text, app.app_secret, 'half');
			PERFORM set_config('authz.session', mine, true);
			PERFORM authz_set_application_authorization(max(id), 'approved', CASE i WHEN 2 THEN '{content.*}'::text[] END,
				CASE i WHEN 2 THEN 1 END)
			FROM authz_application_requests;
			PERFORM set_config('authz.session', '', true);
			INSERT INTO bench.credential
				VALUES (app.application_id, app.app_secret, key, CASE i WHEN 2 THEN 'narrow' ELSE 'acting' END);
		END LOOP;
	END
	$$;
	SELECT who, app, secret, key, (authz_authorize(app, secret, key)).session_token FROM bench.credential;
	CREATE TABLE IF NOT EXISTS bench.visit (id text PRIMARY KEY, who text, at timestamptz DEFAULT now());
	CREATE INDEX IF NOT EXISTS visit_who ON bench.visit (who);
	GRANT ALL ON bench.visit TO PUBLIC;
EOF
while read -r who app secret key token; do
	echo "$token" >"$work/token.$who"
	[ "$who" != acting ] ||
		echo "SELECT session_token FROM authz_authorize('$app', '$secret', '$key');" >"$work/authorize.sql"
done <"$work/application"
sql -c "SELECT format('SELECT access_token FROM authz_client_credentials(%L, %L, %L);', client_id, client_secret,
		'authorization-service-api')
	FROM bench.credential, authz_registration_add(app::uuid, 'oidc', '{\"grant_types\": [\"client_credentials\"]}')
	WHERE who = 'acting'" >"$work/credentials.sql"
echo "INSERT INTO bench.visit (id, who) VALUES (gen_random_uuid()::text, 'u7');" >"$work/insert.sql"
sides
side authorize bench_default widget "$work/authorize.sql"
side credentials bench_default widget "$work/credentials.sql"
side insert bench_hand widget "$work/insert.sql"
for protocol in simple prepared; do
	compare $protocol mean
	row 'a session by authorization key' - $protocol \
		"$(per_second authorize)" 'INSERT of one row' "$(per_second insert)" rate 0.3
	row 'a session by client credentials' - $protocol \
		"$(per_second credentials)" 'INSERT of one row' "$(per_second insert)" rate 0.3
done

echo "SELECT count(*) FROM generate_series(1::bigint, 100000) AS c WHERE authz_can_view(c, 'content.view');" >"$work/checks.sql"
echo "SELECT title FROM bench.content WHERE id = 1;" >"$work/point.sql"
for kind in checks point; do
	sides
	for who in half acting narrow; do
		side $who bench_default $who "$work/$kind.sql"
	done
	compare prepared median
	case $kind in
	checks) what='100,000 checks' ;;
	point) what='point read' ;;
	esac
	row "$what while an application acts" - prepared \
		"$(milliseconds acting)" "the user's own session" "$(milliseconds half)" time 1.1
	row "$what while one acts that is narrowed" - prepared \
		"$(milliseconds narrow)" "the user's own session" "$(milliseconds half)" time 1.5
done
