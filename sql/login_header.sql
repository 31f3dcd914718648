-- login_header: what a proxy tells of its user counts if it is the proxy's, of now, for here, and for the first time
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('header', 609, 'the secret');
SET authz.account = 609;
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT application_id AS other FROM authz_application_add('other') \gset
SELECT authz_role_add('viewer', application_id => a::uuid) > 0 AS made, authz_header_configure(a::uuid, 'Remote-User', 'a secret of proxy and application', 'https://www.example.org/bye?from=here') FROM unnest(ARRAY[:'app', :'other']) a;
SELECT authz_user_add('Ann'), authz_user_add('Zoë'), authz_role_user_set(:'app', 'Ann', 'viewer'), authz_role_user_set(:'app', 'Zoë', 'viewer'), authz_role_user_set(:'other', 'Ann', 'viewer');
CREATE ROLE regress_proxy;
GRANT EXECUTE ON FUNCTION authz_gateway() TO regress_proxy;
GRANT USAGE ON SCHEMA public TO regress_proxy;

CREATE FUNCTION pg_temp.value(app text, user_id text, at timestamptz DEFAULT clock_timestamp(), secret text DEFAULT 'a secret of proxy and application', nonce text DEFAULT replace(gen_random_uuid()::text, '-', '')) RETURNS text LANGUAGE sql AS $$
	SELECT v.text || '.' || encode(hmac(convert_to('authz header ' || app || chr(10) || v.text, 'UTF8'), convert_to(secret, 'UTF8'), 'sha256'), 'hex')
	FROM (SELECT concat_ws('.', 'v1', kit.base64url(convert_to(user_id, 'UTF8')), extract(epoch FROM at)::bigint, nonce)) AS v (text)
$$;

-- not where another method is set, and for nobody who was not granted to bring it
SET ROLE regress_proxy;
SELECT status FROM authz_login_header(:'app', pg_temp.value(:'app', 'Ann'));	-- failed
RESET ROLE;
SELECT authz_sign_in_configure(:'app', 'header', 'internal'), authz_sign_in_configure(:'other', 'header', 'internal', refresh_details_on_login => false);
SET ROLE regress_reader;
SELECT authz_login_header(:'app', pg_temp.value(:'app', 'Ann'));				-- 42501
SELECT authz_login_header(:'app', NULL);										-- 42501
SELECT kit.try(format('CREATE FUNCTION %s.authz_gateway() RETURNS bool LANGUAGE sql RETURN true', s)) FROM unnest('{pg_temp}'::text[]) s;
SELECT authz_login_header(:'app', pg_temp.value(:'app', 'Ann'));				-- 42501: another's function of that name is another function
SET ROLE regress_proxy;
SELECT status, user_id, role, session_token AS ann FROM authz_login_header(:'app', pg_temp.value(:'app', 'ann')) \gset
SELECT :'status', :'user_id', :'role';
SELECT status, user_id FROM authz_login_header(:'app', pg_temp.value(:'app', 'Zoë'));

-- once, however it is spelled; rolled back it never came
SELECT pg_temp.value(:'app', 'Ann') AS value \gset
BEGIN;
SELECT status FROM authz_login_header(:'app', :'value');						-- ok
ROLLBACK;
SELECT a.status, b.status FROM authz_login_header(:'app', :'value') a, authz_login_header(:'app', :'value') b;	-- ok, failed
SELECT status FROM authz_login_header(:'app', split_part(:'value', '.', 1) || '.' || split_part(:'value', '.', 2) || '.' || split_part(:'value', '.', 3) || '.' || split_part(:'value', '.', 4) || '.' || upper(split_part(:'value', '.', 5)));	-- failed
-- also by who is refused
SELECT pg_temp.value(:'app', 'nobody') AS value \gset
SELECT status FROM authz_login_header(:'app', :'value');						-- failed
RESET ROLE;
SELECT authz_user_add('nobody'), authz_role_user_set(:'app', 'nobody', 'viewer');
SET ROLE regress_proxy;
SELECT a.status, b.status FROM authz_login_header(:'app', :'value') a, authz_login_header(:'app', pg_temp.value(:'app', 'nobody')) b;	-- failed, ok

-- whatever is wrong with it has one answer, and makes nobody wait
SELECT what, string_agg(DISTINCT a.status, ' ') AS status FROM (VALUES ('another application''s', pg_temp.value(:'other', 'Ann')), ('another secret', pg_temp.value(:'app', 'Ann', secret => 'a secret of somebody or other ...')), ('old', pg_temp.value(:'app', 'Ann', clock_timestamp() - interval '2 minutes')),
	('of tomorrow', pg_temp.value(:'app', 'Ann', clock_timestamp() + interval '1 minute')), ('a name as it is', 'Ann'), ('nothing', ''), ('null', NULL), ('long', repeat('x', 100000)), ('signed, and long', pg_temp.value(:'app', repeat('x', 5000))), ('nobody', pg_temp.value(:'app', '')),
	('a line feed', pg_temp.value(:'app', E'Ann\n')), ('no nonce', pg_temp.value(:'app', 'Ann', nonce => '')), ('an easy nonce', pg_temp.value(:'app', 'Ann', nonce => 'x')), ('a group', pg_temp.value(:'app', 'crew')), ('an application', pg_temp.value(:'app', 'service-account-portal'))) v (what, value), generate_series(1, 8) n,
	LATERAL authz_login_header(:'app', v.value || left('', n)) a GROUP BY what ORDER BY what;
SELECT status FROM authz_login_header(:'app', pg_temp.value(:'app', 'Ann'));	-- ok
-- bytes that are no text
SELECT status FROM (SELECT concat_ws('.', 'v1', kit.base64url('\xc3'), extract(epoch FROM clock_timestamp())::bigint, repeat('n', 20))) AS v (text), LATERAL authz_login_header(:'app', v.text || '.' || encode(hmac(convert_to('authz header ' || :'app' || chr(10) || v.text, 'UTF8'), 'a secret of proxy and application', 'sha256'), 'hex'));
RESET ROLE;
SELECT detail ->> 'reason' AS reason, detail ->> 'user_id' AS user_id, count(*) FROM authz.audit_event WHERE account_id = 609 AND action = 'sign_in' AND detail ->> 'outcome' = 'failed' GROUP BY 1, 2 ORDER BY 1, 2;

-- another secret in its place, and only then
SELECT authz_header_configure(:'app', 'X-Remote-User', NULL, 'https://www.example.org/bye');
SET ROLE regress_proxy;
SELECT status FROM authz_login_header(:'app', pg_temp.value(:'app', 'Ann'));	-- ok
RESET ROLE;
SELECT authz_header_configure(:'app', 'X-Remote-User', 'another secret of proxy and application', 'https://www.example.org/bye');
SET ROLE regress_proxy;
SELECT a.status AS former, b.status AS new FROM authz_login_header(:'app', pg_temp.value(:'app', 'Ann')) a, authz_login_header(:'app', pg_temp.value(:'app', 'Ann', secret => 'another secret of proxy and application')) b;

-- leaving: to where the proxy's own session ends, and nowhere else
SET authz.session = :'ann';
SELECT authz_current_user_id(), authz_logout();
SELECT authz_current_user_id();													-- NULL
SET authz.session = '';
RESET ROLE;
-- not after the method was changed
SET ROLE regress_proxy;
SELECT session_token AS ann FROM authz_login_header(:'other', pg_temp.value(:'other', 'Ann')) \gset
RESET ROLE;
SELECT authz_sign_in_configure(:'other', 'internal', 'internal');
SET authz.session = :'ann';
SELECT authz_current_user_id();													-- NULL
SET authz.session = '';

-- what is spent is kept until it would be good no more, as a digest
SELECT count(*) > 5 AS spent, bool_and(digest ~ '^[0-9a-f]{64}$') AS digests, bool_and(expires_at BETWEEN now() AND now() + interval '5 minutes') AS soon FROM authz.spent_proof WHERE application_id = :'app';
UPDATE authz.spent_proof SET expires_at = now() - interval '2 hours';
SELECT status FROM authz_login_header(:'app', pg_temp.value(:'app', 'Ann', secret => 'another secret of proxy and application'));
SELECT status FROM authz_login_header(:'app', pg_temp.value(:'app', 'Ann', secret => 'another secret of proxy and application'));
SELECT count(*) FILTER (WHERE expires_at < now()) AS old, count(*) FILTER (WHERE expires_at > now()) AS new FROM authz.spent_proof;
SELECT authz_application_delete(:'app'), authz_application_delete(:'other');
SELECT count(*) FROM authz.spent_proof;
REVOKE EXECUTE ON FUNCTION authz_gateway() FROM regress_proxy;
REVOKE USAGE ON SCHEMA public FROM regress_proxy;
DROP ROLE regress_proxy;
RESET authz.account;
