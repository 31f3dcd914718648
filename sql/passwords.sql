-- passwords: what may be one, who sets it, and how those come in that others have hashed
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('Lighthouse Media', 605, 'the secret');
SELECT account_id FROM authz_account_add('passwords, a neighbour', 606, 'the secret');
SET authz.account = 606;
SELECT authz_user_add('Ann');
SET authz.account = 605;
SELECT kit.person(605, p) FROM unnest('{Ann,Bob,Cat}'::text[]) p;
SELECT kit.person(605, 'Boss', 'admin');
SELECT authz_user_update('Ann', first_name => 'Annabel', last_name => 'Leigh', email => 'annabel.leigh@example.org'), authz_user_add('service', 'service'), authz_user_add('gone'), authz_user_delete('gone'), authz_group_add('crew');
SELECT application_id AS app FROM authz_application_add('harbour-portal', display_name => 'Harbour Gate') \gset
SELECT authz_role_add('viewer', application_id => :'app', role_id => 60510), authz_sign_in_configure(:'app', 'internal', 'internal'), authz_role_user_set(:'app', 'Ann', 'viewer');

-- length counts, and nothing that somebody would try
SELECT what, kit.try(format('SELECT authz.check_password(605, (SELECT principal_id FROM authz.principal WHERE account_id = 605 AND user_id = ''Ann''), %s)', what)) AS outcome FROM unnest(ARRAY['NULL', '''''', '''short''', '''fourteen chars''', '''fifteen chars !''',
	'repeat(''abcdefgh'', 9)', 'repeat(''abcdefgh'', 9) || ''x''', 'repeat(''äöü'', 12)', 'repeat(''äöü'', 12) || ''x''', '''correct horse battery staple''', '''          leading and trailing blanks count          ''', 'E''\t\u00e9\U0001F600 any character is good''',
	-- common words with figures and signs around them, repeated; rows of keys; few characters
	'''Password1234567''', '''P-a-s-s-w-o-r-d-1-2-3''', '''passwordpassword''', '''welcomewelcome!!''', '''letmein-letmein''', '''aaaaaaaaaaaaaaaa''', '''1212121212121212''', '''123456789012345''', '''543210987654321''', '''qwertyuiopasdfgh''', '''hgfdsapoiuytrewq''', '''1qaz2wsx3edc4rfv''', '''abcdefghijklmnop''',
	-- names of the user, the application and the account
	'''AnnAnnAnnAnnAnn''', '''annabel.leigh@example.org''', '''Annabel-Leigh-1849''', '''ANNABELANNABEL123''', '''harbour-portal-1''', '''Harbour Gate 2024''', '''lighthousemedia1''', '''Lighthouse.Media.2024''']) WITH ORDINALITY t (what, n) ORDER BY n;
SELECT kit.try('SELECT authz.check_password(606, (SELECT principal_id FROM authz.principal WHERE account_id = 606), ''Lighthouse.Media.2024'')') AS "not theirs";	-- ok
-- what the account blocks
SELECT authz_blocked_password_add('{Correct Horse Battery Staple,letterbox,letterbox}'), authz_blocked_password_add('{letterbox}'), authz_blocked_password_add(NULL), authz_blocked_password_add('{}');
SELECT what, kit.try(format('SELECT authz_blocked_password_add(%s)', what)) AS outcome FROM unnest(ARRAY['''{""}''', '''{NULL}''', 'ARRAY[repeat(''x'', 301)]', '''{{a,b},{c,d}}''']) what;
SELECT what, kit.try(format('SELECT authz.check_password(605, NULL, %L)', what)) AS outcome FROM unnest('{correct horse battery staple,LETTERBOX-1-2-3-4,letterboxes-are-fine}'::text[]) what;
SELECT password FROM authz_blocked_passwords ORDER BY password COLLATE "C";
SELECT authz_blocked_password_delete('{A,b,c,d,LetterBox,nonesuch}'), authz_blocked_password_delete(NULL);
-- the account's own length
SELECT authz_account_update(605, settings => '{"password_min_length": 20}');
SELECT kit.try('SELECT authz.check_password(605, NULL, ''nineteen characters'')') AS short, kit.try('SELECT authz.check_password(605, NULL, ''exactly twenty chars'')') AS long;
SELECT authz_account_update(605, settings => '{"password_min_length": null}');

-- who may set whose
SELECT kit.own(605, 'Ann') AS ann, kit.own(605, 'Bob') AS bob, session_token AS boss FROM authz_start_secret_session(605, 'the secret', 'Boss', 'admin') \gset
SELECT kit.token(605, '605-boss') AS tool, kit.token(605, '605-ann') AS anns_tool \gset
SELECT authz_role_add('helper', '{user.set_password,user.impersonate}', role_id => 60501), authz_role_add('half a helper', '{user.*}', role_id => 60502), authz_role_user_add(60501, 'Bob'), authz_role_user_add(60502, 'Cat'), authz_role_add('more', '{user.delete}', role_id => 60503);
SELECT kit.own(605, 'Cat') AS cat \gset
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;
SELECT authz_user_set_password('ANN', 'a lantern over sand');		-- who administers the database
SET ROLE regress_reader;
SELECT call, pg_temp.as(:'boss', call) AS admin, pg_temp.as(:'bob', call) AS helper, pg_temp.as(:'cat', call) AS half, pg_temp.as(:'tool', call) AS "for the admin", pg_temp.as('', call) AS nobody FROM unnest(ARRAY['user_set_password(''Ann'', ''a lantern over rock'')',
	'user_set_password(''Boss'', ''a lantern over rock'')', 'user_set_password(''nobody'', ''a lantern over rock'')', 'user_set_password(''gone'', ''a lantern over rock'')', 'user_set_password(''service'', ''a lantern over rock'')', 'user_set_password(''crew'', ''a lantern over rock'')',
	'user_set_password(''Ann'', ''short'')', 'user_set_password(''Ann'', NULL)', 'user_set_password(NULL, ''a lantern over rock'')']) WITH ORDINALITY t (call, n) ORDER BY n;
-- a helper makes nobody's password who may more than he
RESET ROLE;
SET authz.session = '';
SELECT authz_role_user_add(60503, 'Ann');
SET ROLE regress_reader;
SELECT pg_temp.as(:'bob', 'user_set_password(''Ann'', ''a lantern over rock'')');	-- 42501
-- one's own: with the old one, with one's own hand
SELECT pg_temp.as(:'ann', 'user_set_password(''ann'', ''a lantern over rock'', ''a lantern over sand'')') AS right, pg_temp.as(:'ann', 'user_set_password(''Ann'', ''a lantern over rock'', ''wrong'')') AS wrong, pg_temp.as(:'ann', 'user_set_password(''Ann'', ''a lantern over rock'')') AS without,
	pg_temp.as(:'anns_tool', 'user_set_password(''Ann'', ''a lantern over rock'', ''a lantern over sand'')') AS tool, pg_temp.as(:'ann', 'user_set_password(''Cat'', ''a lantern over rock'', ''a lantern over sand'')') AS other, pg_temp.as(:'ann', 'user_set_password(''Ann'', ''easy'', ''a lantern over sand'')') AS easy,
	pg_temp.as(:'cat', 'user_set_password(''Cat'', ''a lantern over rock'')') AS first, pg_temp.as(:'bob', 'user_set_password(''Bob'', ''a lantern over rock'')') AS "first of a helper";	-- '', 28P01, 28P01, 42501, 42501, 22023, 42501, ''
RESET ROLE;
SET authz.session = '';

-- a change ends what others are signed in to by the former one, and not the session in which it is made
SELECT a.session_token AS one, b.session_token AS two FROM authz_login(:'app', 'Ann', 'a lantern over sand') a, authz_login(:'app', 'Ann', 'a lantern over sand') b \gset
SET authz.session = :'one';
SELECT authz_user_set_password('Ann', 'a beacon, not a bell', 'a lantern over sand');
SELECT authz_current_user_id();
SET authz.session = :'two';
SELECT authz_current_user_id();			-- NULL
SET authz.session = '';
SELECT a.status AS former, b.status AS new, c.status AS blank, d.status AS "in another form" FROM authz_login(:'app', 'Ann', 'a lantern over sand') a, authz_login(:'app', 'Ann', 'a beacon, not a bell') b, authz_login(:'app', 'Ann', 'a beacon, not a bell ') c,
	authz_login(:'app', 'Ann', U&'\FF41 beacon, not a bell') d;		-- failed, ok, failed, ok
-- guessing the old one has to wait, and then the right one too
SET authz.session = :'ann';
SELECT outcome, count(*) FROM generate_series(1, 6) n, kit.try(format('SELECT authz_user_set_password(''Ann'', ''a lantern over rock'', ''wrong %s'')', n)) outcome GROUP BY 1;
SELECT kit.try('SELECT authz_user_set_password(''Ann'', ''a lantern over rock'', ''a beacon, not a bell'')');	-- 28P01
SET authz.session = '';

-- kept as a verifier of the account's cost, which is renewed when he signs in
SELECT left(verifier, 7) AS kind, legacy FROM authz.password WHERE account_id = 605;
SELECT authz_account_update(605, settings => '{"password_cost": 11}');
SELECT status FROM authz_login(:'app', 'Ann', 'wrong');
SELECT left(verifier, 7) AS kind FROM authz.password WHERE account_id = 605;	-- not by who does not know it
SELECT status FROM authz_login(:'app', 'Ann', 'a beacon, not a bell');
SELECT left(verifier, 7) AS kind FROM authz.password WHERE account_id = 605;
SELECT authz_account_update(605, settings => '{"password_cost": null}');
-- what weakens is for who administers the database
SELECT setting, kit.try(format('SELECT set_config(''authz.session'', %L, true)', :'boss')) AS admin, pg_temp.as(:'boss', format('account_update(605, settings => %L)', setting)) AS outcome FROM unnest(ARRAY['{"password_min_length": 14}', '{"password_min_length": 16}', '{"password_cost": 12}', '{"legacy_passwords": true}', '{"subject_lock": true}']) setting;
SET authz.session = '';

-- others' hashes: bare SHA-1, where the account takes them; hashed themselves, until the password is next proven
SELECT principal_id AS cat FROM authz.principal WHERE account_id = 605 AND user_id = 'Cat' \gset
SELECT kit.try(format('SELECT authz.import_password(605, %s, ''ecc94cd2e13ec3ae3ea30bda01e4fe715f9f9d20'')', :'cat'));	-- 22023: it does not
SELECT authz_account_update(605, settings => '{"legacy_passwords": true}'), authz_role_user_set(:'app', 'Cat', 'viewer');
SELECT what, kit.try(format('SELECT authz.import_password(605, %s, %L)', :'cat', what)) AS outcome FROM unnest(ARRAY['', 'ecc94cd2e13ec3ae3ea30bda01e4fe715f9f9d2', 'ecc94cd2e13ec3ae3ea30bda01e4fe715f9f9d2g', 'MyPass123%', 'da39a3ee5e6b4b0d3255bfef95601890afd80709']) what;
SELECT authz.import_password(605, :cat, 'ECC94CD2E13EC3AE3EA30BDA01E4FE715F9F9D20');
SELECT legacy, verifier ~ 'ecc94|ECC94' AS bare FROM authz.password WHERE principal_id = :cat;
SELECT a.status AS hash, b.status AS wrong FROM authz_login(:'app', 'Cat', 'ecc94cd2e13ec3ae3ea30bda01e4fe715f9f9d20') a, authz_login(:'app', 'Cat', 'mypass123%') b;	-- the hash itself opens nothing
SELECT legacy FROM authz.password WHERE principal_id = :cat;
SELECT status FROM authz_login(:'app', 'Cat', 'MyPass123%');
SELECT legacy FROM authz.password WHERE principal_id = :cat;
SELECT a.status AS right, b.status AS hash FROM authz_login(:'app', 'Cat', 'MyPass123%') a, authz_login(:'app', 'Cat', 'ecc94cd2e13ec3ae3ea30bda01e4fe715f9f9d20') b;

-- a user who goes takes his along; nothing of it is anywhere else
SELECT authz_user_delete('Ann');
SELECT count(*) FROM authz.password w JOIN authz.principal p USING (principal_id) WHERE p.account_id = 605 AND p.user_id = 'Ann';	-- 0
SELECT count(*) FROM (SELECT e::text FROM authz.audit_event e UNION ALL SELECT w::text FROM authz.password w UNION ALL SELECT s::text FROM authz.session s) t (row) WHERE row ~* 'lantern|beacon|mypass123|ecc94cd2';	-- 0
SET ROLE regress_reader;
SELECT kit.try('SELECT * FROM authz.password') AS verifiers, kit.try('SELECT authz.import_password(605, 1, ''x'')') AS import, (SELECT count(*) FROM authz_blocked_passwords) AS blocked;
RESET ROLE;
RESET authz.account;
