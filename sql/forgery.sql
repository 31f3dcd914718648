-- forgery: nobody becomes somebody with a token that this database did not sign for him
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA forgery_test;
GRANT USAGE ON SCHEMA forgery_test TO regress_reader;
SET search_path = forgery_test, public;
SELECT account_id FROM authz_account_add('forgery', 113);
SELECT account_id FROM authz_account_add('forgery, the neighbour', 114);
SELECT kit.person(113, 'Ann'), kit.person(113, 'Bob'), kit.person(114, 'Ann');
SELECT kit.token(113, '113-ann') AS ann, kit.token(114, '114-ann') AS neighbour \gset

-- what only the database knows: the key, and what a genuine token says
CREATE FUNCTION pg_temp.key_of(jwk bytea) RETURNS bytea LANGUAGE sql AS
	$$ SELECT decode(rpad(translate(convert_from(jwk, 'UTF8')::jsonb ->> 'k', '-_', '+/'), 44, '='), 'base64') $$;
SELECT k.kid, 'urn:uuid:' || a.issuer AS iss, pg_temp.key_of(e.value) AS key, floor(extract(epoch FROM now()))::bigint AS now,
	(SELECT session_id FROM authz.session WHERE account_id = 113) AS jti,
	(SELECT principal_id FROM authz.principal WHERE account_id = 113 AND user_id = 'Ann') AS sub,
	(SELECT principal_id FROM authz.principal WHERE account_id = 113 AND user_id = 'Bob') AS sub_bob
	FROM authz.signing_key k JOIN authz.secret e USING (secret_id) JOIN authz.account a USING (account_id) WHERE account_id = 113 \gset
SELECT k.kid AS kid2, 'urn:uuid:' || a.issuer AS iss2, pg_temp.key_of(e.value) AS key2
	FROM authz.signing_key k JOIN authz.secret e USING (secret_id) JOIN authz.account a USING (account_id) WHERE account_id = 114 \gset

CREATE TABLE forged (n serial, name text, header text, claims text, key bytea);
CREATE TABLE parts AS SELECT format('{"alg":"HS256","typ":"authz+jwt","kid":"%s"}', :'kid') AS header,
	format('{"iss":"%s","sub":"%s","iat":%s,"exp":%s,"jti":"%s","acc":113,"sty":1}', :'iss', :'sub', :now, :now + 600, :'jti') AS claims;
INSERT INTO forged (name, header, claims, key)
SELECT v.name, coalesce(v.header, p.header), coalesce(v.claims, p.claims), coalesce(v.key, :'key')
FROM parts p, LATERAL (VALUES
	-- the forger's tools work: with the very key they make a good token, however it is written
	('good: the right key', NULL, NULL, NULL::bytea),
	('good: other order, blanks, unknown members', format('{ "kid": "%s", "typ": "authz+jwt", "alg": "HS256", "x": 1 }', :'kid'),
		replace(p.claims, '"acc"', ' "new" : [ { } ], "acc"'), NULL),
	-- keys
	('another account''s key', NULL, NULL, :'key2'),
	('the empty key', NULL, NULL, ''::bytea),
	('the key in hex', NULL, NULL, encode(:'key'::bytea, 'hex')::bytea),
	('the key as a JWK', NULL, NULL, (SELECT e.value FROM authz.signing_key k JOIN authz.secret e USING (secret_id) WHERE k.account_id = 113)),
	('the key''s name as key', NULL, NULL, :'kid'::bytea),
	-- headers
	('alg none', replace(p.header, 'HS256', 'none'), NULL, NULL), ('alg None', replace(p.header, 'HS256', 'None'), NULL, NULL),
	('alg hs256', replace(p.header, 'HS256', 'hs256'), NULL, NULL), ('alg HS512', replace(p.header, 'HS256', 'HS512'), NULL, NULL),
	('alg RS256', replace(p.header, 'HS256', 'RS256'), NULL, NULL), ('alg ES256', replace(p.header, 'HS256', 'ES256'), NULL, NULL),
	('alg EdDSA', replace(p.header, 'HS256', 'EdDSA'), NULL, NULL), ('alg null', replace(p.header, '"HS256"', 'null'), NULL, NULL),
	('no alg', replace(p.header, '"alg":"HS256",', ''), NULL, NULL), ('two algs', replace(p.header, '"typ"', '"alg":"none","typ"'), NULL, NULL),
	('typ JWT', replace(p.header, 'authz+jwt', 'JWT'), NULL, NULL), ('no typ', replace(p.header, '"typ":"authz+jwt",', ''), NULL, NULL),
	('unknown kid', replace(p.header, :'kid', 'unknown'), NULL, NULL), ('no kid', replace(p.header, ',"kid":"' || :'kid' || '"', ''), NULL, NULL),
	('kid that is SQL', replace(p.header, :'kid', ''' OR true --'), NULL, NULL), ('kid %', replace(p.header, :'kid', '%'), NULL, NULL),
	('kid of the other account', replace(p.header, :'kid', :'kid2'), NULL, NULL),
	('kid and key of the other account', replace(p.header, :'kid', :'kid2'), NULL, :'key2'),
	('crit', replace(p.header, '"typ"', '"crit":["x"],"typ"'), NULL, NULL),
	('its own key inside', replace(p.header, '"typ"', '"jwk":{"kty":"oct","k":"AAAA"},"typ"'), NULL, '\x000000'),
	('header no object', '[]', NULL, NULL), ('header empty', '', NULL, NULL), ('header broken', p.header || '}', NULL, NULL),
	-- claims
	('iss of the other account', NULL, replace(p.claims, :'iss', :'iss2'), NULL), ('no iss', NULL, replace(p.claims, '"iss":"' || :'iss' || '",', ''), NULL),
	('acc of the other account', NULL, replace(p.claims, '"acc":113', '"acc":114'), NULL), ('acc as text', NULL, replace(p.claims, '"acc":113', '"acc":"113"'), NULL),
	('acc twice', NULL, replace(p.claims, '"acc":113', '"acc":113,"acc":114'), NULL), ('no acc', NULL, replace(p.claims, '"acc":113,', ''), NULL),
	('sub of nobody', NULL, regexp_replace(p.claims, '"sub":"[0-9]+"', '"sub":"987654321"'), NULL),
	('sub 0', NULL, regexp_replace(p.claims, '"sub":"[0-9]+"', '"sub":"0"'), NULL), ('sub as number', NULL, regexp_replace(p.claims, '"sub":"([0-9]+)"', '"sub":\1'), NULL),
	('sub negative', NULL, regexp_replace(p.claims, '"sub":"', '"sub":"-'), NULL), ('sub by name', NULL, regexp_replace(p.claims, '"sub":"[0-9]+"', '"sub":"Ann"'), NULL),
	('sub overflows', NULL, regexp_replace(p.claims, '"sub":"[0-9]+"', '"sub":"18446744073709551617"'), NULL),
	('jti of no session', NULL, replace(p.claims, :'jti', repeat('0', 32)), NULL), ('no jti', NULL, replace(p.claims, '"jti":"' || :'jti' || '",', ''), NULL),
	('jti empty', NULL, replace(p.claims, :'jti', ''), NULL),
	('expired', NULL, regexp_replace(p.claims, '"exp":[0-9]+', '"exp":' || :now - 1), NULL), ('exp now', NULL, regexp_replace(p.claims, '"exp":[0-9]+', '"exp":' || :now), NULL),
	('exp as text', NULL, regexp_replace(p.claims, '"exp":([0-9]+)', '"exp":"\1"'), NULL), ('exp 1e99', NULL, regexp_replace(p.claims, '"exp":[0-9]+', '"exp":1e99'), NULL),
	('exp negative', NULL, regexp_replace(p.claims, '"exp":[0-9]+', '"exp":-1'), NULL), ('no exp', NULL, regexp_replace(p.claims, '"exp":[0-9]+,', ''), NULL),
	('exp overflows', NULL, regexp_replace(p.claims, '"exp":[0-9]+', '"exp":99999999999999999999'), NULL),
	('from tomorrow', NULL, regexp_replace(p.claims, '"iat":[0-9]+', '"iat":' || :now + 86400), NULL), ('no iat', NULL, regexp_replace(p.claims, '"iat":[0-9]+,', ''), NULL),
	('sty 3', NULL, replace(p.claims, '"sty":1', '"sty":3'), NULL), ('sty -1', NULL, replace(p.claims, '"sty":1', '"sty":-1'), NULL),
	('sty in words', NULL, replace(p.claims, '"sty":1', '"sty":"admin"'), NULL), ('no sty', NULL, replace(p.claims, ',"sty":1', ''), NULL),
	('prv unprintable', NULL, replace(p.claims, '"sty":1', '"sty":1,"prv":"a\u0001"'), NULL), ('prv no text', NULL, replace(p.claims, '"sty":1', '"sty":1,"prv":[]'), NULL),
	('prv with NUL', NULL, replace(p.claims, '"sty":1', '"sty":1,"prv":"a\u0000b"'), NULL), ('claims no object', NULL, '"x"', NULL), ('claims empty', NULL, '', NULL),
	('claims twice', NULL, p.claims || p.claims, NULL)) AS v (name, header, claims, key);
CREATE TABLE tokens AS SELECT n, name, kit.jws(header, claims, key) AS token FROM forged;

-- and texts that are no such token
INSERT INTO tokens SELECT 100 + n, name, text FROM (SELECT :'ann'::text, split_part(:'ann', '.', 1) AS h, split_part(:'ann', '.', 2) AS c, split_part(:'ann', '.', 3) AS s) g (t, h, c, s),
	LATERAL (VALUES (1, 'good: genuine', t), (2, 'good: the neighbour''s', :'neighbour'), (3, 'no signature', h || '.' || c || '.'), (4, 'two parts', h || '.' || c), (5, 'four parts', t || '.' || s),
	(6, 'its end missing', left(t, -1)), (7, 'its beginning missing', right(t, -1)), (8, 'a blank after', t || ' '), (9, 'a blank before', ' ' || t),
	(10, 'padded', t || '='), (11, 'twice', t || t), (12, 'the neighbour''s signature', h || '.' || c || '.' || split_part(:'neighbour', '.', 3)),
	(13, 'the neighbour''s claims', h || '.' || split_part(:'neighbour', '.', 2) || '.' || s), (14, 'another user''s claims', h || '.' ||
		kit.base64url(convert_to(regexp_replace(convert_from(decode(rpad(translate(c, '-_', '+/'), (length(c) + 3) / 4 * 4, '='), 'base64'), 'UTF8'), '"sub":"[0-9]+"', '"sub":"' || :'sub_bob' || '"'), 'UTF8')) || '.' || s),
	(15, 'upper case', upper(t)), (16, 'Bearer', 'Bearer ' || t), (17, 'dots', repeat('.', 16384)), (18, 'dots and As', repeat('A', 8000) || '.' || repeat('A', 8000) || '.' || repeat('A', 43)),
	(19, 'a name', 'Ann'), (20, 'JSON', '{"sub":"Ann"}'), (21, 'quotes', '''''"\$')) v (n, name, text);
GRANT SELECT ON tokens TO regress_reader;

CREATE FUNCTION pg_temp.who(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM authz_use_session(token, true);
	RETURN authz_current_account_id() || '/' || authz_current_user_id();
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.quietly(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN authz_current_user_id();
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.who, pg_temp.quietly TO PUBLIC;
SET ROLE regress_reader;
SELECT name, pg_temp.who(token) FROM tokens ORDER BY n;		-- all but the good ones 28000
SELECT count(*) AS somebody FROM tokens WHERE pg_temp.quietly(token) IS NOT NULL;	-- the 4 good ones
-- one character of a genuine token changed, wherever it is
SELECT count(*) > 1000 AS tried, count(*) FILTER (WHERE pg_temp.who(overlay(:'ann' PLACING c FROM n FOR 1)) <> '28000') AS accepted
	FROM generate_series(1, length(:'ann')) n, unnest('{A,B,-,.}'::text[]) c WHERE substr(:'ann', n, 1) <> c;
SELECT count(*) > 300 AS tried, count(*) FILTER (WHERE pg_temp.who(left(:'ann', n)) <> '28000') AS accepted FROM generate_series(0, length(:'ann') - 1) n;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA forgery_test CASCADE;
