-- sso_configure: the gateway that signs users in: who it is, by what it signs, where it is, and who may say so
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('gateways', 642, 'the secret');
SELECT account_id FROM authz_account_add('gateways, a neighbour', 643, 'the secret');
SET authz.account = 643;
SELECT application_id AS theirs FROM authz_application_add('theirs') \gset
SET authz.account = 642;
SELECT authz_user_add('Ann'), authz_user_add('Bob'), authz_user_add('Cat'), authz_group_add('crew'), authz_group_user_add('crew', 'Cat');
SELECT application_id AS app FROM authz_application_add('portal', owner_id => 'Ann', administrators_id => 'crew') \gset
SELECT authz_role_add('viewer', application_id => :'app', role_id => 64201);
CREATE VIEW pg_temp.shown AS SELECT issuer, login_url, logout_url, accept_session_key FROM authz_sign_in_settings;
CREATE FUNCTION pg_temp.secrets() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(left(encode(value, 'escape'), 1) || length(value), ' ' ORDER BY secret_id) FROM authz.secret WHERE encode(value, 'escape') ~ '^(x+|y+|z+)$'
$$;

-- a secret that nobody guesses, addresses that nobody reads along
SELECT what, kit.try(format('SELECT authz_sso_configure(%L, %s)', :'app', what)) AS outcome FROM unnest(ARRAY['NULL, NULL, NULL, NULL', 'NULL, '''', NULL, NULL', '''gate'', NULL, NULL, NULL', 'NULL, ''default'', NULL, NULL', 'NULL, repeat(''x'', 31), NULL, NULL', 'NULL, repeat(''x'', 1025), NULL, NULL',
	'NULL, repeat(''x'', 32), ''http://www.example.org/'', NULL', 'NULL, repeat(''x'', 32), NULL, ''http://www.example.org/''', 'NULL, repeat(''x'', 32), ''/login'', NULL', 'NULL, repeat(''x'', 32), ''//www.example.org/'', NULL', 'NULL, repeat(''x'', 32), ''javascript:alert(1)'', NULL',
	'NULL, repeat(''x'', 32), NULL, ''https://user@www.example.org/''', 'NULL, repeat(''x'', 32), NULL, ''https://www.example.org/#x''', 'NULL, repeat(''x'', 32), NULL, ''https://www.example.org/?a=b&sessionKey=c''', 'NULL, repeat(''x'', 32), NULL, ''https://www.example.org/?sessionkey''',
	'repeat(''x'', 1001), repeat(''x'', 32), NULL, NULL', 'E''a\nb'', repeat(''x'', 32), NULL, NULL']) WITH ORDINALITY t (what, n) ORDER BY n;
SELECT count(*) FROM authz.sso_setting WHERE application_id = :'app';	-- 0
SELECT pg_temp.secrets();												-- NULL
SELECT kit.try('SELECT authz_sso_configure(gen_random_uuid(), NULL, repeat(''x'', 32), NULL, NULL)') AS none, kit.try('SELECT authz_sso_configure(NULL, NULL, repeat(''x'', 32), NULL, NULL)') AS null, kit.try(format('SELECT authz_sso_configure(%L, NULL, repeat(''x'', 32), NULL, NULL)', :'theirs')) AS theirs;

-- NULL keeps what there is, an empty text clears it
SELECT authz_sign_in_configure(:'app', 'sso', 'sso');
SELECT authz_sso_configure(:'app', 'gate', repeat('x', 32), 'https://www.example.org/login', 'https://www.example.org/logout?from=portal');
TABLE pg_temp.shown;
SELECT authz_sso_configure(:'app', NULL, NULL, NULL, NULL, true);
TABLE pg_temp.shown;
SELECT authz_sso_configure(:'app', NULL, repeat('y', 40), '', NULL, NULL);
TABLE pg_temp.shown;
SELECT pg_temp.secrets();												-- one in the place of the other
SELECT authz_sso_configure(:'app', '', NULL, NULL, '');
TABLE pg_temp.shown;
SELECT kit.try(format('SELECT authz_sso_configure(%L, NULL, '''', NULL, NULL)', :'app'));	-- 22023: by nothing nobody signs
SELECT action, detail FROM authz.audit_event WHERE account_id = 642 AND action = 'sso.configure' ORDER BY event_id;
-- where users go when they leave is not the gateway's to say while another method is set
SELECT authz_sso_configure(:'app', NULL, NULL, 'https://www.example.org/login', 'https://www.example.org/logout'), authz_sign_in_configure(:'app', 'internal', 'internal');
TABLE pg_temp.shown;
SELECT authz_sign_in_configure(:'app', 'sso', 'sso');

-- who has a stake in it, and may act for others
SELECT authz_role_add('configurer', '{sso.configure}', role_id => 64210), authz_role_add('trusted', '{user.impersonate}', role_id => 64211), authz_role_add('both', '{sso.configure,user.impersonate}', role_id => 64212), authz_role_user_add(64210, 'Bob');
SELECT kit.own(642, 'Ann') AS ann, kit.own(642, 'Bob') AS bob, kit.own(642, 'Cat') AS cat, kit.own(642, 'Ann', 'setrole:trusted') AS trusted, kit.own(642, 'Bob', 'setrole:both') AS both, kit.own(642, 'service-account-portal') AS itself \gset
SELECT id FROM authz_apptoken_add(id => '642-ann', token => 'sesame', session_user_id => 'Ann', session_privileges => 'setrole:both');
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;
CREATE FUNCTION pg_temp.settings(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT string_agg(login_url, ' ') FROM authz_sign_in_settings);
END
$$;
SET ROLE regress_reader;
SELECT format('sso_configure(%L, NULL, repeat(''z'', 50), NULL, NULL)', :'app') AS call \gset
SELECT pg_temp.as(:'ann', :'call') AS owner, pg_temp.as(:'cat', :'call') AS administrator, pg_temp.as(:'bob', :'call') AS permitted, pg_temp.as('', :'call') AS nobody;	-- 42501
SELECT pg_temp.as(kit.token(642, '642-ann'), :'call') AS not_by_others;	-- 42501: not by a session that others have, which acts for her
SELECT pg_temp.as(:'trusted', :'call') AS owner, pg_temp.as(:'both', :'call') AS permitted, pg_temp.as(:'both', replace(:'call', :'app', :'theirs')) AS not_theirs;
SELECT pg_temp.settings(:'ann') AS owner, pg_temp.settings(:'cat') AS administrator, pg_temp.settings(:'bob') AS permitted, pg_temp.settings(:'itself') AS itself, pg_temp.settings('') AS nobody;
RESET ROLE;

-- and all goes with the application
SELECT pg_temp.secrets();
SELECT authz_application_delete(:'app');
SELECT count(*) AS settings, pg_temp.secrets() AS secrets FROM authz.sso_setting WHERE application_id = :'app';
RESET authz.account;
