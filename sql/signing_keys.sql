-- signing_keys: an account signs its sessions as it chooses, and others can verify them
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('signing keys', 161);
SELECT account_id FROM authz_account_add('signing keys, the neighbour', 162);
SELECT kit.person(161, 'Ann'), kit.person(161, 'Rotator'), kit.person(161, 'Boss', 'admin'), kit.person(162, 'Ann');
SET authz.account = 161;
SELECT authz_role_user_add(authz_role_add('rotator', '{signing_key.*}'), 'Rotator');
CREATE FUNCTION pg_temp.decoded(part text) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT convert_from(decode(rpad(translate(part, '-_', '+/'), (length(part) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb $$;
CREATE FUNCTION pg_temp.algorithm(token text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.decoded(split_part(token, '.', 1)) ->> 'alg' $$;
CREATE FUNCTION pg_temp.who(VARIADIC tokens text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	token text;
	who text;
BEGIN
	FOREACH token IN ARRAY tokens LOOP
		PERFORM set_config('authz.session', token, true);
		who := concat_ws(' ', who, coalesce(authz_current_account_id() || '/' || coalesce(authz_current_user_id(), 'widget'), '-'));
	END LOOP;
	PERFORM set_config('authz.session', '', true);
	RETURN who;
END
$$;
-- What another service does: takes the published keys, and believes the token's account if one of them signed it.
CREATE FUNCTION pg_temp.elsewhere(VARIADIC tokens text[]) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce(convert_from(authz_jws_verify(t.token, k.keys), 'UTF8')::jsonb ->> 'acc', '-'), ' ' ORDER BY t.n)
	FROM unnest(tokens) WITH ORDINALITY AS t (token, n), (SELECT jsonb_build_object('keys', coalesce(jsonb_agg(jwk), '[]')) FROM authz_jwks) AS k (keys)
$$;
GRANT EXECUTE ON FUNCTION pg_temp.decoded, pg_temp.algorithm, pg_temp.who, pg_temp.elsewhere TO PUBLIC;

-- by default with a secret, which nobody is told
SELECT kit.token(161, '161-ann') AS t1, kit.token(162, '162-ann') AS n1 \gset
SELECT pg_temp.algorithm(:'t1'), pg_temp.who(:'t1', :'n1'), pg_temp.elsewhere(:'t1');
SELECT count(*) FROM authz_jwks;	-- 0

-- any of three algorithms, in any case; what the former keys signed holds for the overlap
SELECT authz_signing_key_rotate('ES256') AS kid2 \gset
SELECT kit.token(161, '161-ann') AS t2 \gset
SELECT authz_signing_key_rotate('eddsa') AS kid3 \gset
SELECT kit.token(161, '161-ann') AS t3, session_token AS w3 FROM authz_start_widget_session('_161') \gset
SELECT authz_signing_key_rotate() AS kid4 \gset
SELECT kit.token(161, '161-ann') AS t4 \gset
SELECT authz_signing_key_rotate('Hs256') AS kid5 \gset
SELECT kit.token(161, '161-ann') AS t5 \gset
SELECT authz_signing_key_rotate('') AS kid6 \gset
SELECT kit.token(161, '161-ann') AS t6 \gset
SELECT n, pg_temp.algorithm(t), length(split_part(t, '.', 3)) AS signature, pg_temp.who(t), pg_temp.elsewhere(t)
	FROM unnest(ARRAY[:'t1', :'t2', :'t3', :'t4', :'t5', :'t6', :'w3']) WITH ORDINALITY AS x (t, n);	-- not given, it stays as it was
SELECT a AS algorithm, kit.try(format('SELECT authz_signing_key_rotate(%L)', a)) FROM unnest('{none,RS256,ES384,Ed25519,"HS256 ","HS256,ES256",%}'::text[]) a;	-- 22023
SELECT detail FROM authz.audit_event WHERE account_id = 161 AND action = 'signing_key.rotate' ORDER BY event_id;

-- what is published: the public halves alone, of one account
SELECT k.kid = x.kid AS kid, k.account_id, k.jwk - '{kid,x,y}'::text[] AS jwk, length(k.jwk ->> 'x') AS x, length(k.jwk ->> 'y') AS y, k.jwk ->> 'kid' = k.kid AS same
	FROM authz_jwks k JOIN unnest(ARRAY[:'kid2', :'kid3', :'kid4']) WITH ORDINALITY AS x (kid, n) USING (kid) ORDER BY x.n;
SELECT count(*) FROM authz_jwks;	-- those 3
SELECT count(*) FROM authz_jwks k, authz.signing_key s JOIN authz.secret e USING (secret_id), convert_from(e.value, 'UTF8') AS j (private)
	WHERE strpos(k.jwk::text, substring(private FROM '"d":"([^"]+)"')) > 0;	-- 0
SET authz.account = 162;
SELECT count(*) FROM authz_jwks;	-- 0: it has none
SELECT authz_signing_key_rotate('ES256') AS nkid2 \gset
SELECT kit.token(162, '162-ann') AS n2 \gset
SELECT pg_temp.who(:'n1', :'n2'), pg_temp.elsewhere(:'n1', :'n2', :'t2', :'t3');	-- its own
SET authz.account = 161;
SELECT pg_temp.elsewhere(:'n1', :'n2', :'t2', :'t3');

-- to whom: everybody without a session, for the account that he names; a session sees its own; a bad one nothing
SET ROLE regress_reader;
SELECT count(*) FROM authz_jwks;			-- 3
SET authz.account = 162;
SELECT count(*) FROM authz_jwks;			-- 1
SET authz.account = 160;
SELECT count(*) FROM authz_jwks;			-- 0: no such account
SELECT authz_publishing_account();			-- the number that was named, and no more
RESET authz.account;
SELECT count(*) FROM authz_jwks;			-- 0: there are several accounts
SET authz.session = :'t1';
SET authz.account = 162;
SELECT count(*), min(account_id) FROM authz_jwks;	-- 3 of 161
SET authz.session = :'w3';
SELECT count(*), min(account_id) FROM authz_jwks;	-- 3 of 161
SET authz.session = 'nonsense';
SELECT count(*) FROM authz_jwks;			-- 0
SET authz.session = '';
SELECT kit.try(s) FROM unnest(ARRAY['SELECT public_jwk FROM authz.signing_key', 'SELECT authz.make_jwk(''ES256'', ''k'')', 'SELECT authz.public_jwk('''')', 'UPDATE authz_jwks SET jwk = ''{}''', 'DELETE FROM authz_jwks']) s;
SET authz.account = 161;
SELECT kit.try('SELECT authz_signing_key_rotate()');	-- 28000
SELECT kit.become(161, '161-ann');
SELECT authz_signing_key_rotate('ES256');	-- 42501
SELECT kit.become(161, '161-rotator');
SELECT authz_signing_key_rotate('ES256') AS kid7 \gset
SELECT kit.become(161, '161-ann');
SELECT pg_temp.algorithm(kit.token(161, '161-ann')), authz_current_user_id();
SET authz.session = '';

-- forged: no key signs by another algorithm than its own, whatever everybody knows of it
CREATE TEMP TABLE known AS
	SELECT k.kid, known.text FROM authz_jwks k, LATERAL unnest(ARRAY[k.jwk::text, k.jwk ->> 'x', k.jwk ->> 'y', k.kid, '', 'null']) AS known (text) WHERE known.text IS NOT NULL
	UNION ALL SELECT k.kid, (SELECT jsonb_agg(j.jwk)::text FROM authz_jwks j) FROM authz_jwks k;
SELECT count(*) > 20 AS tried, count(*) FILTER (WHERE pg_temp.who(token) <> '-') AS accepted
	FROM known k, pg_temp.decoded(split_part(:'t2', '.', 2)) AS c (claims), unnest('{HS256,ES256,EdDSA,none}'::text[]) a,
	LATERAL (SELECT kit.jws(format('{"alg":"%s","typ":"authz+jwt","kid":"%s"}', a, k.kid), c.claims::text, convert_to(k.text, 'UTF8'))
		UNION ALL SELECT kit.base64url(convert_to(format('{"alg":"%s","typ":"authz+jwt","kid":"%s"}', a, k.kid), 'UTF8')) || '.' || split_part(:'t2', '.', 2) || '.' || s
			FROM unnest(ARRAY['', split_part(:'t2', '.', 3), split_part(:'t3', '.', 3), repeat('A', 86), repeat('A', 43)]) s) AS t (token)
	WHERE token NOT IN (:'t2', :'t3');
SELECT count(*) > 100 AS tried, count(*) FILTER (WHERE pg_temp.who(overlay(t PLACING c FROM n FOR 1)) <> '-') AS accepted
	FROM unnest(ARRAY[:'t2', :'t3']) t, generate_series(1, length(t), 7) n, unnest('{A,_,.}'::text[]) c WHERE substr(t, n, 1) <> c;
SELECT pg_temp.who(:'t2' || 'A', :'t2' || '=', left(:'t2', -1), split_part(:'t2', '.', 1) || '.' || split_part(:'t2', '.', 2) || '.' || split_part(:'n2', '.', 3),
	split_part(:'n2', '.', 1) || '.' || split_part(:'t2', '.', 2) || '.' || split_part(:'t2', '.', 3), :'t2');	-- the last
DROP TABLE known;
RESET ROLE;

-- a rotation that is rolled back never was
SET authz.account = 161;
BEGIN;
SELECT authz_signing_key_rotate('EdDSA') IS NOT NULL AS rotated;
SELECT kit.token(161, '161-ann') AS t8 \gset
SELECT pg_temp.algorithm(:'t8'), pg_temp.who(:'t8'), pg_temp.elsewhere(:'t8');
ROLLBACK;
SELECT pg_temp.who(:'t8'), pg_temp.algorithm(kit.token(161, '161-ann'));	-- -, ES256

-- what has retired is neither believed nor published, and goes with the next rotation, its secret with it
SELECT kit.token(161, '161-ann') AS t9 \gset
SELECT authz_signing_key_rotate('EdDSA', 0) AS kid9 \gset
SELECT pg_temp.who(:'t1', :'t2', :'t3', :'t9'), count(*) FROM authz_jwks;	-- none, 1
SELECT authz_signing_key_rotate() IS NOT NULL AS rotated;
SELECT algorithm, retires_at IS NULL AS current FROM authz.signing_key WHERE account_id = 161 ORDER BY created_at;
SELECT count(*) FROM authz.secret s WHERE NOT EXISTS (SELECT FROM authz.signing_key k WHERE k.secret_id = s.secret_id)
	AND NOT EXISTS (SELECT FROM authz.apptoken t WHERE t.secret_id = s.secret_id);	-- 0

-- an account that is blocked publishes nothing
SELECT kit.token(161, '161-ann') AS t10 \gset
SELECT authz_account_update(161, status => 'blocked');
SELECT pg_temp.who(:'t10'), count(*) FROM authz_jwks;	-- -, 0
SELECT authz_account_update(161, status => 'active');
SELECT pg_temp.who(:'t10'), count(*) FROM authz_jwks;	-- Ann, 2

-- a key that is damaged signs nothing, and another can be made
UPDATE authz.secret SET value = '\x7b7d' WHERE secret_id = (SELECT secret_id FROM authz.signing_key WHERE account_id = 161 AND retires_at IS NULL);
\c -
SET client_min_messages = warning;
SET authz.account = 161;
SELECT kit.token(161, '161-ann');			-- XX001
SELECT authz_signing_key_rotate('ES256', 0) IS NOT NULL AS rotated, authz_signing_key_rotate() IS NOT NULL AS and_gone;
SELECT kit.become(161, '161-ann');
SELECT authz_current_user_id();
RESET authz.session;
RESET authz.account;
