-- user_import_attack: an import does nothing that its caller may not do line by line, and reads nothing that he may not read
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('attack', 625, 'the secret');
SELECT account_id FROM authz_account_add('attack, a neighbour', 626, 'the secret');
SET authz.account = 626;
SELECT kit.person(626, 'Boss', 'admin');
SELECT application_id AS foreign_app FROM authz_application_add('portal') \gset
SET authz.account = 625;
SELECT kit.person(625, p) FROM unnest('{Adds,Updates,Nothing,Gives,Resets}'::text[]) p;
SELECT kit.person(625, 'Boss', 'admin');
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT authz_role_add('viewer', application_id => :'app', role_id => 62501), authz_role_add('lord', '{user.delete}', application_id => :'app', role_id => 62502), authz_role_add('reader', '{user.list}', role_id => 62503),
	authz_role_add('adds', '{user.add}', role_id => 62511), authz_role_add('updates', '{user.update}', role_id => 62512), authz_role_add('gives', '{user.add,role_user.set,group_user.add,role_user.add}', role_id => 62513), authz_role_add('resets', '{user.add,user.update,user.set_password,user.impersonate}', role_id => 62514);
SELECT authz_role_user_add(62511, 'Adds'), authz_role_user_add(62512, 'Updates'), authz_role_user_add(62513, 'Gives'), authz_role_user_add(62514, 'Resets');
SELECT authz_account_update(625, settings => '{"legacy_passwords": true}'), authz_user_add('victim', first_name => 'V'), authz_group_add('lords'), authz_role_add('everything', '{*}', role_id => 62520), authz_role_user_add(62520, 'lords'), authz_group_add('nobles');
SELECT kit.own(625, 'Adds') AS adds, kit.own(625, 'Updates') AS updates, kit.own(625, 'Nothing') AS nothing, kit.own(625, 'Gives') AS gives, kit.own(625, 'Resets') AS resets, kit.token(625, '625-boss') AS boss, kit.token(625, '625-resets') AS tool, kit.token(626, '626-boss') AS foreigner \gset
SELECT set_config('test.app', :'app', false) IS NOT NULL AS app;
CREATE FUNCTION pg_temp.lines(token text, csv text, app uuid DEFAULT NULL) RETURNS TABLE (line int, action text, user_id text, error text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN QUERY SELECT i.line, i.action, i.user_id, i.error FROM authz_user_import(csv, app) i;
EXCEPTION WHEN OTHERS THEN
	RETURN QUERY SELECT NULL::int, NULL, NULL, SQLSTATE;
END
$$;
SET ROLE regress_reader;
\set everything '*action,userId,firstName,partnerData,group,userRole\n1,new1,x\n1,new2,x\n2,victim,x\n3,nobody\n1,new3,x,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n1,new4,x,,nobles\n1,new5,x,,,reader\n6,victim,y\n1,victim,z\n1,new6,,,lords\n1,new7,,,invented'
SELECT * FROM pg_temp.lines('', :'everything');		-- 28000
SELECT * FROM pg_temp.lines('forged', :'everything');		-- 28000
SELECT * FROM pg_temp.lines(:'nothing', :'everything');	-- 42501
SELECT * FROM pg_temp.lines(:'adds', :'everything');
SELECT * FROM pg_temp.lines(:'updates', :'everything');
-- neither many at once
SELECT line, action, error FROM pg_temp.lines(:'adds', E'*action,userId,firstName\n2,victim,x\n2,Adds,x\n6,victim,x\n6,Adds,x\n1,new71,x\n6,Boss,x');
SELECT line, action, error FROM pg_temp.lines(:'updates', E'*action,userId,firstName\n6,new72,x\n6,new73,x\n2,new74,x\n2,new75,x\n6,Updates,x\n6,Adds,x');
SELECT line, action, error FROM pg_temp.lines(:'foreigner', E'*action,userId,firstName\n2,victim,x\n2,Adds,x\n6,Updates,x\n6,Boss,x');
-- what a role, a group, or a password gives, its giver has himself
\set roles '*userId,metadata::KMS_USERSCHEMA1_portal::role,userRole,group\nnew11,viewer\nnew12,lord\nnew13,,reader\nnew14,,everything\nnew15,,,lords\nnew16,,,nobles'
SELECT * FROM pg_temp.lines(:'gives', :'roles', :'app');
SELECT * FROM pg_temp.lines(:'adds', :'roles', :'app');	-- 42501
SELECT * FROM pg_temp.lines(:'adds', E'*userId\nnew21', :'app');	-- 42501
SELECT * FROM pg_temp.lines(:'boss', E'*userId\nnew21', :'foreign_app');	-- P0002
SELECT * FROM pg_temp.lines(:'foreigner', E'*userId\nnew21', :'app');	-- P0002
SELECT * FROM pg_temp.lines(:'foreigner', E'*action,userId\n3,victim\n2,victim\n6,Boss\n1,new31');
\set passwords '*action,userId,partnerData\n2,victim,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n6,Gives,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n6,Resets,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n6,Resets,pw=6baa61e4c9b93f3f0682250b6cf8331b7ee68fd8'
SELECT * FROM pg_temp.lines(:'resets', :'passwords');		-- his own the second time: he would have to know the former
SELECT * FROM pg_temp.lines(:'tool', :'passwords');		-- with his own hand alone
SELECT * FROM pg_temp.lines(:'boss', E'*userId\nnew41');
RESET ROLE;
SELECT user_id, first_name FROM authz_users WHERE user_id LIKE 'new%' OR user_id = 'victim' ORDER BY user_id;
SELECT group_id, user_id FROM authz_group_users ORDER BY 1, 2;
-- a function that is taken from a database role is taken from its imports
REVOKE EXECUTE ON FUNCTION authz_user_delete, authz_user_add FROM PUBLIC;
SET ROLE regress_reader;
SELECT * FROM pg_temp.lines(:'boss', E'*action,userId\n3,victim\n1,new51\n1,new52\n6,new53\n2,victim');
RESET ROLE;
GRANT EXECUTE ON FUNCTION authz_user_delete, authz_user_add TO PUBLIC;
-- who ends on the way has nothing done: himself, his role, or his session
SET ROLE regress_reader;
SELECT * FROM pg_temp.lines(:'boss', E'*action,userId\n1,new61\n3,Boss\n1,new62');	-- 28000
RESET ROLE;
SELECT count(*) AS none FROM authz_users WHERE user_id LIKE 'new6%';

-- a table is read by who imports, with his rights
SET authz.session = '';
CREATE SCHEMA import_test;
GRANT USAGE ON SCHEMA import_test TO regress_reader, regress_author;
CREATE TABLE import_test.closed (line text);
CREATE TABLE import_test.open (line text);
INSERT INTO import_test.open VALUES ('*userId,lastName'), ('tab1,x'), (NULL), (''), ('"tab2","over'), ('lines"'), ('tab3'), ('tab4' || E'\n');
INSERT INTO import_test.closed TABLE import_test.open;
CREATE VIEW import_test.peeks AS SELECT line FROM import_test.open;
ALTER VIEW import_test.peeks SET (security_invoker);
CREATE VIEW import_test.shows AS SELECT line FROM import_test.closed;
CREATE FUNCTION import_test.tells() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(',', 'who-' || current_user, has_schema_privilege('authz', 'USAGE'), current_setting('search_path') = 'pg_catalog, pg_temp') $$;
CREATE VIEW import_test.runs AS SELECT '*userId,firstName,lastName' AS line UNION ALL SELECT import_test.tells();
CREATE FUNCTION import_test.swaps(token text) RETURNS text LANGUAGE sql AS $$ SELECT CASE WHEN set_config('authz.session', token, false) IS NOT NULL THEN 'swapped' END $$;
CREATE TABLE import_test.token AS SELECT :'foreigner'::text AS token;
CREATE VIEW import_test.swapped AS SELECT '*userId' AS line UNION ALL SELECT 'before' UNION ALL SELECT import_test.swaps(token) FROM import_test.token;
CREATE FUNCTION import_test.ends() RETURNS text LANGUAGE sql AS $$ SELECT 'ended-' || authz_end_session() $$;
CREATE VIEW import_test.ends AS SELECT '*userId' AS line UNION ALL SELECT 'before' UNION ALL SELECT import_test.ends() UNION ALL SELECT 'after';
CREATE VIEW import_test.fails AS SELECT '*userId' AS line UNION ALL SELECT (1 / (random() * 0)::int)::text;
CREATE TABLE import_test.two (line text, more text);
CREATE TABLE import_test.numbers (line int);
CREATE TABLE import_test.none ();
CREATE TABLE import_test.parts (line varchar(80)) PARTITION BY RANGE (line);
CREATE TABLE import_test.part PARTITION OF import_test.parts DEFAULT;
INSERT INTO import_test.parts VALUES ('*userId'), ('part');
CREATE INDEX open_index ON import_test.open (line);
CREATE TABLE import_test.content (line text, category_id bigint);
CREATE VIEW import_test.visible WITH (security_invoker) AS SELECT line FROM import_test.content;
SELECT authz_category_add('his', category_id => 62501), authz_category_add('hidden', category_id => 62502), authz_category_user_add(62501, 'Adds');
INSERT INTO import_test.content VALUES ('*userId', 62501), ('seen', 62501), ('hidden', 62502);
GRANT SELECT ON import_test.open, import_test.peeks, import_test.shows, import_test.runs, import_test.swapped, import_test.fails, import_test.ends, import_test.two, import_test.numbers, import_test.none, import_test.parts, import_test.content, import_test.visible, import_test.token TO regress_reader;
ALTER TABLE import_test.content OWNER TO regress_author;
SELECT authz_protect('import_test.content', 'category_id');
CREATE FUNCTION pg_temp.table(token text, source regclass) RETURNS TABLE (line int, action text, user_id text, error text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN QUERY SELECT i.line, i.action, i.user_id, i.error FROM authz_user_import_table(source) i;
EXCEPTION WHEN OTHERS THEN
	RETURN QUERY SELECT NULL::int, NULL, NULL, SQLSTATE;
END
$$;
SET ROLE regress_reader;
SELECT * FROM pg_temp.table(:'boss', 'import_test.open');
SELECT source, t.* FROM unnest('{import_test.closed,import_test.peeks,import_test.shows,import_test.runs,import_test.swapped,import_test.fails,import_test.two,import_test.numbers,import_test.none,import_test.parts,import_test.open_index,import_test.content,import_test.ends,pg_class,authz_users,0,4294967295}'::regclass[]) WITH ORDINALITY s (source, n), pg_temp.table(:'boss', source) t ORDER BY n, line;
SELECT * FROM pg_temp.table(:'adds', 'import_test.visible');	-- seen, and nothing hidden
CREATE TEMP TABLE mine (line text COLLATE "C");
INSERT INTO mine VALUES ('*userId'), ('temporary');
ALTER TABLE mine ADD gone int;
ALTER TABLE mine DROP gone;
SELECT t.* FROM pg_temp.table(:'boss', 'pg_temp.mine') t;
SELECT t.* FROM pg_temp.table(:'boss', NULL) t;
SELECT kit.try('SELECT * FROM authz_user_import_table((SELECT c.oid::regclass FROM pg_class c WHERE c.relname = ''principal'' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ''authz'')))') AS "no session";	-- 28000
SELECT t.* FROM pg_temp.table(:'boss', (SELECT c.oid::regclass FROM pg_class c WHERE c.relname = 'common_password' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'authz'))) t;	-- 42501
-- what comes as a formula is as it was typed before a spreadsheet got it
SELECT * FROM pg_temp.lines(:'boss', E'*userId,firstName,lastName\n''=1+1,''-x,''''=y\n''abc,''d');
RESET ROLE;
SET authz.session = '';
SELECT user_id, first_name, last_name FROM authz_users WHERE user_id ~ '^(tab|who|before|swapped|part|temporary|=|'')' ORDER BY user_id;
SELECT authz_unprotect('import_test.content');
DROP SCHEMA import_test CASCADE;
