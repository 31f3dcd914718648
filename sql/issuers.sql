-- issuers: whose tokens an account believes: what is registered, what is refused, who may say so, and who sees it
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('issuers', 660, 'the secret');
SELECT account_id FROM authz_account_add('issuers, a neighbour', 661, 'the secret');
SET authz.account = 660;
SELECT authz_user_add(u) FROM unnest('{Ann,Bob,Cat}'::text[]) u;
CREATE FUNCTION pg_temp.add(issuer text DEFAULT 'https://id.example.org', jwks jsonb DEFAULT kit.jwks('first'), audience text DEFAULT 'files', algorithms text[] DEFAULT '{RS256}',
	user_claim text DEFAULT 'sub', role_claim text DEFAULT NULL, direct bool DEFAULT false, max_lifetime int DEFAULT 3600) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN authz_issuer_add(issuer, jwks, audience, algorithms, user_claim, role_claim, direct, max_lifetime);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.set(key text, member text, value jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('keys', jsonb_build_array(kit.jwk(key) || jsonb_build_object(member, value))) $$;
CREATE VIEW pg_temp.shown AS SELECT issuer, audience, algorithms, user_claim, role_claim, direct, max_lifetime, jsonb_path_query_array(jwks, '$.keys[*].kid') AS kids FROM authz_issuers ORDER BY issuer;

-- names, claims, seconds: 22023
SELECT pg_temp.add(NULL) AS null, pg_temp.add('') AS empty, pg_temp.add(E'a\nb') AS control, pg_temp.add(repeat('x', 1001)) AS long, pg_temp.add(repeat('ä', 501)) AS bytes;
SELECT pg_temp.add('urn:uuid:' || a.issuer) AS own, pg_temp.add(upper('urn:uuid:' || b.issuer)) AS neighbours FROM authz.account a, authz.account b WHERE a.account_id = 660 AND b.account_id = 661;
SELECT pg_temp.add(audience => NULL) AS null, pg_temp.add(audience => '') AS empty, pg_temp.add(audience => E'\t') AS control, pg_temp.add(audience => repeat('x', 1001)) AS long, pg_temp.add(audience => repeat('ä', 501)) AS bytes;
SELECT pg_temp.add(user_claim => E'\r') AS control, pg_temp.add(user_claim => repeat('x', 201)) AS long, pg_temp.add(role_claim => E'a\x7f') AS control, pg_temp.add(role_claim => repeat('x', 201)) AS long;
SELECT pg_temp.add(max_lifetime => 0) AS none, pg_temp.add(max_lifetime => -1) AS negative;
-- algorithms: those by which whoever verifies cannot sign
SELECT a, pg_temp.add(algorithms => a::text[]) FROM unnest(ARRAY[NULL, '{}', '{NULL}', '{none}', '{HS256}', '{RS256,HS256}', '{RS256,none}', '{RS256,""}', '{RSA-OAEP}', '{RS256,NULL}']) a;
-- keys: public ones, that are for one of the algorithms, and of which a token means one
SELECT what, pg_temp.add(jwks => jwks) FROM (VALUES (1, 'none', NULL), (2, 'null', 'null'), (3, 'a text', '"x"'), (4, 'a list', '[]'), (5, 'no set', '{}'), (6, 'no list', '{"keys": {}}'), (7, 'an empty list', '{"keys": []}'), (8, 'no key', '{"keys": [1]}'), (9, 'a key of no type', '{"keys": [{}]}'), (10, 'one key', kit.jwk('first')),
	(11, 'a secret', '{"keys": [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}'), (12, 'a secret beside', jsonb_set(kit.jwks('first'), '{keys,1}', '{"kty": "oct", "k": "c2VjcmV0"}')), (13, 'a private half', pg_temp.set('first', 'd', '"AQAB"')), (14, 'a prime', pg_temp.set('first', 'p', 'null')), (15, 'a private half of another type', jsonb_set(kit.jwks('first'), '{keys,1}', '{"kty": "new", "d": "x"}')),
	(16, 'for another use', pg_temp.set('first', 'use', '"enc"')), (17, 'for another algorithm', pg_temp.set('first', 'alg', '"PS256"')), (18, 'too short', pg_temp.set('first', 'n', '"AQAB"')), (19, 'another type', '{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'),
	(20, 'one without a name', jsonb_set(kit.jwks('first', 'second'), '{keys,1}', kit.jwk('second') - 'kid')), (21, 'two of one name', jsonb_set(kit.jwks('first', 'second'), '{keys,1,kid}', '"first"')), (22, 'more than are read', (SELECT jsonb_build_object('keys', jsonb_agg(kit.jwk('first') || jsonb_build_object('kid', n))) FROM generate_series(1, 101) n)), (23, 'too long', pg_temp.set('first', 'x5c', to_jsonb(repeat('x', 300000))))) v (n, what, jwks) ORDER BY n;
SELECT count(*) FROM authz_issuers;	-- 0

-- what is registered; keys for other things are passed over
SELECT pg_temp.add(algorithms => '{es256,Rs256,rs256,ED25519}', jwks => jsonb_set(jsonb_set(kit.jwks('first', 'second'), '{keys,2}', '{"kty": "new"}'), '{keys,3}', kit.jwk('first') || '{"use": "enc"}'), role_claim => '', user_claim => '', direct => NULL, max_lifetime => NULL);
SELECT pg_temp.add('https://one.example.org', kit.jwks('first') #- '{keys,0,kid}');
SELECT length(pg_temp.add(chosen, audience => chosen, direct => true)), authz_issuer_role_add(chosen, chosen, role_id), authz_issuer_delete(chosen), authz_role_delete(role_id)
	FROM (SELECT string_agg(encode(sha256(n::text::bytea), 'hex'), '') AS text FROM generate_series(1, 20) n) t, LATERAL left(t.text, 1000) AS chosen, authz_role_add('any') AS role_id;
SELECT pg_temp.add() AS again, authz_issuer_delete('https://one.example.org') AS there, authz_issuer_delete('https://one.example.org') AS gone, authz_issuer_delete(NULL) AS none;
TABLE pg_temp.shown;
-- changes: NULL and '' keep
SELECT authz_issuer_update('https://id.example.org', kit.jwks('second'), 'more', '{RS256}', 'email', 'groups', true, 600);
TABLE pg_temp.shown;
SELECT authz_issuer_update('https://id.example.org', audience => '', user_claim => '', role_claim => '');
SELECT authz_issuer_update('https://id.example.org', clear => '{role_claim}');
TABLE pg_temp.shown;
SELECT what, kit.try(format('SELECT authz_issuer_update(%s)', what)) FROM unnest(ARRAY['NULL', '''https://none.example.org''', '''https://id.example.org'', clear => ''{user_claim}''', '''https://id.example.org'', algorithms => ''{ES256}''', '''https://id.example.org'', algorithms => ''{}''', '''https://id.example.org'', ''{"keys": []}''', '''https://id.example.org'', max_lifetime => 0', '''https://id.example.org'', audience => E''\n''', '''https://id.example.org'', user_claim => E''\n''']) what;
SELECT action, object, detail - 'jwks' AS detail FROM authz.audit_event WHERE account_id = 660 AND action LIKE 'issuer%' AND object LIKE 'https:%' ORDER BY event_id;

-- a token means one account: of who comes first, whoever that is; to be exchanged it may be anybody's
SET authz.account = 661;
SELECT pg_temp.add(audience => 'more', direct => true) AS taken, pg_temp.add(audience => 'more') AS to_exchange, pg_temp.add('https://ID.example.org', audience => 'more', direct => true) AS another, pg_temp.add('https://second.example.org', direct => true) AS another;
SELECT kit.try('SELECT authz_issuer_update(''https://id.example.org'', direct => true)') AS taken, kit.try('SELECT authz_issuer_update(''https://id.example.org'', direct => true, audience => ''other'')') AS other, kit.try('SELECT authz_issuer_update(''https://id.example.org'', audience => ''more'')') AS taken;
SET authz.account = 660;
SELECT authz_issuer_delete('https://second.example.org') AS theirs, kit.try('SELECT authz_issuer_update(''https://second.example.org'', max_lifetime => 1)') AS theirs;

-- which roles what it says means: of the account and of its applications
SELECT application_id AS app FROM authz_application_add('portal') \gset
SELECT authz_permission_add('p.one'), authz_role_add('one', '{p.one}', role_id => 66001), authz_role_add('viewer', application_id => :'app', role_id => 66002), authz_role_add('gone', role_id => 66003), authz_role_delete(66003);
SET authz.account = 661;
SELECT authz_role_add('theirs', role_id => 66101);
SET authz.account = 660;
SELECT authz_issuer_role_add('https://id.example.org', 'staff', 66001), authz_issuer_role_add('https://id.example.org', 'staff', 66002), authz_issuer_role_add('https://id.example.org', 'Staff', 66001);
SELECT what, kit.try(format('SELECT authz_issuer_role_add(%s)', what)) FROM unnest(ARRAY['NULL, ''x'', 66001', '''https://none.example.org'', ''x'', 66001', '''https://second.example.org'', ''x'', 66001', '''https://id.example.org'', NULL, 66001', '''https://id.example.org'', '''', 66001', '''https://id.example.org'', E''\n'', 66001', '''https://id.example.org'', repeat(''x'', 1001), 66001',
	'''https://id.example.org'', ''x'', NULL', '''https://id.example.org'', ''x'', 66003', '''https://id.example.org'', ''x'', 66101', '''https://id.example.org'', ''staff'', 66001']) what;
SELECT issuer, value, role_id, role, application_id IS NOT NULL AS of_application FROM authz_issuer_roles ORDER BY value COLLATE "C", role_id;
SELECT authz_issuer_role_delete('https://id.example.org', 'staff', 66002) AS one, authz_issuer_role_delete('https://id.example.org', 'staff') AS rest, authz_issuer_role_delete('https://id.example.org', 'staff') AS none, authz_issuer_role_delete(NULL, NULL) AS null;
SELECT authz_issuer_role_add('https://id.example.org', 'staff', 66002), authz_application_delete(:'app');
SELECT authz_role_delete(66001);
SELECT count(*) FROM authz_issuer_roles;	-- 0: they went with the application and with the role

-- who may: with the right to be anybody, by his own hand, in a session that is not limited
SELECT authz_role_add('one', '{p.one}', role_id => 66011), authz_role_add('registrar', '{issuer.*,issuer_role.*}', role_id => 66012), authz_role_add('trusted', '{issuer.*,issuer_role.*,user.impersonate}', role_id => 66013), authz_role_user_add(66012, 'Ann'), authz_role_user_add(66013, 'Bob');
SELECT id FROM authz_apptoken_add(id => '660-bob', token => 'sesame', session_user_id => 'Bob');
SELECT kit.own(660, 'Ann') AS ann, kit.own(660, 'Bob') AS bob, kit.own(660, 'Cat') AS cat, kit.own(660, 'Bob', 'setrole:trusted') AS narrowed, kit.token(660, '660-bob') AS token \gset
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask(call);
END
$$;
SELECT format('authz_issuer_add(''https://evil.example.org'', %L, ''files'', ''{RS256}'', direct => true)', kit.jwks('second')) AS add, 'authz_issuer_update(''https://id.example.org'', max_lifetime => 700)' AS update,
	'authz_issuer_delete(''https://id.example.org'')' AS delete, 'authz_issuer_role_add(''https://id.example.org'', ''x'', 66011)' AS map, 'authz_issuer_role_delete(''https://id.example.org'', ''x'')' AS unmap, '(SELECT concat(count(*), '' '', (SELECT count(*) FROM authz_issuer_roles)) FROM authz_issuers)' AS look \gset
SELECT authz_issuer_role_add('https://id.example.org', 'y', 66011);
SET ROLE regress_reader;
SELECT who, pg_temp.as(t, :'add') AS add, pg_temp.as(t, :'update') AS update, pg_temp.as(t, :'delete') AS delete, pg_temp.as(t, :'map') AS map, pg_temp.as(t, :'unmap') AS unmap, pg_temp.as(t, :'look') AS look
	FROM (VALUES (1, 'registrar', :'ann'), (2, 'trusted', :'bob'), (3, 'trusted, by an app token', :'token'), (4, 'trusted, narrowed', :'narrowed'), (5, 'anybody', :'cat'), (6, 'nobody', ''), (7, 'forged', :'bob' || 'x')) v (n, who, t) ORDER BY n;
SELECT kit.try('SELECT FROM authz.issuer') AS issuer, kit.try('INSERT INTO authz.issuer SELECT') AS insert, kit.try('SELECT FROM authz.issuer_role') AS role, kit.try('SELECT authz.issuer_add(660, NULL, ''x'', ''{}'', ''x'', ''{}'', ''x'', ''x'', true, 1)') AS body, kit.try('SELECT authz.check_issuer_keys(''{}'', ''{}'')') AS helper;
RESET ROLE;
-- a role is mapped by who has what it gives
SELECT authz_role_user_add(66011, 'Ann');
SELECT pg_temp.as(:'ann', :'map') AS has_it;
SET authz.session = '';
SELECT authz_issuer_delete('https://id.example.org');
SET authz.account = 661;
SELECT count(authz_issuer_delete(issuer)) FROM authz_issuers;
RESET authz.account;
