-- restrict: sessions that count for some clients, for some requests or so often only
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA restrict_test;
GRANT ALL ON SCHEMA restrict_test TO regress_author, regress_reader;
SET search_path = restrict_test, public;
SELECT account_id FROM authz_account_add('restrict', 501, 'sesame');
SET authz.account = 501;
SELECT authz_user_add('Ann'), authz_category_add('c', category_id => 50101), authz_category_user_add(50101, 'Ann', 'manager');
CREATE TABLE doc (id int PRIMARY KEY, category_id int);
INSERT INTO doc SELECT n, 50101 FROM generate_series(1, 9) n;
ALTER TABLE doc OWNER TO regress_author;
GRANT ALL ON doc TO regress_reader;
SELECT authz_protect('doc', 'category_id');

-- The token of a session of Ann's with these privileges; and who it is.
CREATE FUNCTION token(privileges text) RETURNS text LANGUAGE sql AS
	$$ SELECT session_token FROM public.authz_start_secret_session(501, 'sesame', 'Ann', 'user', 600, privileges) $$;
CREATE FUNCTION who(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN concat_ws(' ', coalesce(public.authz_current_user_id(), 'nobody'), kit.try(format('SELECT public.authz_use_session(%L)', token)));
END
$$;

-- where the client is: a gateway's word, else the connection
SELECT token('iprestrict:10.1.2.3') AS one, token('iprestrict:10.0.0.0/8/2001:db8::/32/192.0.2.7') AS some, token('iprestrict:*') AS any,
	token('iprestrict:10.0.0.1,iprestrict:10.0.0.2') AS two, token('view:*') AS free \gset
CREATE FUNCTION asking(path text, token text, address text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.request_path', path, true);
	PERFORM set_config('authz.request_address', address, true);
	RETURN restrict_test.who(token);
END
$$;
SELECT a AS address, asking('', :'one', a) AS one, asking('', :'some', a) AS some, asking('', :'two', a) AS two, asking('', :'any', a) AS any, asking('', :'free', a) AS free
	FROM unnest('{10.1.2.3,10.1.2.30,11.1.2.3,10.0.0.2,::ffff:10.1.2.3,2001:db8::1,2001:db9::1,192.0.2.7,nonsense,10.1.2.3/32}'::text[]) a;

-- what the request is
SELECT token('urirestrict:/video/watch|/video/list*|/p/12/*') AS paths, token('urirestrict:*') AS any_path,
	token('urirestrict:/video/watch,iprestrict:10.1.2.3') AS both \gset
SELECT p AS path, asking(p, :'paths') AS paths, asking(p, :'any_path') AS any, asking(p, :'both', '10.1.2.3') AS "both, there", asking(p, :'both', '10.1.2.4') AS "both, elsewhere"
	FROM unnest('{"",/video/watch,/video/watch/,/video/watch/1,/video/list,/video/list/1,/video/lists,/video/list/../edit,/video/list/%2e%2e/edit,/video/list//1,/video/list?x=1,/p/12/3,/p/123,/p/12,video/watch,/VIDEO/watch,/x/video/watch}'::text[]) p;

-- a client that may run any SQL sets neither
SET authz.request_path = '/video/watch';
SET authz.request_address = '10.1.2.3';
SELECT who(:'both');		-- Ann
SET ROLE regress_reader;
SELECT who(:'both');		-- Ann: the gateway has said so
SET authz.request_path = '/video/list';				-- 42501
SET LOCAL authz.request_address = '10.1.2.3';		-- 42501
RESET authz.request_path;							-- 42501
SELECT set_config('authz.request_address', '10.1.2.3', false);	-- 42501
SELECT set_config('authz.request_path', NULL, true);			-- 42501
UPDATE pg_settings SET setting = '/video/list' WHERE name = 'authz.request_path';	-- 42501
CREATE FUNCTION restrict_test.elsewhere() RETURNS text LANGUAGE sql SET authz.request_path = '/video/list' AS 'SELECT 1';	-- 42501
CREATE PROCEDURE restrict_test.elsewhere() LANGUAGE sql SET authz.request_address FROM CURRENT AS 'SELECT 1';			-- 42501
ALTER ROLE regress_reader SET authz.request_path = '/video/list';		-- 42501
ALTER ROLE CURRENT_USER SET authz.request_address = '10.1.2.3';			-- 42501
ALTER SYSTEM SET authz.request_path = '/video/list';					-- 42501
DO $$ BEGIN PERFORM set_config('authz.request_path', '/video/list', true); EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'no'; END $$;
CREATE FUNCTION restrict_test.mine() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN set_config('authz.request_path', '/x', true); END $$;
SELECT mine();				-- 42501
SELECT who(:'both');		-- Ann, still
RESET ALL;					-- gives up what a gateway has said
SET client_min_messages = warning;
SET search_path = restrict_test, public;
SELECT who(:'both');		-- nobody
RESET ROLE;
DISCARD ALL;
SET client_min_messages = warning;
SET search_path = restrict_test, public;
SET authz.account = 501;
SELECT who(:'both');		-- nobody

-- who has been granted the setting may
GRANT SET ON PARAMETER authz.request_path TO regress_author;
SET ROLE regress_author;
SET authz.request_path = '/video/watch';
SELECT who(:'paths');		-- Ann
SET authz.request_address = '10.1.2.3';		-- 42501: not granted
RESET ROLE;
REVOKE SET ON PARAMETER authz.request_path FROM regress_author;

-- plans, cursors and workers obey
SET authz.request_path = '/video/watch';
SET authz.session = :'paths';
PREPARE mine AS SELECT count(*) FROM restrict_test.doc;
SET plan_cache_mode = force_generic_plan;
SET ROLE regress_reader;
EXECUTE mine;		-- 9
RESET ROLE;
SET authz.request_path = '/video/edit';
SET ROLE regress_reader;
EXECUTE mine;		-- 0
RESET ROLE;
SET authz.request_path = '/video/watch';
BEGIN;
SET LOCAL ROLE regress_reader;
DECLARE c CURSOR FOR SELECT id FROM restrict_test.doc ORDER BY id;
FETCH 2 FROM c;
RESET ROLE;
SET LOCAL authz.request_path = '/video/edit';
SET LOCAL ROLE regress_reader;
FETCH 2 FROM c;		-- 24000
COMMIT;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE doc SET (parallel_workers = 2);
CREATE FUNCTION parallel(statement text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan;
	RETURN plan::text LIKE '%"Workers Planned": 2%';
END
$$;
SET ROLE regress_reader;
SELECT parallel('SELECT count(*) FROM restrict_test.doc WHERE id > 0') AS parallel;
SELECT count(*) FROM doc WHERE id > 0;	-- 9
RESET ROLE;
SET authz.request_path = '';
SET ROLE regress_reader;
SELECT count(*) FROM doc WHERE id > 0;	-- 0
RESET ROLE;
RESET max_parallel_workers_per_gather;
SET authz.session = '';

-- so often: a transaction in which it is in force counts once, whatever becomes of it
SELECT token('actionslimit:3') AS three, token('actionslimit:1') AS once, token('actionslimit:2/7') AS two, token('actionslimit:*') AS many,
	token('actionslimit:9') AS other \gset
SET ROLE regress_reader;
BEGIN;
SELECT who(:'three');		-- Ann
SELECT who(:'three');		-- Ann: the same action
SAVEPOINT s;
SELECT who(:'three');
ROLLBACK TO s;
SELECT who(:'three');
SELECT who(:'other');		-- another's
SELECT who(:'three');
ROLLBACK;
SELECT who(:'three');		-- the second
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT who(:'three');		-- the third
COMMIT;
SELECT who(:'three');		-- nobody
BEGIN;
SELECT who(:'three');		-- nobody, and stays so
SELECT who(:'three');
COMMIT;
SET authz.session = :'once';
SELECT count(*) FROM doc;	-- 9
SELECT count(*) FROM doc;	-- 0
SET authz.session = '';
DO $$ BEGIN NULL; END $$;	-- not in force, not counted
BEGIN;
SELECT set_config('authz.session', :'two', true) IS NOT NULL AS set;
COMMIT;						-- nothing has asked
SELECT who(:'two'), who(:'many');
SELECT who(:'two');
SELECT who(:'two'), who(:'many');	-- nobody: of two limits the least
CREATE PROCEDURE restrict_test.often(token text, INOUT seen text) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..3 LOOP
		seen := concat_ws(' ', seen, (SELECT count(*) FROM unnest(ARRAY[restrict_test.who(token)]) w WHERE w LIKE 'Ann%'));
		COMMIT;
	END LOOP;
END
$$;
RESET ROLE;
SELECT token('actionslimit:2') AS two \gset
SET ROLE regress_reader;
CALL often(:'two', '');		-- a procedure's transactions are transactions
RESET ROLE;
SELECT s.privileges, c.actions FROM authz.action_count c JOIN authz.session s USING (session_id) ORDER BY 1, 2;
DELETE FROM authz.action_count;		-- by the extension's owner alone
SELECT who(:'once');
SET ROLE regress_reader;
DELETE FROM authz.action_count;		-- 42501
RESET ROLE;

-- an app token restricts its sessions, and leaves it to its caller only by '*'
SELECT kit.person(501, 'Bob', privileges => 'iprestrict:10.0.0.0/8,urirestrict:/a/*,actionslimit:5');
SELECT kit.person(501, 'Cy', privileges => 'iprestrict:*,urirestrict:*,actionslimit:*');
CREATE FUNCTION merged(id text, asked text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', kit.token(501, id, privileges => asked), true);
	RETURN coalesce((public.authz_current_session()).privileges, 'nobody');
END
$$;
SET authz.request_address = '10.1.2.3';
SET authz.request_path = '/a/b';
SELECT merged('501-bob', 'iprestrict:0.0.0.0/0,urirestrict:/b,actionslimit:99');
SELECT merged('501-cy', 'iprestrict:10.0.0.0/8/::1,urirestrict:/b/c|/a*,actionslimit:1');
SELECT merged('501-cy', 'iprestrict:192.0.2.0/24');	-- nobody: not here
SELECT merged('501-cy', '');
SELECT merged('501-cy', 'iprestrict:x');		-- 22023

-- nobody gives what he does not have: what restricts a session restricts the app tokens that it makes
SELECT authz_role_add('maker', '{apptoken.*}') AS maker \gset
SELECT authz_role_user_add(:maker, 'Ann');
CREATE FUNCTION makes(mine text, wanted text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', restrict_test.token(mine), true);
	RETURN kit.dry(format('SELECT public.authz_apptoken_add(session_user_id => ''Ann'', session_privileges => %L)', wanted));
END
$$;
SELECT n, mine, wanted, makes(mine, wanted) FROM (VALUES
	(1, 'view:*', ''), (2, 'iprestrict:10.1.2.3', ''), (3, 'iprestrict:10.1.2.3', 'iprestrict:10.1.2.3'), (4, 'iprestrict:10.1.2.3', 'iprestrict:10.1.2.4'),
	(5, 'iprestrict:10.1.2.3', 'iprestrict:10.1.2.3,iprestrict:0.0.0.0/0'), (6, 'iprestrict:10.1.2.3', 'iprestrict:10.1.2.3/*'),
	(7, 'iprestrict:10.1.2.3', 'iprestrict:*'), (8, 'urirestrict:/a/*', 'iprestrict:10.1.2.3'), (9, 'urirestrict:/a/*', 'urirestrict:/a/*'),
	(10, 'urirestrict:/a/*', 'urirestrict:/a/*|/*'), (11, 'actionslimit:5', 'actionslimit:5'), (12, 'actionslimit:5', ''), (13, 'view:*', 'iprestrict:10.1.2.3,actionslimit:1'),
	(14, 'limitentry:1', 'limitentry:1,limitentry:2'), (15, 'limitentry:1', 'limitentry:1'), (16, 'privacycontext:aaaa', 'privacycontext:aaaa,privacycontext:bbbb'),
	(17, 'privacycontext:aaaa', 'privacycontext:aaaa')) v (n, mine, wanted) ORDER BY n;
SELECT session_token AS there FROM authz_start_secret_session(501, 'sesame', type => 'admin', session_privileges => 'iprestrict:10.1.2.3') \gset
SET authz.session = :'there';
SELECT authz_has_permission('account.manage') AS everything, kit.try('SELECT authz_account_rotate_secret(501)') AS secret,
	kit.try('SELECT authz_apptoken_add()') AS apptoken;		-- 42501: they would be good elsewhere
RESET authz.session;
RESET authz.request_address;
RESET authz.request_path;
SET client_min_messages = warning;
DROP SCHEMA restrict_test CASCADE;
