-- apptokens: making and changing app tokens, and what may be given by one
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('apptokens', 361);
SELECT account_id FROM authz_account_add('apptokens, a neighbour', 362);
SET authz.account = 362;
SELECT id FROM authz_apptoken_add(id => '362-foreign');
SET authz.account = 361;
SELECT kit.person(361, p) FROM unnest('{Ann,Bob,Cat}'::text[]) p;
SELECT kit.person(361, 'Boss', 'admin');
SELECT authz_group_add('staff');
SELECT authz_permission_add('p.one'), authz_permission_add('p.two'), authz_role_add('one', '{p.one}', role_id => 36101),
	authz_role_add('two', '{p.two}', role_id => 36102);

-- made by the system, shown once
SELECT id ~ '^[0-9a-f]{16}$' AS id, token ~ '^[0-9a-f]{32}$' AS token FROM authz_apptoken_add('nobody''s');
SELECT id FROM authz_apptoken_add('chosen', 'sha512', 60, 'setrole:one,free:a', 'Admin', 'ANN', '2099-01-01', '361-chosen', 'a secret'); -- 22023: a blank
SELECT * FROM authz_apptoken_add('chosen', 'sha512', 60, 'setrole:one,free:a', 'Admin', 'ANN', '2099-01-01', '361-chosen', 'a-secret');
SELECT id FROM authz_apptoken_add('', '', NULL, '', '', '', NULL, '361-default', '');
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_apptoken_add(id => ''361-chosen'')', 'SELECT authz_apptoken_add(id => ''362-foreign'')',
	'SELECT authz_apptoken_add(id => ''a b'')', 'SELECT authz_apptoken_add(id => repeat(''x'', 65))', 'SELECT authz_apptoken_add(token => repeat(''x'', 201))',
	'SELECT authz_apptoken_add(hash_type => ''sha3'')', 'SELECT authz_apptoken_add(hash_type => ''md5'')', 'SELECT authz_apptoken_add(session_duration => 0)',
	'SELECT authz_apptoken_add(session_duration => -1)', 'SELECT authz_apptoken_add(session_type => ''widget'')', 'SELECT authz_apptoken_add(session_type => ''root'')',
	'SELECT authz_apptoken_add(session_user_id => ''nobody'')', 'SELECT authz_apptoken_add(session_user_id => ''staff'')',
	'SELECT authz_apptoken_add(session_privileges => '':x'')', 'SELECT authz_apptoken_add(session_privileges => E''a\tb'')',
	'SELECT authz_apptoken_add(session_privileges => ''_t:2'')',		-- 22023: a field of the session itself
	'SELECT authz_apptoken_add(session_privileges => ''actionslimit:0'')']) what;
SELECT authz_account_update(361, settings => '{"legacy_hashes": true, "max_session_duration": 3600}');
SELECT id FROM authz_apptoken_add(hash_type => 'MD5', id => '361-md5');
SELECT id, description, hash_type, session_type, session_user_id, session_duration, session_privileges, expiry IS NOT NULL AS expires, status
	FROM authz_apptokens WHERE id LIKE '361-%' ORDER BY id COLLATE "C";

-- changing
SELECT authz_apptoken_update('361-default', 'changed', 120, 'setrole:two', 'admin', 'bob', '2099-01-01', 'Blocked');
SELECT authz_apptoken_update('361-default', '', NULL, '', '', '', NULL, '');	-- leaves all
SELECT description, session_duration, session_privileges, session_type, session_user_id, expiry IS NOT NULL AS expires, status FROM authz_apptokens
	WHERE id = '361-default';
SELECT authz_apptoken_update('361-default', status => 'active', clear => '{description,session_privileges,session_user_id,expiry}');
SELECT description, session_duration, session_privileges, session_type, session_user_id, expiry, status FROM authz_apptokens WHERE id = '361-default';
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY['SELECT authz_apptoken_update(''nonesuch'', ''x'')', 'SELECT authz_apptoken_update(''362-foreign'', ''x'')',
	'SELECT authz_apptoken_update(''361-md5'', session_type => ''widget'')', 'SELECT authz_apptoken_update(''361-md5'', session_user_id => ''nobody'')',
	'SELECT authz_apptoken_update(''361-md5'', status => ''deleted'')', 'SELECT authz_apptoken_update(''361-md5'', session_duration => 0)',
	'SELECT authz_apptoken_update(''361-md5'', clear => ''{id}'')', 'SELECT authz_apptoken_update(NULL, ''x'')',
	'SELECT authz_apptoken_update(''361-md5'', session_privileges => '':'')']) what;

-- deleting ends its sessions and forgets its secret
SELECT kit.become(361, '361-cat');
SELECT authz_current_user_id();
SET authz.session = '';
SELECT count(*) AS sessions FROM authz_sessions WHERE apptoken_id = '361-cat';
SELECT kit.token(361, '361-cat') AS token \gset
SELECT authz_apptoken_delete('361-cat'), authz_apptoken_delete('361-cat'), authz_apptoken_delete('362-foreign'), authz_apptoken_delete(NULL);
SELECT (SELECT count(*) FROM authz_sessions WHERE apptoken_id = '361-cat') AS sessions, (SELECT count(*) FROM authz_apptokens WHERE id = '361-cat') AS tokens;
SELECT apptoken_id, secret_id, status FROM authz.apptoken WHERE apptoken_id = '361-cat';
SET authz.session = :'token';
SELECT authz_current_user_id();													-- NULL
SET authz.session = '';
SELECT authz_apptoken_update('361-cat', 'x');									-- P0002
SELECT id FROM authz_apptoken_add(id => '361-cat');								-- 23505: ids are not used again

-- who makes one must have all that it gives: his role limits what he may give
SELECT authz_role_add('maker', '{apptoken.*,p.one}') AS maker, authz_role_add('for others', '{apptoken.*,user.impersonate,p.one}') AS others \gset
SELECT authz_role_user_add(:maker, 'ann');
SELECT authz_category_add('c', category_id => 36101), authz_category_user_add(36101, 'bob', 'contributor');
CREATE FUNCTION pg_temp.add(args text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN kit.try('SELECT authz_apptoken_add(' || args || ')');
END
$$;
SET ROLE regress_reader;
SELECT kit.become(361, '361-ann');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_user_id => ''ann''', 'session_user_id => ''ANN'', session_privileges => ''setrole:one,free:a''',
	'session_user_id => ''ann'', session_privileges => ''setrole:36101,privacycontext:site,restrictingrole:two,enableentitlement,sessionid:x''',
	'session_user_id => ''ann'', session_privileges => ''view:*,other:*''', 'session_user_id => ''ann'', session_privileges => ''setrole:one/two''']) args;
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY[
	'', 'session_privileges => ''setrole:one''',	-- 42501: for anybody
	'session_user_id => ''bob''', 'session_user_id => ''nobody''',	-- 42501: for others
	'session_user_id => ''ann'', session_type => ''admin''', 'session_user_id => ''ann'', session_privileges => ''setrole:two''',
	'session_user_id => ''ann'', session_privileges => ''setrole:*''', 'session_user_id => ''ann'', session_privileges => ''setrole:one/*''',
	'session_user_id => ''ann'', session_privileges => ''setrole:nonesuch''',	-- P0002
	'session_user_id => ''ann'', session_privileges => ''disableentitlement''', 'session_user_id => ''ann'', session_privileges => ''disableentitlementforentry:1''',
	'session_user_id => ''ann'', session_privileges => ''edit:1''', 'session_user_id => ''ann'', session_privileges => ''sview:*''',
	'session_user_id => ''ann'', session_privileges => ''list:*''', 'session_user_id => ''ann'', session_privileges => ''edituser:bob''',
	'session_user_id => ''ann'', session_privileges => ''privacycontext:*''', 'session_user_id => ''ann'', session_privileges => ''apptoken:*''',
	'session_user_id => ''ann'', id => ''361-mine''', 'session_user_id => ''ann'', token => ''mine''']) args;
SELECT what, kit.try(what) AS outcome FROM unnest(ARRAY[
	'SELECT authz_apptoken_update(''361-boss'', ''described'')', 'SELECT authz_apptoken_update(''361-boss'', status => ''blocked'')',
	'SELECT authz_apptoken_update(''361-boss'', status => ''active'')', 'SELECT authz_apptoken_update(''361-boss'', session_user_id => ''ann'')',
	'SELECT authz_apptoken_update(''361-bob'', session_duration => 1)', 'SELECT authz_apptoken_update(''361-ann'', session_duration => 60)',
	'SELECT authz_apptoken_update(''361-ann'', session_privileges => ''setrole:two'')', 'SELECT authz_apptoken_update(''361-ann'', session_privileges => ''setrole:one'')',
	'SELECT authz_apptoken_update(''361-ann'', session_type => ''admin'')', 'SELECT authz_apptoken_update(''361-ann'', clear => ''{session_user_id}'')',
	'SELECT authz_apptoken_update(''361-ann'', clear => ''{session_privileges}'')', 'SELECT authz_apptoken_update(''nonesuch'', ''x'')',
	'SELECT authz_apptoken_delete(''nonesuch'')']) what;

-- for others: their roles and their levels
RESET ROLE;
SET authz.session = '';
SELECT authz_role_user_delete(:maker, 'ann'), authz_role_user_add(:others, 'ann');
SET ROLE regress_reader;
SELECT kit.become(361, '361-ann');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_user_id => ''cat''', 'session_user_id => ''nobody''',	-- ok, P0002
	'session_user_id => ''bob''', 'session_user_id => ''bob'', session_privileges => ''setrole:one''',	-- 42501: his level
	'session_privileges => ''setrole:one''', '']) args;	-- 42501: anybody's level
RESET ROLE;
SET authz.session = '';
SELECT authz_category_user_add(36101, 'ann', 'contributor');
SET ROLE regress_reader;
SELECT kit.become(361, '361-ann');
SELECT pg_temp.add('session_user_id => ''bob''') AS "with that level";
RESET ROLE;
SET authz.session = '';
SELECT authz_role_user_add(36102, 'bob');
SET ROLE regress_reader;
SELECT kit.become(361, '361-ann');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_user_id => ''bob''', 'session_user_id => ''bob'', session_privileges => ''setrole:one''']) args;	-- 42501: his role; ok

-- a session that is limited makes no token that is not
RESET ROLE;
SET authz.session = '';
SELECT id FROM authz_apptoken_add(session_user_id => 'ann', session_privileges => 'setrole:maker', id => '361-narrow', token => 'sesame');
SELECT id FROM authz_apptoken_add(session_user_id => 'ann', session_privileges => 'privacycontext:site,enablecategorymoderation', id => '361-site', token => 'sesame');
SELECT id FROM authz_apptoken_add(session_user_id => 'ann', session_privileges => 'edit:7,edit:8', id => '361-edit', token => 'sesame');
SET ROLE regress_reader;
SELECT kit.become(361, '361-narrow');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_user_id => ''ann''', 'session_user_id => ''ann'', session_privileges => ''setrole:maker''']) args;
SELECT kit.become(361, '361-site');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_user_id => ''ann''', 'session_user_id => ''ann'', session_privileges => ''privacycontext:site''',
	'session_user_id => ''ann'', session_privileges => ''privacycontext:shop,enablecategorymoderation''',
	'session_user_id => ''ann'', session_privileges => ''enablecategorymoderation,privacycontext:site''']) args;
SELECT kit.become(361, '361-edit');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_user_id => ''ann'', session_privileges => ''edit:7''',
	'session_user_id => ''ann'', session_privileges => ''edit:7/9''', 'session_user_id => ''ann'', session_privileges => ''edit:*''']) args;

-- an administrator gives everything, one whom a role limits does not
RESET ROLE;
SET authz.session = '';
SELECT authz_apptoken_update('361-boss', status => 'active');
SET ROLE regress_reader;
SELECT kit.become(361, '361-boss');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['', 'session_type => ''admin'', session_user_id => ''bob'', session_privileges => ''disableentitlement,setrole:*,edit:*''',
	'id => ''361-mine''']) args;
RESET ROLE;
SET authz.session = '';
SELECT authz_role_user_add(:others, 'boss');
SET ROLE regress_reader;
SELECT kit.become(361, '361-boss');
SELECT args, pg_temp.add(args) AS outcome FROM unnest(ARRAY['session_type => ''admin'', session_user_id => ''boss''',
	'session_type => ''admin'', session_user_id => ''cat''', 'session_user_id => ''boss'', session_privileges => ''disableentitlement''', '']) args;

-- nobody
SET authz.session = '';
SELECT pg_temp.add(''), kit.try('SELECT authz.apptoken_add(361, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)'),
	kit.try('SELECT authz.delete_apptoken(361, ''361-ann'')'), kit.try('SELECT * FROM authz.apptoken'), kit.try('SELECT * FROM authz.secret'),
	kit.try('SELECT authz.keep_secret(''x'')'), kit.try('SELECT authz.verifier(''x'')'), (SELECT count(*) FROM authz_apptokens) AS seen;
RESET ROLE;
SELECT count(*) FROM authz.audit_event e WHERE e.account_id = 361 AND (e::text LIKE '%sesame%' OR e::text LIKE '%a-secret%');	-- 0
RESET authz.account;
