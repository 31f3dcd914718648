-- sessions.sql - a real session of every user, started by his app token

SELECT session_token AS widget FROM authz_start_widget_session('_1') \gset

CREATE TABLE bench.token (n int PRIMARY KEY, user_id text NOT NULL UNIQUE, token text);
GRANT SELECT ON bench.token TO PUBLIC;

\o /dev/null
SELECT authz_apptoken_add(session_user_id => user_id, id => 'app-' || n, token => 'bench-' || n,
	session_type => CASE user_id WHEN 'admin' THEN 'admin' ELSE 'user' END)
FROM bench.person;
SELECT set_config('authz.session', :'widget', false);
\o
INSERT INTO bench.token
	SELECT n, user_id, (authz_start_session('app-' || n,
		encode(sha256(convert_to(:'widget' || 'bench-' || n, 'UTF8')), 'hex'))).session_token
	FROM bench.person;
INSERT INTO bench.token VALUES (0, 'widget', :'widget');
RESET authz.session;
