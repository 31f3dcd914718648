-- managed: applications that a service manages for their owners, with each constraint and its own error
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('managed', 411, 'the secret');
SET authz.account = 411;
SELECT kit.person(411, p) FROM unnest('{Olga,Paul,Eve}'::text[]) p;
SELECT authz_user_add('79dc4216-83a0-4c7f-86ac-3f04e1f74c05'), authz_user_add('Second', primary_user_id => 'Olga'), authz_user_add('Blocked'), authz_user_update('Blocked', status => 'blocked'),
	authz_user_add('Robot', 'service'), authz_user_add('Another', 'service'), authz_user_add('Loner', 'service');
SELECT identity_id FROM authz_application_add('webframeworks');
SELECT authz_group_add('authorization-service-applications-managers'), authz_group_add('web team'), authz_group_user_add('authorization-service-applications-managers', 'web team'),
	authz_group_user_add('web team', 'service-account-webframeworks'), authz_group_user_add('web team', 'Robot'), authz_group_user_add('authorization-service-applications-managers', 'Eve');
SELECT kit.own(411, 'service-account-webframeworks') AS manager, kit.own(411, 'Robot') AS robot, kit.own(411, 'Loner') AS loner, kit.own(411, 'Eve') AS eve, kit.own(411, 'Olga') AS olga, kit.own(411, 'Paul') AS paul \gset
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;

-- the document's own sample, its identifier of 33 characters included
SET authz.session = :'manager';
SELECT length('webframeworks-test1-myapps_name23');
SELECT application_id AS app, identity_id FROM authz_application_add(application_identifier => 'webframeworks-test1-myapps_name23', description => 'this is a sample', display_name => 'Web frameworks site myapps_name23 (test1)',
	home_page => 'https://example.cern.ch', manager_id => authz_current_user_id(), owner_id => '79dc4216-83a0-4c7f-86ac-3f04e1f74c05') \gset
SELECT application_identifier, identity_id, owner_id, manager_id FROM authz_applications WHERE manager_id IS NOT NULL;

-- each constraint in its turn: a later one is not told to who fails an earlier
SELECT pg_temp.as('', 'application_add(''a-1'', manager_id => ''Robot'', owner_id => ''Olga'')') AS nobody,						-- 28000
	pg_temp.as('x', 'application_add(''a-1'', manager_id => ''Robot'', owner_id => ''Olga'')') AS forged,						-- 28000
	pg_temp.as(:'loner', 'application_add(''a-1'', manager_id => ''Robot'')') AS "not in the group",							-- 42501, though there is no owner
	pg_temp.as(:'robot', 'application_add(''a-1'', manager_id => ''Another'')') AS "not the caller",							-- 42501
	pg_temp.as(:'robot', 'application_add(''a-1'', manager_id => ''nobody'')') AS "unknown",									-- 42501
	pg_temp.as(:'eve', 'application_add(''a-1'', manager_id => ''Eve'', owner_id => ''Olga'')') AS "a person",					-- 42501
	pg_temp.as(:'robot', 'application_add(''x'', manager_id => ''robot'')') AS "no owner",										-- 22023
	pg_temp.as(:'robot', 'application_add(''a-1'', manager_id => ''robot'', owner_id => ''ROBOT'')') AS "himself";				-- 22023
SELECT owner, pg_temp.as(:'robot', format('application_add(''a-1'', manager_id => ''Robot'', owner_id => %L)', owner)) AS outcome
	FROM unnest('{nobody,Second,Blocked,service-account-webframeworks,web team,""}'::text[]) owner;							-- 22023 each
SELECT identifier, pg_temp.as(:'robot', format('application_add(%L, manager_id => ''Robot'', owner_id => ''Olga'')', identifier)) AS outcome
	FROM unnest('{Upper,ab,1st,a.b,webframeworks-test1-myapps_name23,webframeworks}'::text[]) identifier;						-- 22023 four times, 23505 twice
SELECT pg_temp.as(:'robot', 'application_add(''for-olga'', manager_id => ''Robot'', owner_id => ''Olga'') IS NOT NULL') AS person,
	pg_temp.as(:'robot', 'application_add(''for-another'', manager_id => ''Robot'', owner_id => ''Another'') IS NOT NULL') AS service;
-- the refusals are one
CREATE FUNCTION pg_temp.word(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	d text;
	h text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	EXECUTE 'SELECT authz_' || call;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', SQLSTATE, SQLERRM, d, h);
END
$$;
SELECT DISTINCT w FROM unnest(ARRAY[pg_temp.word(:'loner', 'application_add(''a-1'', manager_id => ''Loner'', owner_id => ''Olga'')'), pg_temp.word(:'robot', 'application_add(''a-1'', manager_id => ''Another'', owner_id => ''Olga'')'),
	pg_temp.word(:'robot', 'application_add(''a-1'', manager_id => ''nobody'', owner_id => ''Olga'')'), pg_temp.word(:'eve', 'application_add(''a-1'', manager_id => ''Eve'', owner_id => ''Olga'')')]) w;
SELECT DISTINCT w FROM unnest('{nobody,Second,Blocked,service-account-webframeworks,web team}'::text[]) o, pg_temp.word(:'robot', format('application_add(''a-1'', manager_id => ''Robot'', owner_id => %L)', o)) w;

-- the group is the account's choice; the default is no more than a name
SET authz.session = '';
RESET ROLE;
SELECT authz_account_update(411, settings => '{"managers_group": "web team"}');
SET ROLE regress_reader;
SELECT pg_temp.as(:'robot', 'application_add(''a-2'', manager_id => ''Robot'', owner_id => ''Olga'') IS NOT NULL') AS member;
SET authz.session = '';
RESET ROLE;
SELECT authz_account_update(411, settings => '{"managers_group": "nonesuch"}');
SET ROLE regress_reader;
SELECT pg_temp.as(:'robot', 'application_add(''a-2'', manager_id => ''Robot'', owner_id => ''Olga'')') AS "no such group";	-- 42501
SET authz.session = '';
RESET ROLE;
SELECT authz_account_update(411, settings => '{"managers_group": null}');
SELECT kit.try('SELECT authz_account_update(411, settings => ''{"managers_group": ""}'')') AS empty, kit.try('SELECT authz_account_update(411, settings => ''{"managers_group": 1}'')') AS number;	-- 22023, 22023
SELECT authz_group_user_delete('web team', 'Robot');
SET ROLE regress_reader;
SELECT pg_temp.as(:'robot', 'application_add(''a-2'', manager_id => ''Robot'', owner_id => ''Olga'')') AS "left the group";	-- 42501
SET authz.session = '';
RESET ROLE;

-- the database plane is bound by what an application may be, not by who asks
SELECT kit.ask('(authz_application_add(''a-3'', manager_id => ''Loner'', owner_id => ''Olga'')).identity_id') AS made, kit.try('SELECT authz_application_add(''a-3'', manager_id => ''Loner'')') AS "no owner",
	kit.try('SELECT authz_application_add(''a-3'', manager_id => ''Eve'', owner_id => ''Olga'')') AS "a person", kit.try('SELECT authz_application_add(''a-3'', manager_id => ''Loner'', owner_id => ''loner'')') AS "himself";
UPDATE authz.application SET owner_id = manager_id WHERE manager_id IS NOT NULL;	-- 23514: and a constraint behind it

-- owner, administrators and manager: what each may do with a managed application
SELECT application_id AS mine FROM authz_application_add('mine', owner_id => 'Olga', manager_id => 'Robot', administrators_id => 'web team') \gset
SELECT authz_group_user_add('web team', 'Paul');
SET ROLE regress_reader;
SELECT replace(call, :'mine', 'MINE') AS call, pg_temp.as(:'olga', call) AS owner, pg_temp.as(:'paul', call) AS administrator, pg_temp.as(:'robot', call) AS manager, pg_temp.as(:'eve', call) AS other
FROM unnest(ARRAY[format('role_add(''user'', application_id => %L) > 0', :'mine'), format('application_change_owner(%L, ''Eve'') > 0', :'mine'), format('application_set_administrators(%L, NULL)', :'mine'),
	format('application_update(%L, ''new'', ''new'', ''https://new.example.org'')', :'mine'), format('application_delete(%L)', :'mine')]) WITH ORDINALITY t (call, n) ORDER BY n;
SET authz.session = '';
RESET ROLE;
RESET authz.account;
