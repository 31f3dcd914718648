-- ks_session: Kaltura's sessions as sessions of an account that accepts them, or writes its own so
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA ks_test;
GRANT ALL ON SCHEMA ks_test TO regress_author, regress_reader;
SET search_path = ks_test, public;
SELECT account_id FROM authz_account_add('ks', 502, 'before');
SELECT account_id FROM authz_account_add('ks, the neighbour', 503);
SET authz.account = 502;
SELECT authz_user_add(u) FROM unnest('{Ann,Bob,Cy}'::text[]) u;
SELECT authz_group_add('staff');
SELECT authz_permission_add('p.one'), authz_role_add('one', '{p.one}', role_id => 50201), authz_role_user_add(50201, 'Bob');
SELECT authz_category_add('c', category_id => 50201), authz_category_user_add(50201, 'Ann', 'manager');
CREATE TABLE doc (id int PRIMARY KEY, category_id int);
INSERT INTO doc SELECT n, 50201 FROM generate_series(1, 9) n;
ALTER TABLE doc OWNER TO regress_author;
GRANT ALL ON doc TO regress_reader;
SELECT authz_protect('doc', 'category_id');

-- A KS, and who it is: user, type, rows, and what authz_use_session() says.
CREATE FUNCTION ks(secret text DEFAULT 'sesame', user_id text DEFAULT NULL, privileges text DEFAULT NULL, type text DEFAULT 'user',
	account_id int DEFAULT 502, lasts interval DEFAULT '1 hour') RETURNS text LANGUAGE sql AS
	$$ SELECT public.authz_ks_encode(account_id, secret, user_id, type, now() + lasts, privileges) $$;
CREATE FUNCTION v1(info text, secret text DEFAULT 'sesame') RETURNS text LANGUAGE sql AS $$
	SELECT translate(encode(convert_to(encode(public.digest(secret || info, 'sha1'), 'hex') || '|' || info, 'UTF8'), 'base64'), E'\n', '')
$$;
CREATE FUNCTION who(token text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT concat_ws(' ', coalesce(s.user_id, 'nobody'), s.session_type, (SELECT count(*) FROM ks_test.doc), kit.try(format('SELECT public.authz_use_session(%L)', token)))
		FROM (SELECT) one LEFT JOIN public.authz_current_session() s ON true);
END
$$;
ALTER FUNCTION who(text) OWNER TO regress_reader;	-- whom row security binds
-- What has been noted, once the workers have.
CREATE FUNCTION noted(pattern text, wanted int) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	FOR i IN 1..200 LOOP
		EXIT WHEN (SELECT count(*) FROM authz_session_refusals WHERE reason ~ pattern) >= wanted;
		PERFORM pg_sleep(0.05);
	END LOOP;
	RETURN QUERY SELECT concat_ws(' ', r.reason, r.user_id, CASE WHEN r.session_id ~ '^[0-9a-f]{40}$' THEN 'id' END)
		FROM authz_session_refusals r WHERE r.reason ~ pattern ORDER BY 1;
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ks_test TO PUBLIC;
SET ROLE regress_reader;

-- off by default, and nothing is kept that could sign
SELECT who(ks('before', 'Ann'));		-- nobody
RESET ROLE;
SELECT authz_account_update(502, settings => '{"accept_ks": true}');
SELECT who(ks('before', 'Ann'));		-- nobody
SELECT authz_account_rotate_secret(502, 3600, 'sesame');
SET ROLE regress_reader;
SELECT who(ks('before', 'Ann'));		-- nobody: a secret from before

-- subject, type and what they give
SELECT who(ks(user_id => 'Ann'));		-- Ann
SELECT who(ks(user_id => 'aNN'));		-- Ann, as first spelled
SELECT who(ks());						-- of nobody in particular
SELECT who(ks(privileges => 'view:*,widget:1'));		-- a widget's
SELECT who(ks(type => 'admin')), authz_has_permission('account.manage');
SELECT who(ks(user_id => 'Bob')), authz_has_permission('p.one'), (SELECT role_ids FROM authz_current_session());
SELECT who(ks(user_id => 'Ann', privileges => 'setrole:one')), authz_has_permission('p.one'), authz_has_privilege('setrole', 'one');
SELECT who(ks(user_id => 'Cy', privileges => 'disableentitlement'));	-- all rows
SELECT who(ks(user_id => 'Cy', privileges => 'sview:3/4,limitentry:3'));	-- one
SELECT who(ks(user_id => 'Cy', privileges => '*')), authz_has_privilege('edit', '1');	-- a star alone is nothing
SELECT who(v1('502;502;' || extract(epoch FROM now() + '1 hour')::bigint || ';0;1;Ann;view:*'));	-- V1
SELECT who(v1('502;502;' || extract(epoch FROM now() + '1 hour')::bigint || ';2;1;Cy'));
SELECT actor, privileges, expiry - now() BETWEEN '3598 s' AND '1 hour' AS hour, session_id ~ '^[0-9a-f]{40}$' AS digest
	FROM authz_use_session(ks(user_id => 'Ann', privileges => 'apptoken:1_abc,appId:studio-example.org,reftime:7'));
SELECT count(*) FROM authz_sessions;	-- a KS is listed nowhere

-- each reason to refuse, in order; the bearer learns nothing but that
SELECT n, who(t) FROM (VALUES
	(1, ks('wrong', 'Ann')), (2, overlay(ks(user_id => 'Ann') PLACING 'AAAA' FROM 60)), (3, v1('502;502;1;1')),
	(4, ks(user_id => 'Ann', lasts => '-1 s')), (5, ks(user_id => 'Ann', privileges => 'iprestrict:203.0.113.7')),
	(6, ks(user_id => 'Ann', privileges => 'urirestrict:/a')), (7, v1('502;503;' || extract(epoch FROM now() + '1 hour')::bigint || ';0;1;Ann')),
	(8, ks(user_id => 'Nobody')), (9, ks(user_id => 'staff')), (10, ks(user_id => 'Ann', privileges => 'actionslimit:x')),
	(11, ks(user_id => 'Ann', privileges => 'iprestrict:x')), (12, ks(user_id => 'Nobody', lasts => '-1 s', privileges => 'iprestrict:x')),
	(13, v1('502;502;' || extract(epoch FROM now() + '1 hour')::bigint || E';0;1;Ann;a\n'))) v (n, t) ORDER BY n;	-- nobody
SELECT * FROM noted('', 12);
SELECT DISTINCT message FROM (SELECT kit.ask(format('(SELECT user_id FROM authz_use_session(%L))', t)) AS message FROM unnest(ARRAY[ks('wrong'), ks(lasts => '-1 s'), ks(user_id => 'x')]) t) m;
SELECT count(*) FROM authz_session_refusals;	-- for who lists sessions
RESET ROLE;
SELECT reason, user_id, source IS NOT NULL AS source, database_role = session_user AS role, session_id IS NOT NULL AS id
	FROM authz_session_refusals WHERE reason = 'expired' AND user_id IS NOT NULL;
-- the same again is not noted again
SELECT who(ks('wrong', 'Ann')), who(ks('wrong', 'Ann'));
SELECT * FROM noted('signature', 1);

-- another account's, and one without
SET ROLE regress_reader;
SELECT who(ks(user_id => 'Ann', account_id => 503));	-- nobody
SELECT who(ks(user_id => 'Ann', account_id => 1));
SELECT who(ks(user_id => 'Ann', account_id => 2147483647));
SELECT who(NULL), who(''), who('x'), who('djJ8NTAyfA=='), who(repeat('A', 16384));
RESET ROLE;

-- blocked and deleted, at once
SELECT ks(user_id => 'Ann') AS ann, ks(user_id => 'Cy') AS cy \gset
SELECT who(:'ann'), who(:'cy');
SET authz.session = '';
SELECT authz_user_update('Ann', status => 'blocked'), authz_user_delete('Cy');
SELECT who(:'ann'), who(:'cy');		-- nobody
SELECT authz_user_update('Ann', status => 'active'), authz_user_add('Cy', reuse => true);
SELECT who(:'ann'), who(:'cy');		-- Ann; the name is another's now
SELECT authz_account_update(502, status => 'blocked');
SELECT who(:'ann');					-- nobody
SELECT authz_account_update(502, status => 'active');
SELECT who(:'ann');
SELECT * FROM noted('blocked', 3);

-- ended and revoked: itself, a group by any of its values, a user, everybody
CREATE TABLE t AS SELECT ks(user_id => 'Ann') AS one, ks(user_id => 'Ann', privileges => 'sessionid:first/second,x') AS grouped, ks(user_id => 'Bob') AS bob, ks() AS none;
GRANT SELECT ON t TO PUBLIC;
SELECT who(one), who(grouped), who(bob), who(none) FROM t;
BEGIN;
SELECT set_config('authz.session', one, true) IS NOT NULL AS set FROM t;
SELECT authz_end_session();
ROLLBACK;
SELECT who(one) FROM t;				-- Ann: what is rolled back
BEGIN;
SELECT set_config('authz.session', one, true) IS NOT NULL AS set FROM t;
SELECT authz_end_session();
COMMIT;
SELECT who(one) FROM t;				-- nobody
SELECT authz_sessions_revoke(session_id => 'secon'), authz_sessions_revoke(session_id => 'first/second');
SELECT who(grouped) FROM t;			-- Ann
SELECT authz_sessions_revoke(session_id => 'second');
SELECT who(grouped) FROM t;			-- nobody
SELECT authz_sessions_revoke(user_id => 'bob');
SELECT who(bob), who(none) FROM t;	-- nobody; still
SELECT who(ks(user_id => 'Bob'));	-- nobody: a KS does not tell that it is newer
SELECT authz_account_rotate_secret(502, 3600, 'sesame, open');
SELECT who(ks(user_id => 'Bob')), who(ks('sesame, open', 'Bob'));	-- its secret does
SELECT authz_sessions_revoke(started_before => now());
SELECT who(none), who(ks('sesame, open', 'Ann')) FROM t;		-- nobody
BEGIN;
SELECT authz_sessions_revoke(started_before => now()), authz_account_rotate_secret(502, 3600, 'the third');
COMMIT;
SELECT who(ks('the third', 'Ann'));	-- Ann
SELECT * FROM noted('revoked', 7);

-- replay after the secret is gone
SELECT ks('the third', 'Ann') AS third \gset
SELECT authz_account_rotate_secret(502, 0, 'the fourth');
SELECT who(:'third'), who(ks('the fourth', 'Ann'));		-- nobody; Ann
SELECT authz_account_update(502, settings => '{"accept_ks": false}');
SELECT who(ks('the fourth', 'Ann'));					-- nobody
SELECT authz_account_update(502, settings => '{"accept_ks": true}');
SELECT who(ks('the fourth', 'Ann'));					-- nobody: it was forgotten
SELECT authz_account_rotate_secret(502, 3600, 'the fifth');

-- a plan made for one obeys another; a cursor ends with its session
SELECT ks('the fifth', 'Ann', 'actionslimit:2') AS ann \gset
SET ROLE regress_reader;
PREPARE mine AS SELECT count(*) FROM doc;
SET authz.session = :'ann';
EXECUTE mine;		-- 9
EXECUTE mine;		-- 9
EXECUTE mine;		-- 0: used up
SET authz.session = '';
RESET ROLE;
SELECT * FROM noted('actionslimit', 2);

-- an application's tag is in the audit
SET authz.session = '';
SELECT set_config('authz.session', ks('the fifth', type => 'admin', privileges => 'appId:studio-example.org'), false) IS NOT NULL AS set;
SELECT authz_user_add('Dee');
SET authz.session = '';
SELECT subject, action, object, tag FROM authz.audit_event WHERE account_id = 502 AND object = 'Dee';

-- sessions that are started here and written as KS
SELECT authz_account_update(502, settings => '{"accept_ks": null, "token_format": "ks"}');
SELECT kit.person(502, 'Eve', privileges => 'setrole:one,edit:a,edit:b');
SET authz.account = 502;
SELECT session_token AS widget, session_type FROM authz_start_widget_session('_502') \gset
SELECT who(:'widget');
SELECT kit.token(502, '502-eve', privileges => 'color:red') AS eve \gset
SELECT version, account_id, user_id, session_type, privileges FROM authz_ks_decode(:'eve', 'the fifth');
SELECT who(:'eve');
SELECT actor, privileges, role_ids FROM authz_current_session() RIGHT JOIN (SELECT set_config('authz.session', :'eve', true)) s ON true;
SELECT s.session_token AS ann, s.session_id AS ann_id FROM authz_start_secret_session(502, 'the fifth', 'Ann', 'admin', 60) s \gset
SELECT who(:'ann'), (SELECT count(*) FROM authz_sessions WHERE session_id = :'ann_id') AS listed;
SELECT who(ks('the fifth', 'Ann'));	-- nobody: it has no row, and others' are not accepted
BEGIN;
SELECT session_token AS undone FROM authz_start_secret_session(502, 'the fifth', 'Ann') \gset
SELECT who(:'undone');				-- Ann
ROLLBACK;
SELECT who(:'undone');				-- nobody: it never existed
SELECT authz_sessions_revoke(session_id => :'ann_id');
SELECT who(:'ann');					-- nobody
SELECT authz_sessions_revoke(session_id => '502-eve');	-- 1: the group of the app token's sessions
SELECT who(:'eve');					-- nobody
SELECT kit.token(502, '502-eve') AS eve \gset
SELECT authz_apptoken_delete('502-eve');
SELECT who(:'eve');					-- nobody
BEGIN;
SELECT set_config('authz.session', :'widget', true) IS NOT NULL AS set;
SELECT authz_end_session();
COMMIT;
SELECT who(:'widget');				-- nobody

-- the mark of those started here cannot be put on others, nor taken off
SELECT authz_start_secret_session(502, 'the fifth', 'Ann', session_privileges => '_d:x');		-- 22023
SELECT authz_start_secret_session(502, 'the fifth', 'Ann', session_privileges => 'a,_t:2');		-- 22023
SELECT authz_account_update(502, settings => '{"accept_ks": true}');
SELECT who(:'undone'), who(:'eve');	-- nobody: a row must be there
SELECT who(ks('the fifth', 'Ann'));	-- Ann: others' are accepted

-- what separates others cannot be put into a name
SELECT authz_user_add('mallory,disableentitlement:*;edit/*&_t=2');
SELECT session_token AS mallory FROM authz_start_secret_session(502, 'the fifth', 'mallory,disableentitlement:*;edit/*&_t=2', session_privileges => 'x:1') \gset
SELECT who(:'mallory');				-- no rows
SELECT session_type, privileges FROM authz_current_session() RIGHT JOIN (SELECT set_config('authz.session', :'mallory', true)) s ON true;
SET authz.session = '';
SELECT authz_account_update(502, settings => '{"token_format": null, "accept_ks": null}');
SELECT count(*) FROM authz.account_secret WHERE account_id = 502 AND secret_id IS NOT NULL;	-- 0
SELECT left(session_token, 2) AS jwt FROM authz_start_secret_session(502, 'the fifth', 'Ann');
DROP SCHEMA ks_test CASCADE;
