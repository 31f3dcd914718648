-- login_sso: what comes from a gateway counts if the gateway has signed it, for here and now, and for the first time
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('sso', 641, 'the secret');
SET authz.account = 641;
SELECT authz_group_add('crew');
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT application_id AS other FROM authz_application_add('other') \gset
SELECT authz_role_add('viewer', application_id => a::uuid, label => 'View only', rank => 1) > 0 AS made, authz_role_add('editor', application_id => a::uuid, rank => 2) > 0 AS made,
	authz_sso_configure(a::uuid, 'https://gate.example.org', 'a secret of gateway and application', 'https://gate.example.org/login', 'https://gate.example.org/bye?from=here') FROM unnest(ARRAY[:'app', :'other']) a;
SELECT authz_user_add('Ann'), authz_user_add('Zoë'), authz_role_user_set(:'app', 'Ann', 'viewer'), authz_role_user_set(:'app', 'Zoë', 'viewer');

-- what a gateway makes
CREATE FUNCTION pg_temp.signed(app text, text text, secret text DEFAULT 'a secret of gateway and application') RETURNS text LANGUAGE sql AS $$
	SELECT text || '.' || encode(hmac(convert_to('authz session key ' || app || chr(10) || text, 'UTF8'), convert_to(secret, 'UTF8'), 'sha256'), 'hex')
$$;
CREATE FUNCTION pg_temp.key(app text, user_id text, role text DEFAULT '', first_name text DEFAULT '', last_name text DEFAULT '', email text DEFAULT '', at interval DEFAULT '0', lasts int DEFAULT 60, secret text DEFAULT 'a secret of gateway and application',
	purpose text DEFAULT 'login', nonce text DEFAULT replace(gen_random_uuid()::text, '-', '')) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.signed(app, concat_ws('.', 'k2', purpose, (SELECT string_agg(kit.base64url(convert_to(t.text, 'UTF8')), '.' ORDER BY n) FROM unnest(ARRAY[user_id, role, first_name, last_name, email]) WITH ORDINALITY t (text, n)), now, now + lasts, nonce), secret)
	FROM (SELECT extract(epoch FROM clock_timestamp() + at)::bigint) t (now)
$$;
CREATE FUNCTION pg_temp.legacy(info text, secret text DEFAULT 'a secret of gateway and application') RETURNS text LANGUAGE sql AS $$
	SELECT translate(encode(convert_to(encode(digest(convert_to(secret || info, 'UTF8'), 'sha1'), 'hex') || '|' || info, 'UTF8'), 'base64'), chr(10), '')
$$;
CREATE FUNCTION pg_temp.info(user_id text, role text DEFAULT '', extra text DEFAULT '', lasts int DEFAULT 60) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(';', user_id, role, extra, floor(extract(epoch FROM clock_timestamp()))::bigint + lasts, (random() * 32000)::int)
$$;

-- not where another method is set
SELECT status FROM authz_login_sso(:'app', pg_temp.key(:'app', 'Ann'));		-- failed
SELECT authz_sign_in_configure(:'app', 'sso', 'internal'), authz_sign_in_configure(:'other', 'sso', 'sso');
SET ROLE regress_reader;
SELECT status, user_id, role FROM authz_login_sso(:'app', pg_temp.key(:'app', 'ann', 'editor'));	-- her role is given here
SELECT status, user_id, role, expiry > now() + interval '23 hours' AS a_day FROM authz_login_sso(:'app', pg_temp.key(:'app', 'Zoë'));
SELECT status FROM authz_login_sso(:'app', pg_temp.key(:'app', 'unknown', 'editor'));	-- failed

-- where the gateway says both, who comes for the first time is made, and what it tells is stored
SELECT status, user_id, role FROM authz_login_sso(:'other', pg_temp.key(:'other', 'new', 'View only', 'Nora', 'Ewing', 'new@example.org'));
SELECT status, user_id, role FROM authz_login_sso(:'other', pg_temp.key(:'other', 'NEW', 'editor', '', 'Ew;ing|,:.'));
SELECT a.status AS unknown, b.status AS none, c.status AS back FROM authz_login_sso(:'other', pg_temp.key(:'other', 'new', 'nonesuch')) a, authz_login_sso(:'other', pg_temp.key(:'other', 'new')) b, authz_login_sso(:'other', pg_temp.key(:'other', 'new', 'viewer')) c;
RESET ROLE;
SELECT u.user_id, u.first_name, u.last_name, u.email, u.role, u.source FROM authz_application_users u WHERE u.application_id = :'other';

-- once; rolled back it never came
SELECT pg_temp.key(:'app', 'Ann') AS key \gset
BEGIN;
SELECT status FROM authz_login_sso(:'app', :'key');							-- ok
ROLLBACK;
SELECT a.status, b.status FROM authz_login_sso(:'app', :'key') a, authz_login_sso(:'app', :'key') b;	-- ok, failed
SELECT status FROM authz_login_sso(:'app', upper(right(:'key', 64)));		-- failed
SELECT status FROM authz_login_sso(:'app', left(:'key', -64) || upper(right(:'key', 64)));	-- failed: a key has one text

-- whatever is wrong with it has one answer, and makes nobody wait
SELECT what, string_agg(DISTINCT a.status, ' ') AS status, string_agg(DISTINCT coalesce(a.user_id, a.role, a.session_token, 'nothing'), ' ') AS told FROM (VALUES ('another application''s', pg_temp.key(:'other', 'Ann')), ('another secret', pg_temp.key(:'app', 'Ann', secret => 'a secret of somebody or other ...')),
	('for another purpose', pg_temp.key(:'app', 'Ann', purpose => 'logout')), ('old', pg_temp.key(:'app', 'Ann', at => '-2 minutes')), ('of tomorrow', pg_temp.key(:'app', 'Ann', at => '1 minute')), ('for ever', pg_temp.key(:'app', 'Ann', lasts => 301)),
	('for no time', pg_temp.key(:'app', 'Ann', lasts => 0)), ('a name as it is', 'Ann'), ('nothing', ''), ('null', NULL), ('long', repeat('x', 100000)), ('signed, and long', pg_temp.key(:'app', 'Ann', repeat('x', 8000))), ('nobody', pg_temp.key(:'app', '')),
	('a line feed', pg_temp.key(:'app', E'Ann\n')), ('an easy nonce', pg_temp.key(:'app', 'Ann', nonce => 'x')), ('a group', pg_temp.key(:'app', 'crew')), ('an application', pg_temp.key(:'app', 'service-account-portal')), ('a proxy''s', pg_temp.signed(:'app', 'v1.QW5u.1.0123456789abcdef')),
	('MediaSpace''s', pg_temp.legacy(pg_temp.info('Ann')))) v (what, key), generate_series(1, 8) n, LATERAL authz_login_sso(:'app', v.key || left('', n)) a GROUP BY what ORDER BY what;
SELECT status FROM authz_login_sso(:'app', pg_temp.key(:'app', 'Ann'));		-- ok
SELECT status FROM authz_login_sso(NULL, pg_temp.key(:'app', 'Ann'));		-- failed
SELECT status FROM authz_login_sso(gen_random_uuid(), pg_temp.key(:'app', 'Ann'));	-- failed
SELECT status FROM authz_login_sso(:'app', pg_temp.signed(:'app', concat_ws('.', 'k2.login', kit.base64url('\xc3'), '...', extract(epoch FROM clock_timestamp())::bigint, extract(epoch FROM clock_timestamp())::bigint + 60, repeat('n', 20))));	-- failed: bytes that are no text
SELECT detail ->> 'reason' AS reason, detail ->> 'user_id' AS user_id, count(*) FROM authz.audit_event WHERE account_id = 641 AND action = 'sign_in' AND detail ->> 'outcome' = 'failed' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM authz.audit_event WHERE account_id = 641 AND detail::text ~ 'k2\.|secret of';	-- 0

-- where no secret is set, who signs by none is nobody
SELECT application_id AS bare FROM authz_application_add('bare') \gset
SELECT authz_sign_in_configure(:'bare', 'sso', 'internal'), authz_role_add('viewer', application_id => :'bare', everyone => true) > 0 AS made;
SELECT a.status AS key, b.status AS legacy, c.status AS jwt FROM authz_login_sso(:'bare', pg_temp.key(:'bare', 'Ann', secret => '')) a, authz_login_sso(:'bare', pg_temp.legacy(pg_temp.info('Ann'), '')) b, authz_login_sso(:'bare', kit.base64url('{"alg":"HS256"}') || '.e30.' || kit.base64url(hmac(kit.base64url('{"alg":"HS256"}') || '.e30', '', 'sha256'))) c;
SELECT string_agg(detail ->> 'reason', '; ' ORDER BY event_id) AS reasons FROM authz.audit_event WHERE object = :'bare' AND action = 'sign_in';
SELECT authz_application_delete(:'bare');

-- the gateway's clock may be ahead by so much, and no more; after the end there is no grace
SET authz.clock_skew = 5;
SELECT a.status AS within, b.status AS beyond, c.status AS ending, d.status AS ended FROM authz_login_sso(:'app', pg_temp.key(:'app', 'Ann', at => '3 seconds')) a, authz_login_sso(:'app', pg_temp.key(:'app', 'Ann', at => '8 seconds')) b,
	authz_login_sso(:'app', pg_temp.key(:'app', 'Ann', at => '-200 seconds', lasts => 300)) c, authz_login_sso(:'app', pg_temp.key(:'app', 'Ann', at => '-61 seconds')) d;
RESET authz.clock_skew;

-- MediaSpace's own keys: where they are accepted, and as its documents mean them
SELECT authz_sso_configure(:'other', NULL, NULL, NULL, NULL, true);
SELECT status, user_id, role FROM authz_login_sso(:'other', pg_temp.legacy(pg_temp.info('johns123', 'View only', 'firstName:John,lastName:Doe,email:john@example.com')));
SELECT first_name, last_name, email FROM authz_users WHERE user_id = 'johns123';
SELECT pg_temp.legacy(pg_temp.info('johns123', 'editor')) AS key \gset
SELECT a.status, a.role, b.status AS again FROM authz_login_sso(:'other', :'key') a, authz_login_sso(:'other', :'key') b;
SELECT what, a.status FROM (VALUES ('expired', pg_temp.legacy(pg_temp.info('johns123', 'editor', lasts => -1))), ('this very second', pg_temp.legacy(pg_temp.info('johns123', 'editor', lasts => 0))), ('for ever', pg_temp.legacy(pg_temp.info('johns123', 'editor', lasts => 3600))),
	('another secret', pg_temp.legacy(pg_temp.info('johns123', 'editor'), 'the secret')), ('a role in the name', pg_temp.legacy(pg_temp.info('johns123;editor', 'viewer'))), ('a role within the role', pg_temp.legacy(pg_temp.info('johns123', 'viewer;editor'))),
	('a name twice', pg_temp.legacy(pg_temp.info('johns123', 'editor', 'email:a,email:b'))), ('nobody', pg_temp.legacy(pg_temp.info('', 'editor'))), ('unpadded', rtrim(pg_temp.legacy(pg_temp.info('johns1234', 'editor')) || 'x', '=x') || 'A'), ('in base64url', translate(:'key', '+/', '-_') || '='),
	('a role of nowhere', pg_temp.legacy(pg_temp.info('johns123', 'adminRole'))), ('no role', pg_temp.legacy(pg_temp.info('johns123'))), ('a signature of nothing', encode('|' || pg_temp.info('johns123', 'editor')::bytea, 'base64')), ('as it is', pg_temp.info('johns123', 'editor'))) v (what, key), LATERAL authz_login_sso(:'other', v.key) a ORDER BY what;
SELECT status FROM authz_login_sso(:'other', pg_temp.legacy(pg_temp.info('johns123', 'editor')));	-- ok
SELECT authz_sso_configure(:'other', NULL, NULL, NULL, NULL);
SELECT status FROM authz_login_sso(:'other', pg_temp.legacy(pg_temp.info('johns123', 'editor')));	-- failed: not unless it is said again

-- another secret in its place, and only then; another issuer ends what the former began
SELECT session_token AS ann FROM authz_login_sso(:'app', pg_temp.key(:'app', 'Ann')) \gset
SELECT authz_sso_configure(:'app', NULL, 'another secret of gateway and application', NULL, NULL);
SELECT a.status AS former, b.status AS new FROM authz_login_sso(:'app', pg_temp.key(:'app', 'Ann')) a, authz_login_sso(:'app', pg_temp.key(:'app', 'Ann', secret => 'another secret of gateway and application')) b;
SET authz.session = :'ann';
SELECT authz_current_user_id();
SET authz.session = '';
SELECT authz_sso_configure(:'app', 'https://door.example.org', NULL, NULL, NULL);
SET authz.session = :'ann';
SELECT authz_current_user_id();													-- NULL
SET authz.session = '';

-- leaving: the gateway is told who, by a key that it can check, and that signs nobody in
SELECT session_token AS ann FROM authz_login_sso(:'app', pg_temp.key(:'app', 'ann', secret => 'another secret of gateway and application')) \gset
SET authz.session = :'ann';
SELECT authz_logout() AS url \gset
SELECT authz_current_user_id();													-- NULL
SET authz.session = '';
SELECT regexp_replace(:'url', '[0-9]+\.[0-9]+\.[0-9a-f]{32}\.[0-9a-f]{64}$', '…') AS url;
SELECT split_part(:'url', 'sessionKey=', 2) AS key \gset
SELECT pg_temp.signed(:'app', left(:'key', -65), 'another secret of gateway and application') = :'key' AS signed, convert_from(decode(split_part(:'key', '.', 3), 'base64'), 'UTF8') AS user_id, split_part(:'key', '.', 9)::bigint - split_part(:'key', '.', 8)::bigint AS lasts,
	to_timestamp(split_part(:'key', '.', 8)::bigint) BETWEEN now() - interval '1 minute' AND now() + interval '1 second' AS now;
SELECT status FROM authz_login_sso(:'app', :'key');								-- failed
SELECT status FROM authz_login_sso(:'app', replace(:'key', 'k2.logout.', 'k2.login.'));	-- failed
-- no address, no key; and nobody in particular has none
SELECT authz_sso_configure(:'app', NULL, NULL, NULL, 'https://gate.example.org/bye'), authz_sign_in_configure(:'app', 'sso', 'internal', allow_anonymous => true, anonymous_role => 'viewer');
SELECT session_token AS anybody FROM authz_login_anonymous(:'app') \gset
SET authz.session = :'anybody';
SELECT authz_logout();
SET authz.session = '';
SELECT authz_sso_configure(:'app', NULL, NULL, NULL, '');
SELECT session_token AS ann FROM authz_login_sso(:'app', pg_temp.key(:'app', 'ann', secret => 'another secret of gateway and application')) \gset
SET authz.session = :'ann';
SELECT authz_logout() IS NULL AS nowhere;
SET authz.session = '';

-- what is spent is kept until it would be good no more, as a digest
SELECT count(*) > 5 AS spent, bool_and(digest ~ '^[0-9a-f]{64}$') AS digests, bool_and(expires_at BETWEEN now() - interval '1 minute' AND now() + interval '6 minutes') AS soon FROM authz.spent_proof WHERE application_id IN (:'app', :'other');
SELECT authz_application_delete(:'app'), authz_application_delete(:'other');
SELECT count(*) FROM authz.spent_proof;
RESET authz.account;
