-- user_export: users as lines that their import takes, harmless to a spreadsheet, exact on their way back
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('export', 630, 'the secret');
SET authz.account = 630;
SELECT kit.person(630, p) FROM unnest('{Lists,Owns,Nothing}'::text[]) p;
SELECT application_id AS app FROM authz_application_add('portal', owner_id => 'Owns') \gset
SELECT authz_role_add('viewer', application_id => :'app', label => 'View, only', role_id => 63001), authz_role_add('one', application_id => :'app', label => 'Same', rank => 2, role_id => 63002), authz_role_add('two', application_id => :'app', label => 'Same', rank => 3, role_id => 63003), authz_role_add('=three', application_id => :'app', label => 'viewer', role_id => 63004),
	authz_role_add('lists', '{user.list}', role_id => 63005), authz_role_add('lists all', '{user.list,application_user.list}', role_id => 63006), authz_role_user_add(63005, 'Lists');
SELECT authz_user_add(u, first_name => f, last_name => l, email => e) FROM (VALUES ('=1+1', '=HYPERLINK("http://evil.example";"x")', '-2', '@x'), ('#comment', E'\ttab', E'\rcr', '+49'), ('*star', ' blanks ', E'lines\nof\r\ntwo', NULL), ('''=x', '''''-', '''', 'it''s'), ('"q"', '""', ',', E'a,"b\n'), ('  x', '-', '=', 'é😀'), ('abc', NULL, '', 'a@b')) v (u, f, l, e);
SELECT authz_user_add('a service', 'service'), authz_group_add('a group'), authz_user_add('deleted'), authz_user_delete('deleted'), authz_user_add('blocked'), authz_user_update('blocked', status => 'blocked'), authz_user_set_password('abc', 'nine grey geese over the marsh');
SELECT authz_role_user_set(:'app', '=1+1', 'viewer'), authz_role_user_set(:'app', '*star', 'one'), authz_role_user_add(63003, '*star'), authz_role_user_set(:'app', '#comment', '=three'), authz_role_user_add(63003, 'abc', valid_until => '2099-01-01');
SELECT kit.own(630, 'Lists') AS lists, kit.own(630, 'Owns') AS owns, kit.own(630, 'Nothing') AS nothing \gset
SELECT replace(replace(line, E'\r', '<CR>'), E'\t', '<TAB>') AS line FROM authz_user_export(NULL) line ORDER BY line COLLATE "C";
SELECT replace(replace(line, E'\r', '<CR>'), E'\t', '<TAB>') AS line FROM authz_user_export(:'app') line ORDER BY line COLLATE "C";
SELECT array_agg(line ORDER BY n) = array_agg(line ORDER BY lower(substr(line, 3))) AS ordered FROM authz_user_export(NULL) WITH ORDINALITY l (line, n) WHERE line ~ '^6,[a-zA-Z]';
-- no cell begins like a formula, and nothing is secret
SELECT count(*) FILTER (WHERE line ~ '(^|,)"?[=+@\t\r-]') AS formulas, count(*) FILTER (WHERE line LIKE '%$2a$%' OR line LIKE '%geese%') AS secrets, count(*) FROM authz_user_export(:'app') line;

-- back where it comes from, and in another account: the same
CREATE TEMP TABLE before AS SELECT user_id, first_name, last_name, screen_name, nullif(email, '') AS email FROM authz_users WHERE account_id = 630;
CREATE TEMP TABLE file AS SELECT string_agg(line, E'\n' ORDER BY n) AS csv FROM authz_user_export(:'app') WITH ORDINALITY l (line, n);
CREATE TEMP TABLE rows AS SELECT * FROM authz_user_export(:'app') WITH ORDINALITY l (line, n);
CREATE VIEW export_rows AS SELECT line FROM rows ORDER BY n;
SELECT action, status, count(*) FROM file, authz_user_import(csv, :'app') GROUP BY 1, 2;
SELECT action, status, count(*) FROM authz_user_import_table('export_rows', :'app') GROUP BY 1, 2;
SELECT user_id, first_name, last_name, screen_name, email FROM authz_users WHERE account_id = 630 EXCEPT TABLE before;		-- none
SELECT account_id FROM authz_account_add('export, taken in', 631);
SET authz.account = 631;
SELECT application_id AS there FROM authz_application_add('portal') \gset
SELECT authz_role_add('viewer', application_id => :'there', label => 'View, only', role_id => 63101), authz_role_add('two', application_id => :'there', role_id => 63102), authz_role_add('=three', application_id => :'there', role_id => 63103);
SELECT action, status, count(*) FROM file, authz_user_import(csv, :'there') GROUP BY 1, 2;
SELECT user_id, first_name, last_name, screen_name, email FROM before WHERE user_id NOT IN ('a service', 'blocked', 'service-account-portal') EXCEPT SELECT user_id, first_name, last_name, screen_name, email FROM authz_users WHERE account_id = 631;		-- none
SELECT user_id, role FROM authz_application_users ORDER BY user_id COLLATE "C";
DROP VIEW export_rows;

BEGIN READ ONLY;
SELECT count(*) FROM authz_user_export(:'there');
SELECT kit.try('SELECT * FROM authz_user_import(''*userId'')') AS import, kit.try('SELECT * FROM authz_category_user_import_table(''pg_class'')') AS members;	-- 25006, 25006
ROLLBACK;

-- who may see users, and those of the application
CREATE FUNCTION pg_temp.lines(token text, app uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT count(*) FROM authz_user_export(app));
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
SET ROLE regress_reader;
SELECT pg_temp.lines('', NULL) AS nobody, pg_temp.lines(:'nothing', NULL) AS nothing, pg_temp.lines(:'owns', :'app') AS owns, pg_temp.lines(:'lists', NULL) AS lists, pg_temp.lines(:'lists', :'app') AS "lists the application's";	-- 28000, 42501, 42501, 11, 42501
RESET ROLE;
SELECT set_config('authz.session', '', false);
SET authz.account = 630;
SELECT authz_role_user_add(63006, 'Lists'), authz_role_user_add(63005, 'Owns');
SET ROLE regress_reader;
SELECT pg_temp.lines(:'lists', :'app') AS lists, pg_temp.lines(:'owns', :'app') AS owns, pg_temp.lines(:'lists', :'there') AS foreign, pg_temp.lines(:'lists', '00000000-0000-0000-0000-000000000000') AS none;	-- 11, 11, P0002, P0002
RESET ROLE;
