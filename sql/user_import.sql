-- user_import: users by lines of CSV, each judged as if the caller had called the functions for one user
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('import', 621, 'the secret');
SELECT account_id FROM authz_account_add('import, a neighbour', 622, 'the secret');
SET authz.account = 622;
SELECT application_id AS foreign_app FROM authz_application_add('portal') \gset
SELECT authz_role_add('viewer', application_id => :'foreign_app', role_id => 62201), authz_user_add('stranger');
SET authz.account = 621;
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT application_id AS other FROM authz_application_add('other') \gset
SELECT authz_role_add('viewer', application_id => :'app', label => 'ViewOnly', role_id => 62101), authz_role_add('editor', '{group.add}', application_id => :'app', label => 'Twice', role_id => 62102), authz_role_add('author', application_id => :'app', label => 'Twice', role_id => 62103),
	authz_role_add('viewer', application_id => :'other', role_id => 62104), authz_role_add('staff', '{group.add}', role_id => 62105);
SELECT kit.person(621, 'Boss', 'admin');
SELECT authz_account_update(621, settings => '{"legacy_passwords": true}'), authz_group_add('crew'), authz_user_add('gone'), authz_user_delete('gone'), authz_user_add('robot', 'service');
SELECT set_config('test.app', :'app', false) IS NOT NULL AS app;
CREATE FUNCTION pg_temp.lines(csv text, application uuid DEFAULT current_setting('test.app')::uuid) RETURNS TABLE (line int, action text, user_id text, status text, error text) LANGUAGE sql AS 'SELECT * FROM authz_user_import($1, $2)';

-- adding, changing, deleting, and what a line may say besides
SELECT * FROM pg_temp.lines($$# the example of the originals, by and large
*action,userId,firstName,lastName,metadata::KMS_USERSCHEMA1_portal::role,partnerData
1,john.smith@example.com,John,Smith,ViewOnly,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8
,"jane, the other",Jane,"O""Neill
of two lines",viewer,
6, spaces , " kept " ,,,

,,,
# and a comment in between
6,Spaces,Changed,,author,
2,john.smith@example.com,,Smythe,,
3,"jane, the other",,,,
$$);
SELECT user_id, first_name, last_name, (SELECT string_agg(u.role || ' ' || u.source, ',') FROM authz_application_users u WHERE u.user_id = p.user_id) AS role FROM authz_users p WHERE kind = 'person' AND user_id <> 'Boss' ORDER BY user_id;
SELECT p.user_id, w.legacy, w.verifier LIKE '$2a$%' AS hashed_again FROM authz.password w JOIN authz.principal p USING (principal_id) WHERE p.account_id = 621;
-- any order of columns, a mark of byte order, CR; what stands in no column is passed over
SET client_min_messages = notice;
\set VERBOSITY terse
SELECT * FROM pg_temp.lines(E'\uFEFF* email , zip,userId ,tags,screenName\ra@example.org,1234,anna,"x,y",A\r');
SELECT status, count(*) FROM authz_user_import('*action,userId' || repeat(E'\n9,x', 250000)) GROUP BY status;
\set VERBOSITY sqlstate
SET client_min_messages = warning;
SELECT user_id, screen_name, email FROM authz_users WHERE user_id = 'anna';

-- every error by its line
SELECT line, action, user_id, error FROM pg_temp.lines($$*action,userId,metadata::KMS_USERSCHEMA1_portal::role,partnerData,group,userRole,groupUserCreationMode
1,ann2,Twice
1,ann2,VIEWER
1,ann2,staff
1,ab
1,
1,Anna
1,ANNA
1,gone
2,gone
6,gone
2,nobody
3,nobody
2,crew
6,crew
3,crew
6,robot,,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8
3,service-account-portal
4,ann2
1 ,ann2,,,,,
9999999999999999999999999,ann3
add,ann3
äöüäöüäöüäöü,ann3
2,ann2,,5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8
2,ann2,,pw=da39a3ee5e6b4b0d3255bfef95601890afd80709
2,ann2,,pw=xyz
2,ann2,,,anna
2,ann2,,,-nonesuch
2,ann2,,,,nonesuch
2,ann2,,,crew,,never
2,ann2,,,,,,too many
2,ann2,,,,,,,
2,"ann2"x,"a quoted
line"
*action,userId
"*",ann2
2,"not closed$$);
SELECT line, error FROM authz_user_import('*userId' || E'\n' || repeat('x', 321) || E'\n' || E'a\tb\n' || repeat('y', 20000) || E'\n"' || repeat(E'z\n', 40000) || E'"\n' || repeat(',', 70) || E'\nlast', first_line => 1000);
SELECT (SELECT count(*) FROM authz_users WHERE user_id LIKE 'ann2%') AS one, (SELECT count(*) FROM authz.principal WHERE account_id = 621 AND user_id LIKE 'xxx%') AS none;
SELECT line, error FROM pg_temp.lines(E'*userId,firstName,,\nnan1,,,\nnan2,x,,y');
-- groups come to be, and are left; what is so already is as good as done
SELECT line, action, status, error FROM pg_temp.lines(E'*action,userId,group,userRole,groupUserCreationMode\n,gina,choir,staff\n6,gina,choir,staff,1\n,gus,CREW,,1\n,guy,crew,,manual\n6,gina,-choir\n6,gina,-choir\n2,gina,crew,,automatic');
SELECT group_id, user_id, level, update_method FROM authz_group_users ORDER BY group_id, user_id;
SELECT user_id, role_id, source FROM authz_role_users WHERE role_id = 62105;
SELECT authz_account_update(621, settings => '{"max_user_groups": 1}');
SELECT line, error FROM pg_temp.lines(E'*action,userId,group\n6,gina,choir\n6,henry,choir\n6,henry,crew');
SELECT authz_account_update(621, settings => '{"max_user_groups": null, "legacy_passwords": false}');
SELECT line, error FROM pg_temp.lines(E'*userId,partnerData\nleo,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\nlea,');
SELECT count(*) AS "a line is whole or not at all" FROM authz_users WHERE user_id = 'leo';

-- refused before any line
SELECT regexp_replace(what, '[0-9a-f]{8}-[0-9a-f-]{27}', 'uuid') AS what, kit.try(format('SELECT * FROM authz_user_import(%s)', what)) AS outcome FROM unnest(ARRAY['NULL', '''''', 'E''# only\n\n''', '''userId''', 'E''1,ann\n*userId''', '''*action''', '''*userId,userId''', '''*userId,* userId''', '''*userId,UserId''', '''*userId,colour''', 'E''*userId,"colour''', '''*userId,'' || repeat(''tags,'', 70)',
	'''*userId,metadata::KMS_USERSCHEMA1_portal::role''', format('''*userId,metadata::KMS_USERSCHEMA1_other::role'', %L', :'app'), format('''*userId,metadata::KMS_USERSCHEMA1_Portal::role'', %L', :'app'), format('''*userId,metadata::OTHER_portal::role'', %L', :'app'), format('''*userId,metadata::KMS_USERSCHEMA1_portal::role'', %L', :'foreign_app'),
	'''*userId'', ''00000000-0000-0000-0000-000000000000''', '''*userId'', NULL, 0', '''*userId'', NULL, -1', 'E''*userId\nx1x\nx2x'', NULL, 2147483646', '''*userId'', NULL, NULL', '''*userId,''', 'E''*userId,tags\n''']) WITH ORDINALITY t (what, n) ORDER BY n;

-- many at once come to the same as one by one: results, rows and audit trail
SELECT account_id FROM authz_account_add('import at once', 623);
SELECT account_id FROM authz_account_add('import one by one', 624);
CREATE TEMP TABLE side AS SELECT account_id FROM authz_accounts WHERE account_id IN (623, 624);
CREATE TEMP TABLE file AS SELECT n, concat_ws(',', CASE n % 40 WHEN 0 THEN '2' WHEN 1 THEN '3' WHEN 2 THEN '4' ELSE (ARRAY['', '1', '6'])[1 + n % 3] END, CASE WHEN n % 97 = 0 THEN 'u' ELSE 'user' || (n * 7919) % (n + 900) END, 'First ' || n, CASE n % 3 WHEN 0 THEN 'viewer' WHEN 1 THEN CASE WHEN n % 41 = 0 THEN 'nonesuch' END END) AS line FROM generate_series(1, 2500) n;
-- the same people again, who are there by now
INSERT INTO file SELECT 2500 + n, concat_ws(',', CASE WHEN n % 2 = 0 OR n < 1000 THEN '6' ELSE '2' END, split_part(line, ',', 2), 'Again ' || n, CASE WHEN n % 3 = 0 THEN 'viewer' END) FROM file WHERE n <= 2000;
CREATE TEMP TABLE outcome (account_id int, line int, action text, user_id text, status text, error text);
DO $$
DECLARE
	side record;
	app uuid;
	header text := '*action,userId,firstName,metadata::KMS_USERSCHEMA1_portal::role';
	f record;
BEGIN
	FOR side IN SELECT * FROM side ORDER BY 1 LOOP
		PERFORM set_config('authz.account', side.account_id::text, true);
		SELECT application_id INTO app FROM authz_application_add('portal');
		PERFORM authz_role_add('viewer', application_id => app);
		IF side.account_id = 623 THEN
			INSERT INTO outcome SELECT 623, i.* FROM authz_user_import(header || E'\n' || (SELECT string_agg(file.line, E'\n' ORDER BY n) FROM file), app) i;
		ELSE
			FOR f IN SELECT * FROM file ORDER BY n LOOP
				INSERT INTO outcome SELECT 624, i.* FROM authz_user_import(header || E'\n' || f.line, app, f.n) i;
			END LOOP;
		END IF;
	END LOOP;
END
$$;
SELECT account_id, action, status, count(*) FROM outcome GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) AS outcomes FROM (SELECT line, action, user_id, status, error FROM outcome WHERE account_id = 623 EXCEPT SELECT line, action, user_id, status, error FROM outcome WHERE account_id = 624) d;	-- 0
CREATE FUNCTION pg_temp.state(account int) RETURNS TABLE (kind text, a text, b text, c text) LANGUAGE sql AS $$
	SELECT 'user', p.user_id, p.first_name, p.status::text FROM authz.principal p WHERE p.account_id = account
	UNION ALL SELECT 'role', p.user_id, r.name, u.source FROM authz.role_user u JOIN authz.principal p USING (principal_id) JOIN authz.role r USING (role_id) WHERE p.account_id = account
	UNION ALL SELECT 'audit', row_number() OVER (ORDER BY e.event_id)::text, e.action || CASE WHEN e.action LIKE 'user.%' THEN e.object ELSE '' END, (e.detail - 'role_id')::text FROM authz.audit_event e WHERE e.account_id = account AND e.action ~ '^(user|role_user)\.'
$$;
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE kind = 'audit') > 1000 AS audited FROM pg_temp.state(623);
SELECT count(*) AS states FROM (SELECT * FROM pg_temp.state(623) EXCEPT SELECT * FROM pg_temp.state(624) UNION ALL (SELECT * FROM pg_temp.state(624) EXCEPT SELECT * FROM pg_temp.state(623))) d;	-- 0
