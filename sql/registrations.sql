-- registrations: what applications are for single sign-on, who says so, and their client secrets
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('registrations', 471, 'the secret');
SELECT account_id FROM authz_account_add('registrations, a neighbour', 472, 'the secret');
SET authz.account = 472;
SELECT authz_user_add('Olga');
SELECT application_id AS theirs FROM authz_application_add('theirs', owner_id => 'Olga') \gset
SET authz.account = 471;
SELECT kit.person(471, p) FROM unnest('{Olga,Adam,Eve,Keeper}'::text[]) p;
SELECT authz_user_add('Robot', 'service'), authz_user_add('Another', 'service'), authz_user_add('Boss'), authz_group_add('crew'), authz_group_add('inner'), authz_group_user_add('crew', 'inner'), authz_group_user_add('inner', 'Adam');
SELECT authz_role_add('keeper', '{registration.*,application.*}', role_id => 47101), authz_role_user_add(47101, 'Keeper'), authz_permission_add('video.view'), authz_role_add('viewer', '{video.view}', role_id => 47102);
SELECT application_id AS shop FROM authz_application_add('shop', owner_id => 'Olga', administrators_id => 'crew') \gset
SELECT application_id AS mine FROM authz_application_add('mine', owner_id => 'Olga', administrators_id => 'crew', manager_id => 'Robot') \gset
CREATE FUNCTION pg_temp.word(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	h text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, h);
END
$$;
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;

-- the database plane registers any application: the definition is written in one form, a secret is made where the client keeps one
SELECT registration_id AS web, client_id ~ '^shop-[0-9a-f]{16}$' AS client, client_secret ~ '^[0-9a-f]{64}$' AS made, client_id AS web_id, client_secret AS web_secret FROM authz_registration_add(:'shop', 'OIDC',
	'{"redirect_uris": ["https://Shop.example.org/cb", "http://127.0.0.1:8080/cb", "https://shop.example.org/cb"], "scopes": ["profile", "openid"], "grant_types": ["refresh_token", "authorization_code"]}') \gset
SELECT :'client', :'made';
SELECT protocol, client_id = :'web_id' AS client, secrets, jsonb_pretty(definition) FROM authz_registrations;
SELECT client_id ~ '^shop-' AS client, client_secret FROM authz_registration_add(:'shop', 'oidc', '{"client_type": "public", "redirect_uris": ["org.example.shop:/cb"]}');	-- no secret
SELECT client_id ~ '^shop-' AS client, client_secret FROM authz_registration_add(:'shop', 'oidc', '{"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt",
	"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}');	-- its own key
SELECT registration_id AS saml, client_id, client_secret FROM authz_registration_add(:'shop', 'saml', '{"entity_id": "https://shop.example.org/saml", "acs_urls": ["https://shop.example.org/acs"]}') \gset
SELECT protocol, client_id, secrets, definition FROM authz_registrations WHERE registration_id = :'saml';

SELECT kit.ask(format('ARRAY(SELECT c FROM jsonb_object_keys(to_jsonb(authz_registration_add(%L, ''oidc'', ''{"grant_types": ["client_credentials"]}''))) c ORDER BY 1)', :'shop')) AS columns,
	kit.ask('ARRAY(SELECT c FROM jsonb_object_keys(to_jsonb(authz_application_add(''other''))) c ORDER BY 1)') AS "of another door";	-- also where a row is taken as a whole

-- what is refused says where and why, and of the caller's text no more than a word
SELECT pg_temp.word(format('SELECT authz_registration_add(%L, %L, %L)', :'shop', protocol, definition)) FROM (VALUES
	(1, '', '{}'), (2, NULL, '{}'), (3, 'ldap', '{}'), (4, 'oidc', NULL), (5, 'oidc', '[]'), (6, 'oidc', 'null'), (7, 'oidc', '{}'), (8, 'saml', '{}'),
	(9, 'oidc', '{"redirect_uris": ["https://a.example/cb", "https://*.example/cb"]}'), (10, 'oidc', '{"redirect_uris": ["https://ann:hunter2@a.example/"]}'), (11, 'oidc', '{"redirect_uris": ["http://a.example/"]}'),
	(12, 'oidc', '{"redirect_uris": ["https://a.example/"], "client_secret": "hunter2"}'), (13, 'oidc', '{"redirect_uris": ["https://a.example/"], "grant_types": ["authorization_code", "implicit"]}'),
	(14, 'oidc', '{"redirect_uris": "https://a.example/"}'), (15, 'oidc', '{"client_type": "public", "grant_types": ["client_credentials"]}'), (16, 'oidc', '{"redirect_uris": ["https://a.example/"], "pkce": "plain"}'),
	(17, 'oidc', '{"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "oct", "k": "aHVudGVyMg"}]}}'),
	(18, 'saml', '{"entity_id": "urn:a:b", "acs_urls": ["https://a.example/"], "want_assertions_signed": false}'), (19, 'saml', '{"entity_id": "urn:a:b", "acs_urls": ["https://a.example/"], "certificate": "aHVudGVyMg=="}'),
	(20, 'saml', '{"entity_id": "https://shop.example.org/saml", "acs_urls": ["https://a.example/"]}'), (21, 'oidc', format('{"redirect_uris": ["https://a.example/%s"]}', repeat('x', 3000))),
	(22, 'oidc', format('{"scopes": [%s1]}', repeat('1,', 40000))), (23, 'oidc', '{"scopes": [1e1000]}'), (24, 'oidc', '{"ä\"\\\u001b[31m": 1}')) AS t (n, protocol, definition) ORDER BY n;
SELECT kit.try(format('SELECT authz_registration_add(%L, ''oidc'', ''{"redirect_uris": ["https://a.example/"]}'')', app)) FROM unnest(ARRAY[:'theirs', '00000000-0000-0000-0000-000000000000', NULL]::text[]) app;	-- P0002: another account's is none
SET authz.account = 472;
SELECT client_id FROM authz_registration_add(:'theirs', 'saml', '{"entity_id": "https://shop.example.org/saml", "acs_urls": ["https://shop.example.org/acs"]}');	-- an entity id is one's own in each account
SET authz.account = 471;

-- who may: of an application that is nobody's to manage its owner and administrators, of a managed one the manager alone
SELECT registration_id AS managed FROM authz_registration_add(:'mine', 'oidc', '{"grant_types": ["client_credentials"]}') \gset
SELECT kit.own(471, 'Olga') AS olga, kit.own(471, 'Adam') AS adam, kit.own(471, 'Eve') AS eve, kit.own(471, 'Keeper') AS keeper, kit.own(471, 'Robot') AS robot, kit.own(471, 'Another') AS another, kit.own(472, 'Olga') AS foreign,
	(authz_start_secret_session(471, 'the secret', 'Boss', 'admin')).session_token AS boss, kit.token(471, '471-olga') AS token \gset
SET ROLE regress_reader;
SELECT replace(replace(replace(replace(call, :'shop', 'SHOP'), :'mine', 'MANAGED'), :'web', 'SHOP'''), :'managed', 'MANAGED''') AS call, left(pg_temp.as(:'olga', call), 5) AS owner, left(pg_temp.as(:'adam', call), 5) AS administrator, left(pg_temp.as(:'robot', call), 5) AS manager,
	left(pg_temp.as(:'boss', call), 5) AS everything, left(pg_temp.as(:'keeper', call), 5) AS permission, left(pg_temp.as(:'eve', call), 5) AS other, left(pg_temp.as(:'another', call), 5) AS service, left(pg_temp.as(:'foreign', call), 5) AS foreign, left(pg_temp.as('', call), 5) AS nobody
FROM unnest(ARRAY[:'shop', :'mine'], ARRAY[:'web', :'managed']) WITH ORDINALITY a (application, registration, m),
	LATERAL unnest(ARRAY[format('registration_add(%L, ''oidc'', ''{"grant_types": ["client_credentials"]}'') IS NOT NULL', application), format('registration_update(%L, ''{"grant_types": ["client_credentials"]}'')', registration),
		format('registration_rotate_secret(%L) IS NOT NULL', registration), format('registration_delete(%L)', registration)]) WITH ORDINALITY t (call, n) ORDER BY m, n;
-- the refusals are one to who has no stake, whether there is such an application, or such a registration; the owner may know whose it is
SELECT DISTINCT w FROM unnest(ARRAY[:'shop', :'mine', :'theirs', '00000000-0000-0000-0000-000000000000', NULL]::text[]) app, LATERAL (SELECT set_config('authz.session', :'eve', false)) s, pg_temp.word(format('SELECT authz_registration_add(%L, ''oidc'', ''{}'')', app)) w;
SELECT DISTINCT w FROM unnest(ARRAY[:'web', :'managed', '00000000-0000-0000-0000-000000000000', NULL]::text[]) registration, LATERAL (SELECT set_config('authz.session', :'eve', false)) s, pg_temp.word(format('SELECT authz_registration_rotate_secret(%L)', registration)) w;
SET authz.session = :'olga';
SELECT pg_temp.word(format('SELECT authz_registration_update(%L, ''{}'')', :'managed'));
-- nor by another way: views, tables, bodies, a way round by becoming the manager
SELECT kit.try('UPDATE authz_registrations SET definition = ''{}''') AS view, kit.try('DELETE FROM authz_registrations') AS delete, kit.try('SELECT * FROM authz.registration') AS tables, kit.try('SELECT * FROM authz.registration_secret') AS secrets,
	kit.try(format('SELECT authz.registration_update(471, NULL, %L, ''{}'')', :'managed')) AS bodies, kit.try('SELECT authz.registration_definition(''oidc'', ''{}'')') AS reader,
	kit.try(format('SELECT authz_application_change_owner(%L, ''Robot'')', :'mine')) AS "the manager as owner", kit.try(format('UPDATE authz_applications SET manager_id = ''Olga'' WHERE application_id = %L', :'mine')) AS manager;

-- by one's own hand, in a session that is not limited
SELECT pg_temp.as(:'token', format('registration_add(%L, ''oidc'', ''{"grant_types": ["client_credentials"]}'')', :'shop')) AS add, pg_temp.as(:'token', format('registration_update(%L, ''{}'')', :'web')) AS update,
	pg_temp.as(:'token', format('registration_rotate_secret(%L)', :'web')) AS rotate, pg_temp.as(:'token', format('registration_delete(%L)', :'web')) AS delete;	-- 42501 three times: an app token makes no credentials
SET authz.session = '';
RESET ROLE;
SELECT privileges, pg_temp.as(kit.own(471, 'Olga', privileges), format('registration_rotate_secret(%L)', :'web')) FROM unnest('{setrole:47102,privacycontext:site,limitentry:1}'::text[]) privileges;	-- 42501
SELECT authz_request_authorization(:'shop', app_secret, 'Olga') AS key, app_secret FROM authz_application_secret_add(:'shop') \gset
SET authz.session = :'olga';
SELECT authz_set_application_authorization(max(id), 'approved') FROM authz_application_requests;
SET authz.session = '';
SELECT session_token AS acting FROM authz_authorize(:'shop', :'app_secret', :'key') \gset
SELECT pg_temp.as(:'acting', format('registration_add(%L, ''oidc'', ''{"grant_types": ["client_credentials"]}'')', :'shop')) AS add, pg_temp.as(:'acting', format('registration_update(%L, ''{}'')', :'web')) AS update,
	pg_temp.as(:'acting', format('registration_rotate_secret(%L)', :'web')) AS rotate;	-- 42501: nor does what acts for her

-- who has the permission and no stake does not grow by being the application
SELECT call, pg_temp.as(:'keeper', format(call, :'shop')) AS keeper, pg_temp.as(:'boss', format(call, :'shop')) AS boss FROM unnest('{application_set_administrators(%L\, NULL),"application_change_owner(%L, ''Keeper'') > 0"}'::text[]) call;	-- 42501, ok
SELECT authz_role_add('anybody', '{user.impersonate}', role_id => 47103), authz_role_user_add(47103, 'Keeper'), authz_role_user_add(47102, 'service-account-shop');
SELECT pg_temp.as(:'keeper', format('registration_rotate_secret(%L)', :'web')) AS "less than it", pg_temp.as(:'keeper', format('application_set_administrators(%L, NULL)', :'shop')) AS administrators;	-- 42501
SELECT authz_role_user_add(47102, 'Keeper');
SELECT length(pg_temp.as(:'keeper', format('registration_rotate_secret(%L)', :'web'))) AS "as much as it", pg_temp.as(:'keeper', format('application_set_administrators(%L, NULL)', :'shop')) AS administrators, length(pg_temp.as(:'olga', format('registration_rotate_secret(%L)', :'web'))) AS "its owner";

-- what one sees: of the applications one has a stake in, or is; never a secret
SET ROLE regress_reader;
SELECT who, pg_temp.as(token, 'current_user_id()') IS NOT NULL AS somebody, kit.ask('count(*) FROM authz_registrations') AS seen
	FROM (VALUES (1, 'owner', :'olga'), (2, 'administrator', :'adam'), (3, 'manager', :'robot'), (4, 'keeper', :'keeper'), (5, 'other', :'eve'), (6, 'foreign', :'foreign'), (7, 'acting', :'acting'), (8, 'nobody', '')) AS t (n, who, token) ORDER BY n;
SET authz.session = '';
RESET ROLE;
SELECT count(*) FROM (SELECT r::text FROM authz.registration r UNION ALL SELECT r::text FROM authz.registration_secret r UNION ALL SELECT e::text FROM authz.audit_event e UNION ALL SELECT v::text FROM authz_registrations v) AS every (line)
	WHERE line LIKE '%' || :'web_secret' || '%' OR line LIKE '%' || encode(sha256((:'web_secret')::bytea), 'hex') || '%';	-- 0

-- another definition in its place
SELECT authz_registration_update(:'web', '{"client_type": "public", "redirect_uris": ["org.example.shop:/cb"]}');
SELECT definition ->> 'client_type' AS type, definition -> 'redirect_uris' AS uris, secrets, updated_at >= created_at AS updated FROM authz_registrations WHERE registration_id = :'web';	-- a public client has no secret
SELECT kit.try(format('SELECT authz_registration_rotate_secret(%L)', :'web')) AS public, kit.try(format('SELECT authz_registration_rotate_secret(%L)', :'saml')) AS saml;	-- 55000
SELECT authz_registration_update(:'web', '{"redirect_uris": ["https://shop.example.org/cb"]}');
SELECT length(authz_registration_rotate_secret(:'web')), (SELECT secrets FROM authz_registrations WHERE registration_id = :'web') AS before;	-- its first, again
SELECT authz_registration_update(:'saml', '{"entity_id": "urn:example:shop", "acs_urls": ["https://shop.example.org/acs"]}');
SELECT client_id FROM authz_registrations WHERE registration_id = :'saml';
SELECT kit.try(format('SELECT authz_registration_update(%L, %L)', registration, definition)) FROM (VALUES (1, :'saml', '{"redirect_uris": ["https://shop.example.org/cb"]}'), (2, :'web', NULL), (3, :'web', '{}'), (4, '00000000-0000-0000-0000-000000000000', '{}'), (5, NULL, '{}')) AS t (n, registration, definition) ORDER BY n;	-- 22023 three times, P0002 twice
SELECT registration_id AS second FROM authz_registration_add(:'shop', 'saml', '{"entity_id": "urn:example:second", "acs_urls": ["https://shop.example.org/acs"]}') \gset
SELECT kit.try(format('SELECT authz_registration_update(%L, ''{"entity_id": "urn:example:shop", "acs_urls": ["https://shop.example.org/acs"]}'')', :'second'));	-- 23505

-- secrets overlap while they are rotated
SELECT count(DISTINCT authz_registration_rotate_secret(:'web')) FROM generate_series(1, 9);
SELECT secrets FROM authz_registrations WHERE registration_id = :'web';
SELECT kit.try(format('SELECT authz_registration_rotate_secret(%L)', :'web')) AS "one too many", kit.try(format('SELECT authz_registration_rotate_secret(%L, -1)', :'web')) AS negative, kit.try(format('SELECT authz_registration_rotate_secret(%L, NULL)', :'web')) AS "a day";	-- 54000, 22023, 54000
SELECT length(authz_registration_rotate_secret(:'web', 0));
SELECT secrets FROM authz_registrations WHERE registration_id = :'web';		-- the former ones are gone

-- deleted, or with the application
SELECT authz_registration_delete(:'second'), authz_registration_delete(:'second'), authz_registration_delete(NULL);
SELECT pg_temp.as(:'olga', format('registration_delete(%L)', :'second')) AS "deleted already", pg_temp.as(:'boss', format('registration_delete(%L)', :'second')) AS boss;	-- 42501, f
SELECT count(authz_registration_add(:'shop', 'oidc', '{"grant_types": ["client_credentials"]}')) FROM generate_series(1, 96);
SELECT authz_registration_add(:'shop', 'oidc', '{"grant_types": ["client_credentials"]}');		-- 54000
SELECT authz_application_delete(:'shop');
SELECT application_identifier, count(*) FROM authz_registrations GROUP BY 1;
SELECT count(*) FROM authz.registration_secret WHERE account_id = 471;
SELECT action, subject, count(*) FROM authz.audit_event WHERE account_id = 471 AND action LIKE 'registration.%' GROUP BY 1, 2 ORDER BY 1, 2;
RESET authz.account;
