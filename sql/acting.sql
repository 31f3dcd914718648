-- acting: what is reserved to a person is done by nothing that acts for him, whatever he may do himself
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('acting', 441, 'the secret');
SET authz.account = 441;
SELECT kit.person(441, 'Uma'), kit.person(441, 'Udo');
SELECT authz_role_add('everything', '{*,account.manage,content.manage_all,content.view_all,user.impersonate}', role_id => 44101), authz_role_user_add(44101, 'Uma'), authz_user_add('Robot', 'service'), authz_group_add('crew');
SELECT application_id AS app FROM authz_application_add('tool', 'Tool', owner_id => 'Uma', administrators_id => 'crew', app_secret => 'chosen by the caller') \gset
SELECT application_id AS other FROM authz_application_add('other', 'Other', owner_id => 'Uma', app_secret => 'chosen by another') \gset
SELECT authz_request_authorization(:'app', 'chosen by the caller', 'Uma') AS key \gset
SELECT kit.own(441, 'Uma') AS uma, kit.own(441, 'Udo') AS udo, kit.own(441, 'Robot') AS robot \gset
SET authz.session = :'uma';
SELECT authz_set_application_authorization(max(id), 'approved') FROM authz_application_requests;
SET authz.session = '';
SELECT session_token AS acting FROM authz_authorize(:'app', 'chosen by the caller', :'key') \gset
-- what waits for her: another request, an application that is to be hers
SELECT authz_request_authorization(:'other', 'chosen by another', 'Uma') IS NOT NULL AS asked;
SELECT application_id AS given FROM authz_application_add('given', owner_id => 'Udo') \gset
SELECT authz_application_change_owner(:'given', 'Uma') AS change \gset
SELECT max(grant_id) AS request, min(grant_id) AS own FROM authz.application_grant WHERE account_id = 441 \gset
SELECT kit.token(441, '441-uma') AS token \gset
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN split_part(kit.ask('authz_' || call), ',', 1);
END
$$;

-- she has every permission, and so has what acts for her
SET authz.session = :'acting';
SELECT authz_has_permission('user.add'), authz_has_permission('account.manage'), kit.ask('authz_user_add(''New'')') AS "may add a user";

-- but: (herself; the application; an app token of hers; an app token of somebody else)
SELECT regexp_replace(regexp_replace(call, '[0-9a-f]{8}-[0-9a-f-]+|[0-9]+-[0-9a-f]{64}', 'ID', 'g'), '\([0-9]+', '(N') AS call, left(pg_temp.as(:'uma', call), 6) AS herself, pg_temp.as(:'acting', call) AS application, left(pg_temp.as(:'token', call), 6) AS "app token"
FROM unnest(ARRAY[
	format('set_application_authorization(%s, ''approved'')', :'request'), format('set_application_authorization(%s, ''rejected'')', :'request'), format('set_application_authorization(%s, ''rejected'')', :'own'),
	format('application_change_owner(%L, ''Udo'') > 0', :'app'), format('owner_change_approve(%s)', :'change'), format('owner_change_reject(%s)', :'change'), format('owner_change_cancel(%s)', :'change'),
	format('application_secret_add(%L) IS NOT NULL', :'app'), 'application_add(''fresh'') IS NOT NULL', 'register_application(''fresh'', NULL, NULL, ''chosen by the caller'') IS NOT NULL',
	'apptoken_add(session_user_id => ''Uma'', session_privileges => ''setrole:44101'') IS NOT NULL', 'apptoken_update(''441-uma'', description => ''x'')', 'account_rotate_secret(441) IS NOT NULL', 'signing_key_rotate() IS NOT NULL',
	format('request_authorization(%L, ''chosen by another'', ''Udo'') IS NOT NULL', :'other'), format('authorize(%L, ''chosen by the caller'', %L) IS NOT NULL', :'app', :'key')]) WITH ORDINALITY t (call, n) ORDER BY n;
-- it goes on and ends by itself, though
SELECT pg_temp.as(:'acting', format('authorize(%L)', :'acting')) AS rotated, pg_temp.as(:'acting', 'end_session()') AS ended;

-- what she is asked, and who else acts for her, is not told to it
SET authz.session = :'acting';
SELECT (SELECT count(*) FROM authz_application_requests) AS requests, (SELECT count(*) FROM authz_application_grants) AS grants;	-- all of the account: she may list them
RESET ROLE;
SET authz.session = '';
SELECT authz_role_update(44101, exceptions => '{application_request.list,application_grant.list,application.list,application_secret.list}');
SET ROLE regress_reader;
SET authz.session = :'acting';
SELECT (SELECT count(*) FROM authz_application_requests) AS requests, (SELECT count(*) FROM authz_application_grants) AS grants, (SELECT count(*) FROM authz_applications) AS applications, (SELECT count(*) FROM authz_application_secrets) AS secrets;	-- 0
SET authz.session = :'uma';
SELECT (SELECT count(*) FROM authz_application_requests) AS requests, (SELECT count(*) FROM authz_application_grants) AS grants, (SELECT count(*) FROM authz_applications) AS applications, (SELECT count(*) FROM authz_application_secrets) AS secrets;

-- a session that is limited grants nothing that is not
RESET ROLE;
SET authz.session = '';
SELECT privileges, pg_temp.as(kit.own(441, 'Uma', privileges), format('set_application_authorization(%s, ''approved'')', :'request')) AS approve, pg_temp.as(kit.own(441, 'Uma', privileges), format('set_application_authorization(%s, ''rejected'')', :'request')) AS reject
	FROM unnest('{setrole:44101,restrictingrole:44101,privacycontext:site,limitentry:1,enablecategorymoderation,list:*}'::text[]) privileges;

-- who does what is written down with both names
SET authz.session = :'acting';
SELECT authz_user_add('Made');
SET authz.session = '';
SELECT subject, actor = 'application:' || :'app' AS actor, action, object FROM authz.audit_event WHERE account_id = 441 AND action = 'user.add' AND object = 'Made';
-- a service's app token is how it signs in: nobody else has hands for it
SELECT authz_application_set_administrators(:'app', NULL), authz_apptoken_add(id => '441-robot', token => 'sesame', session_user_id => 'Robot') IS NOT NULL AS added;
SELECT application_id AS robots FROM authz_application_add('robots', owner_id => 'Robot') \gset
SELECT kit.become(441, '441-robot');
SELECT authz_current_actor(), kit.try(format('SELECT authz_application_secret_add(%L)', :'robots')) AS secret;	-- ok
SET authz.session = '';
RESET authz.account;
