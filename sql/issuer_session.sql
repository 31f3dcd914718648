-- issuer_session: tokens of a registered issuer as sessions: whose they are, what they may, and when they are nobody's
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA issuer_test;
GRANT ALL ON SCHEMA issuer_test TO regress_author, regress_reader;
SET search_path = issuer_test, public;
SELECT account_id FROM authz_account_add('direct', 662, 'the secret');
SELECT account_id FROM authz_account_add('direct, a neighbour', 663, 'the secret');
SET authz.account = 663;
SELECT authz_user_add('Ann');
SET authz.account = 662;
SELECT authz_user_add(u) FROM unnest('{Ann,Bob,Cy}'::text[]) u;
SELECT authz_user_add('robot', 'service'), authz_group_add('staff');
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT authz_permission_add('p.one'), authz_permission_add('p.two'), authz_role_add('one', '{p.one}', role_id => 66201), authz_role_add('two', '{p.two}', role_id => 66202, rank => 5), authz_role_user_add(66201, 'Ann');
SELECT authz_category_add('c', category_id => 66201), authz_category_user_add(66201, 'Ann', 'manager');
CREATE TABLE doc (id int PRIMARY KEY, category_id int);
INSERT INTO doc SELECT n, 66201 FROM generate_series(1, 9) n;
ALTER TABLE doc OWNER TO regress_author;
GRANT ALL ON doc TO regress_reader;
SELECT authz_protect('doc', 'category_id');

-- Who a token is: user, type, rows, and what authz_use_session() says.
CREATE FUNCTION who(token text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT concat_ws(' ', coalesce(s.user_id, 'nobody'), s.session_type, (SELECT count(*) FROM issuer_test.doc), kit.try(format('SELECT public.authz_use_session(%L)', token)))
		FROM (SELECT) one LEFT JOIN public.authz_current_session() s ON true);
END
$$;
ALTER FUNCTION who(text) OWNER TO regress_reader;	-- whom row security binds
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA issuer_test TO PUBLIC;
CREATE FUNCTION told(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM public.authz_use_session(token);
	RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;
CREATE FUNCTION seconds(n float) RETURNS float LANGUAGE sql AS $$ SELECT extract(epoch FROM clock_timestamp()) + n $$;
-- What has been noted, once the workers have.
CREATE FUNCTION noted(wanted int) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..200 LOOP
		EXIT WHEN (SELECT count(*) FROM authz_session_refusals) >= wanted;
		PERFORM pg_sleep(0.05);
	END LOOP;
	RETURN QUERY SELECT concat_ws(' ', r.reason, r.user_id, CASE WHEN r.session_id ~ '^[0-9a-f]{40}$' THEN 'id' END, count(*))
		FROM authz_session_refusals r GROUP BY r.reason, r.user_id, r.session_id ~ '^[0-9a-f]{40}$' ORDER BY 1;
END
$$;

-- nobody's until its issuer is registered, and then until it is direct
SELECT kit.foreign('Ann') AS ann \gset
SELECT who(:'ann');
SELECT authz_issuer_add('https://id.example.org', kit.jwks('first'), 'files', '{RS256}');
SELECT who(:'ann');					-- nobody: to be exchanged alone
SELECT authz_issuer_update('https://id.example.org', direct => true);
SELECT who(:'ann');					-- Ann
BEGIN;
SELECT authz_issuer_delete('https://id.example.org');
SELECT who(:'ann');					-- nobody
ROLLBACK;
SELECT who(:'ann');					-- Ann

-- subject and rights
SELECT who(kit.foreign('aNN')) AS in_any_case, who(kit.foreign('robot')) AS service, who(kit.foreign('Cy')) AS no_rows;
SELECT session_token IS NULL AS no_token, session_id ~ '^[0-9a-f]{40}$' AS digest, session_type, account_id, user_id, actor, role_ids, expiry = date_trunc('second', expiry) AS whole, privileges FROM authz_use_session(:'ann', false);
SELECT authz_has_permission('p.one') AS one, authz_has_permission('p.two') AS two, authz_can_manage(66201) AS manages, authz_current_actor() AS actor, authz_current_account_id() AS account, (SELECT count(*) FROM authz_sessions) AS listed;
SET authz.session = '';
-- never an administrator, whatever it says
SELECT who(kit.foreign('Ann', '{"sty": 2, "acc": 663, "prv": "disableentitlement", "role": "two", "roles": ["two"], "privileges": "*", "session_type": "admin"}'));
SELECT authz_has_permission('account.manage') AS admin, authz_has_permission('p.two') AS two, (SELECT privileges FROM authz_current_session()) AS privileges FROM authz_use_session(kit.foreign('Ann', '{"sty": 2, "prv": "disableentitlement"}')) WHERE user_id = 'Ann';
-- each reason to refuse; the bearer learns nothing but that
CREATE TABLE wrong AS SELECT * FROM (VALUES
	('another key', kit.foreign('Ann', kid => 'second')), ('another key by the name', kit.foreign('Ann', kid => 'second', header => '{"kid": "first"}')), ('an unknown key', kit.foreign('Ann', header => '{"kid": "third"}')), ('an altered signature', overlay(:'ann' PLACING 'AAAA' FROM length(:'ann') - 20)),
	('another algorithm', kit.foreign('Ann', header => '{"alg": "RS512"}')), ('unsigned', kit.base64url('{"alg":"none"}') || '.' || split_part(:'ann', '.', 2) || '.'), ('the public key as a secret', kit.jws('{"alg":"HS256","kid":"first"}', convert_from(decode(translate(split_part(:'ann', '.', 2), '-_', '+/') || repeat('=', (-length(split_part(:'ann', '.', 2))) & 3), 'base64'), 'UTF8'), decode(translate(kit.jwk('first') ->> 'n', '-_', '+/') || '==', 'base64'))),
	('a key of its own', kit.foreign('Ann', kid => 'second', header => '{"jwk": {"kty": "RSA"}}')), ('must be understood', kit.foreign('Ann', header => '{"crit": ["exp"]}')), ('expired', kit.foreign('Ann', jsonb_build_object('iat', seconds(-100), 'exp', seconds(-1)))), ('of tomorrow', kit.foreign('Ann', jsonb_build_object('iat', seconds(100), 'exp', seconds(200)))),
	('not before tomorrow', kit.foreign('Ann', jsonb_build_object('nbf', seconds(100)))), ('too long', kit.foreign('Ann', jsonb_build_object('iat', seconds(0), 'exp', seconds(3602)))), ('without a beginning', kit.foreign('Ann', '{"iat": null}')), ('without an end', kit.foreign('Ann', '{"exp": null}')), ('of text', kit.foreign('Ann', '{"exp": "9999999999"}')),
	('another audience', kit.foreign('Ann', '{"aud": "other"}')), ('no audience', kit.foreign('Ann', '{"aud": null}')), ('audience: part of it', kit.foreign('Ann', '{"aud": "file"}')), ('another issuer', kit.foreign('Ann', '{"iss": "https://id.example.com"}')), ('issuer in another case', kit.foreign('Ann', '{"iss": "https://ID.example.org"}')), ('no issuer', kit.foreign('Ann', '{"iss": null}')),
	('nobody', kit.foreign(NULL)), ('user: a number', kit.foreign(NULL, '{"sub": 17}')), ('user: a line feed', kit.foreign(E'Ann\n')), ('user: unknown', kit.foreign('Zoe')), ('user: a group', kit.foreign('staff')), ('user: an application', kit.foreign('service-account-portal')),
	('bound to a key', kit.foreign('Ann', '{"cnf": {"jkt": "x"}}')), ('with an actor', kit.foreign('Ann', '{"act": {"sub": "Bob"}}')), ('an event', kit.foreign('Ann', '{"events": {}}')), ('of no type', split_part(:'ann', '.', 1) || '.' || split_part(:'ann', '.', 2)), ('dots', '..'), ('a part more', :'ann' || '.x'), ('padded', :'ann' || '=')) v (what, token);
SELECT what, who(token), told(token) FROM wrong ORDER BY what COLLATE "C";
SELECT what, who(token) FROM (VALUES ('several audiences', kit.foreign('Ann', '{"aud": ["other", "files"]}')), ('nobody''s type', kit.foreign('Ann', header => '{"typ": null}')), ('without a key''s name', kit.foreign('Ann', header => '{"kid": null}')), ('a clock ahead', kit.foreign('Ann', jsonb_build_object('iat', seconds(20), 'exp', seconds(60))))) v (what, token);
SELECT noted(14);	-- by whatever key it is not signed with, once
DROP TABLE wrong;
-- longer than a setting may be
SELECT kit.try(format('SET authz.session = %L', kit.foreign('Ann', jsonb_build_object('x', repeat('x', 20000)))));

-- blocked, deleted, the name another's: at once
SELECT kit.foreign('Cy') AS cy, kit.foreign('Bob', jsonb_build_object('iat', seconds(-10), 'exp', seconds(600))) AS bob \gset
SELECT who(:'cy'), who(:'bob');
SELECT authz_user_update('Cy', status => 'blocked'), authz_user_delete('Bob');
SELECT who(:'cy'), who(:'bob');		-- nobody
SELECT authz_user_update('Cy', status => 'active'), authz_user_add('Bob', reuse => true);
SELECT who(:'cy'), who(:'bob');		-- Cy; the name is another's now
SELECT who(kit.foreign('Bob', jsonb_build_object('iat', seconds(10))));	-- nobody: the clock that says so may be ahead
SELECT authz_account_update(662, status => 'blocked');
SELECT who(:'ann');					-- nobody
SELECT authz_account_update(662, status => 'active');
SELECT who(:'ann');					-- Ann

-- rotation: the former key, both, the new one alone
SELECT kit.foreign('Ann', kid => 'second') AS new \gset
SELECT who(:'ann'), who(:'new');
SELECT authz_issuer_update('https://id.example.org', kit.jwks('first', 'second'));
SELECT who(:'ann'), who(:'new'), who(kit.foreign('Ann', header => '{"kid": null}'));	-- both; which of them must be said
SELECT authz_issuer_update('https://id.example.org', kit.jwks('second'));
SELECT who(:'ann'), who(:'new');
SELECT authz_issuer_update('https://id.example.org', kit.jwks('first', 'second'));
-- what is changed is obeyed by what was verified before
CREATE FUNCTION after(change text, token text) RETURNS text LANGUAGE plpgsql SET authz.session = '' AS $$
BEGIN
	EXECUTE format('SELECT authz_issuer_update(''https://id.example.org'', %s)', change);
	RETURN who(token);
END
$$;
SELECT after('max_lifetime => 3599', :'ann') AS shorter, after('max_lifetime => 3600', :'ann') AS again;
SELECT after('algorithms => ''{PS256}''', :'ann') AS others, after('algorithms => ''{PS256,RS256}''', :'ann') AS again;
SELECT after('audience => ''other''', :'ann') AS other, after('audience => ''files''', :'ann') AS again;

-- the user by another claim; an address only if it is vouched for
SELECT authz_user_add('ann@example.org'), authz_issuer_update('https://id.example.org', user_claim => 'email');
SELECT who(:'ann'), who(kit.foreign('Cy', '{"email": "Ann@example.org"}')), who(kit.foreign('Cy', '{"email": "ann@example.org", "email_verified": true}')), who(kit.foreign('Cy', '{"email": "ann@example.org", "email_verified": false}')), who(kit.foreign('Cy', '{"email": "ann@example.org", "email_verified": "true"}'));
SELECT authz_issuer_update('https://id.example.org', user_claim => 'sub');

-- the role by a claim: the one that it is mapped to, instead of the user's; else none
CREATE FUNCTION can(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT concat_ws(' ', s.role_ids, CASE WHEN authz_has_permission('p.one') THEN 'one' END, CASE WHEN authz_has_permission('p.two') THEN 'two' END) FROM authz_current_session() s);
END
$$;
SELECT authz_issuer_update('https://id.example.org', role_claim => 'groups');
SELECT authz_issuer_role_add('https://id.example.org', 'readers', 66201), authz_issuer_role_add('https://id.example.org', 'writers', 66202);
SELECT can(:'ann') AS none, can(kit.foreign('Ann', '{"groups": "readers"}')) AS one, can(kit.foreign('Cy', '{"groups": ["x", "writers"]}')) AS two, can(kit.foreign('Cy', '{"groups": ["readers", "writers"]}')) AS strongest, can(kit.foreign('Cy', '{"groups": "two"}')) AS not_its_name, can(kit.foreign('Cy', '{"groups": "66202"}')) AS nor_number, can(kit.foreign('Cy', '{"groups": "Writers"}')) AS nor_another_case, can(kit.foreign('Cy', '{"groups": {"writers": true}}')) AS no_text, can(kit.foreign('Cy', '{"groups": ["writers", 1]}')) AS not_all_texts;
SELECT kit.foreign('Cy', '{"groups": "writers"}') AS writer \gset
SELECT can(:'writer'), who(:'writer');
SELECT authz_role_update(66202, status => 'blocked');
SELECT can(:'writer');				-- none
SELECT authz_role_update(66202, status => 'active'), authz_role_update(66202, minimum_assurance => 1);
SELECT can(:'writer');				-- none: nothing says how surely he was proven
SELECT authz_role_update(66202, clear => '{minimum_assurance}');
SELECT can(:'writer');				-- two
SELECT authz_issuer_role_delete('https://id.example.org', 'writers');
SELECT can(:'writer');				-- none
SELECT authz_issuer_update('https://id.example.org', clear => '{role_claim}');
SELECT can(:'writer'), can(:'ann');	-- their own

-- ended and revoked: itself, by any of its names, a user's, the issuer's, all before
CREATE FUNCTION fresh(user_id text, claims jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$ SELECT kit.foreign(user_id, jsonb_build_object('iat', issuer_test.seconds(25)) || claims) $$;	-- later than what is revoked now
CREATE TABLE t AS SELECT kit.foreign('Ann', '{"jti": "one"}') AS one, kit.foreign('Ann', '{"jti": "two", "sid": "together"}') AS two, kit.foreign('Cy', '{"sid": "together"}') AS cy, kit.foreign('Cy') AS rest;
SELECT set_config('authz.session', one, false) IS NOT NULL AS set FROM t;
BEGIN;
SELECT authz_end_session();
ROLLBACK;
SELECT who(one) FROM t;				-- Ann
SET authz.session = '';
BEGIN;
SELECT set_config('authz.session', one, true) IS NOT NULL AS set FROM t;
SELECT authz_end_session();
COMMIT;
SELECT who(one), who(two) FROM t;	-- nobody; Ann
SELECT authz_sessions_revoke(session_id => 'together');
SELECT who(two), who(cy), who(rest) FROM t;		-- nobody but the last
-- a session of one's own is not ended by a token that goes by its id
SELECT session_token AS own, session_id AS own_id FROM authz_start_secret_session(662, 'the secret', 'Ann') \gset
BEGIN;
SELECT set_config('authz.session', kit.foreign('Cy', jsonb_build_object('jti', :'own_id')), true) IS NOT NULL AS set;
SELECT authz_end_session();
COMMIT;
SELECT who(:'own');					-- Ann
SELECT authz_sessions_revoke(user_id => 'Cy');
SELECT who(rest), who(fresh('Cy')) FROM t;		-- nobody; Cy
SELECT kit.foreign('Ann') AS ann \gset
SELECT authz_sessions_revoke(issuer => 'https://other.example.org'), authz_sessions_revoke(issuer => 'https://id.example.org', user_id => 'Cy');
SELECT who(:'ann');					-- Ann
SELECT authz_sessions_revoke(issuer => 'https://id.example.org');
SELECT who(:'ann'), who(fresh('Ann')), who(:'own');	-- nobody; Ann
SELECT authz_sessions_revoke(started_before => now());
SELECT who(fresh('Ann')), who(:'own');	-- Ann; nobody
-- for as long as a token may last
CREATE VIEW lasts AS SELECT r.issuer, r.session_id <> '' AS one, r.principal_id <> 0 AS someone, CASE WHEN isfinite(r.expires_at) THEN date_trunc('hour', r.expires_at - now() + interval '30 min') END AS for FROM authz.revocation r WHERE r.account_id = 662 ORDER BY 1, 2, 3, 4;
TABLE lasts;
SELECT authz_issuer_update('https://id.example.org', max_lifetime => 864000);
TABLE lasts;						-- what is longer from here on stays revoked
SELECT authz_issuer_update('https://id.example.org', max_lifetime => 3600);
-- deleted, it ends them; registered again, it brings none of them back
SELECT fresh('Ann', jsonb_build_object('iat', seconds(-60), 'exp', seconds(600))) AS ann \gset
TRUNCATE authz.revocation;
SELECT who(:'ann');					-- Ann
SELECT authz_issuer_delete('https://id.example.org');
SELECT who(:'ann');					-- nobody
SELECT authz_issuer_add('https://id.example.org', kit.jwks('first'), 'files', '{RS256}', direct => true);
SELECT who(:'ann'), who(fresh('Ann'));	-- nobody; Ann

-- a neighbour who registers the same has no part in it, nor takes anybody's part
SET authz.account = 663;
SELECT kit.try(format('SELECT authz_issuer_add(''https://id.example.org'', %L, ''files'', ''{RS256}'', direct => true)', kit.jwks('second')));	-- 23505
SELECT authz_issuer_add('https://id.example.org', kit.jwks('second'), 'theirs', '{RS256}', direct => true);
SELECT who(fresh('Ann')), who(kit.foreign('Ann', '{"aud": "theirs"}', 'second')), (SELECT account_id FROM authz_current_session()) AS account;
SELECT kit.foreign('Ann', '{"aud": "files"}', 'second') AS forged, kit.foreign('Ann', jsonb_build_object('aud', '{files,theirs}'::text[], 'iat', seconds(25)), 'second') AS both \gset
SELECT who(:'forged'), who(:'both'), who(kit.foreign('Ann', jsonb_build_object('aud', '{files,theirs}'::text[], 'iat', seconds(25))));	-- nobody: one that means two accounts means none
SELECT authz_issuer_update('https://id.example.org', direct => false);
SELECT who(:'both'), who(kit.foreign('Ann', jsonb_build_object('aud', '{files,theirs}'::text[], 'iat', seconds(25))));	-- nobody; Ann
SET authz.account = 662;

-- what is reserved to a person's own session is not done in one of another's word
SELECT authz_role_add('all', '{*,user.impersonate}', role_id => 66203), authz_role_user_add(66203, 'Ann');
SELECT set_config('authz.session', fresh('Ann'), false) IS NOT NULL AS set;
SELECT authz_has_permission('issuer.add') AS add, authz_has_permission('user.impersonate') AS impersonate, kit.try(format('SELECT authz_issuer_add(''https://next.example.org'', %L, ''files'', ''{RS256}'')', kit.jwks('second'))) AS added,
	kit.try(format('SELECT authz_issuer_update(''https://id.example.org'', %L)', kit.jwks('second'))) AS updated, kit.try('SELECT authz_user_set_password(''Ann'', ''correct horse battery staple'')') AS password, kit.try('SELECT authz_user_add(''Dee'')') AS another;
SET authz.session = '';
SELECT subject, action, object, tag FROM authz.audit_event WHERE account_id = 662 AND object = 'Dee';	-- with the one who says so

-- parallel workers are who their leader is
CREATE FUNCTION is_parallel(query text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found bool := false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		found := found OR line ~ 'Gather';
	END LOOP;
	RETURN found;
END
$$;
SELECT fresh('Ann') AS ann \gset
ALTER TABLE doc SET (parallel_workers = 2);
SET ROLE regress_reader;
SET authz.session = :'ann';
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
SELECT is_parallel('SELECT count(*), count(DISTINCT authz_current_user_id()) FROM doc');
SELECT count(*), count(DISTINCT authz_current_user_id()) AS users FROM doc;	-- 9
COMMIT;
RESET ROLE;
SET authz.session = '';
ALTER TABLE doc RESET (parallel_workers);

-- a plan made for one obeys another; a cursor ends with its session
SELECT fresh('Ann') AS ann, fresh('Cy') AS cy \gset
SET ROLE regress_reader;
PREPARE mine AS SELECT count(*) FROM doc;
SET authz.session = :'ann';
EXECUTE mine;		-- 9
SET authz.session = :'cy';
EXECUTE mine;		-- 0
SET authz.session = :'ann';
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM doc ORDER BY id;
FETCH c;
SET LOCAL authz.session = :'cy';
FETCH c;			-- 24000
ROLLBACK;
RESET ROLE;
SET authz.session = '';
SELECT authz_issuer_delete('https://id.example.org');
SET authz.account = 663;
SELECT authz_issuer_delete('https://id.example.org');
RESET authz.account;
DROP SCHEMA issuer_test CASCADE;
