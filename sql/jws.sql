-- jws: signed texts are opened with their own key alone, and whatever else comes in is NULL
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA jws_test;
GRANT USAGE ON SCHEMA jws_test TO regress_reader;
SET search_path = jws_test, public;

-- who may, and what PostgreSQL is told of it
SELECT p.provolatile, p.proparallel, p.proisstrict, p.prosecdef, has_function_privilege('regress_reader', p.oid, 'EXECUTE') AS reader FROM pg_proc p
	WHERE p.oid = 'authz_jws_verify(text, jsonb)'::regprocedure;

-- the examples of RFC 7515 (A.1 to A.3), RFC 7520 (4.2) and RFC 8037 (A.4)
CREATE TABLE example (name text, jws text, key jsonb);
INSERT INTO example VALUES
	('HS256', 'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
		'{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}'),
	('RS256', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
		'{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}'),
	('ES256', 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
		'{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}'),
	('PS384', 'eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw',
		'{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}'),
	('EdDSA', 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
		'{"kty":"OKP","use":"sig","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}');
GRANT SELECT ON example TO regress_reader;
SET ROLE regress_reader;
SELECT name, convert_from(authz_jws_verify(jws, key), 'UTF8') AS payload FROM example ORDER BY name;
SELECT e.name, k.name AS key, authz_jws_verify(e.jws, k.key) IS NOT NULL AS good FROM example e, example k WHERE authz_jws_verify(e.jws, k.key) IS NOT NULL ORDER BY 1, 2;	-- each with its own
SELECT name, count(*) AS changed, count(authz_jws_verify(overlay(jws PLACING c FROM n FOR 1), key)) AS good FROM example, generate_series(1, length(jws), 5) n, unnest('{A,_,.}'::text[]) c
	WHERE substr(jws, n, 1) <> c AND name IN ('HS256', 'ES256', 'EdDSA') GROUP BY name HAVING count(*) > 50 ORDER BY name;	-- none is good
SELECT count(*) > 200 AS cut, count(authz_jws_verify(left(jws, n), key)) AS good FROM example, generate_series(0, length(jws) - 1) n WHERE name = 'HS256' OR n % 50 = 0;

-- sets: kid and alg pick one key, or none
CREATE FUNCTION pg_temp.opened(header text, VARIADIC keys jsonb[]) RETURNS text LANGUAGE sql AS $$
	SELECT convert_from(authz_jws_verify(kit.jws(header, 'claims', '0123456789abcdef0123456789abcdef'), jsonb_build_object('keys', keys)), 'UTF8')
$$;
CREATE FUNCTION pg_temp.oct(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT '{"kty": "oct", "k": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}'::jsonb || more $$;
SELECT pg_temp.opened('{"alg":"HS256"}', pg_temp.oct());				-- the only one
SELECT pg_temp.opened('{"alg":"HS256"}', pg_temp.oct(), '{"kty": "?"}', key) FROM example WHERE name = 'RS256';	-- the only one for the algorithm
SELECT pg_temp.opened('{"alg":"HS256"}', pg_temp.oct(), pg_temp.oct('{"kid": "a"}'));	-- NULL: two
SELECT pg_temp.opened('{"alg":"HS256","kid":"a"}', pg_temp.oct(), pg_temp.oct('{"kid": "a"}'), pg_temp.oct('{"kid": "b"}'));	-- a
SELECT pg_temp.opened('{"alg":"HS256","kid":"a"}', pg_temp.oct('{"kid": "a"}'), pg_temp.oct('{"kid": "a"}'));	-- NULL: two of the name
SELECT pg_temp.opened('{"alg":"HS256","kid":"c"}', pg_temp.oct(), pg_temp.oct('{"kid": "a"}'));	-- NULL: none of the name
SELECT pg_temp.opened('{"alg":"HS256","kid":"a"}', pg_temp.oct());		-- NULL
SELECT pg_temp.opened('{"alg":"HS256"}', VARIADIC '{}');	-- NULL: no key at all
SELECT more, pg_temp.opened('{"alg":"HS256"}', pg_temp.oct(more)) FROM unnest(ARRAY['{"use": "sig"}', '{"use": "enc"}', '{"key_ops": ["verify"]}', '{"key_ops": ["sign"]}', '{"key_ops": "verify"}',
	'{"alg": "HS256"}', '{"alg": "HS384"}', '{"alg": "none"}', '{"alg": "RS256"}', '{"k": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}', '{"k": "MDEyMzQ1Njc4OWFiY2RlZg"}', '{"kid": 1}']::jsonb[]) more;
SELECT authz_jws_verify(kit.jws(header, 'claims', '0123456789abcdef0123456789abcdef'), key) IS NOT NULL AS opened, header, key -> 'kid' AS kid
	FROM unnest('{"{\"alg\":\"HS256\"}","{\"alg\":\"HS256\",\"kid\":\"a\"}"}'::text[]) header, unnest(ARRAY[pg_temp.oct(), pg_temp.oct('{"kid": "a"}'), pg_temp.oct('{"kid": "b"}')]) key;	-- a key by itself: only b is not a

-- headers, each well signed
SELECT header, pg_temp.opened(header, pg_temp.oct()) FROM unnest(ARRAY['{"alg":"none"}', '{"alg":"NonE"}', '{"alg":"hs256"}', '{"alg":"HS512"}', '{"alg":"RS256"}', '{"alg":null}', '{}', '[]', '',
	'{"alg":"HS256","alg":"HS256"}', '{"alg":"HS256","\u0061lg":"none"}', '{"alg":"HS256","crit":["exp"]}', '{"alg":"HS256","crit":[]}', '{"alg":"HS256","b64":false}',
	'{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"},"jku":"//x","x5u":"//x","x5c":["AA"]}', '{"alg":"HS256","typ":"at+jwt"}', '{"alg":"HS256"}x']) header;	-- the last but two and one are opened

-- HMAC by what everybody knows of a public key
SELECT count(*), count(authz_jws_verify(kit.jws('{"alg":"HS256"}', 'claims', convert_to(known, 'UTF8')), e.key)) AS good
	FROM example e, LATERAL unnest(ARRAY[e.key::text, e.key ->> 'n', e.key ->> 'x', e.key ->> 'e', '', 'null']) known WHERE e.name <> 'HS256' AND known IS NOT NULL;

-- texts of all kinds
SELECT count(*), count(authz_jws_verify(t, e.key)) AS good FROM example e, unnest(ARRAY['', '.', '..', '...', 'a.b.c', '....', 'null', '{}', repeat('.', 100000), repeat('A', 65000) || '..', repeat('A', 1000000) || '.A.A',
	'eyJhbGciOiJub25lIn0..', 'eyJhbGciOiJub25lIn0.e30.', 'eyJhbGciOiJIUzI1NiJ9..', U&'\00e4.\00e4.\00e4', e'a\nb.c.d', 'eyJhbGciOiJIUzI1NiJ9.e30.=', repeat('eyJhbGciOiJIUzI1NiJ9.e30', 1000)]) t;
SELECT count(*), count(authz_jws_verify(t, e.key)) AS good FROM example e, unnest(ARRAY[e.jws || '.', e.jws || '=', e.jws || ' ', ' ' || e.jws, e.jws || e.jws, upper(e.jws), replace(e.jws, '.', '=.'), replace(e.jws, '.', '..')]) t;

-- NULL for NULL, 22023 for what is no key
SELECT authz_jws_verify(NULL, key), authz_jws_verify(jws, NULL) FROM example WHERE name = 'HS256';
SELECT key, kit.try(format('SELECT authz_jws_verify(''..'', %L)', key)) FROM unnest(ARRAY['null', '1', '"oct"', '[]', '{}', '{"kty": 1}', '{"keys": {}}', '{"keys": [1]}', '{"keys": [{}]}', '{"kty": "oct", "keys": []}',
	'{"kty": "oct", "x": 1e400}', '{"keys": []}', '{"kty": "?"}', '{"kty": "RSA", "n": "AQAB", "e": "AQAB"}']) key;	-- the last three are keys, or a set
SELECT n, kit.try(format('SELECT authz_jws_verify(''..'', jsonb_build_object(''keys'', (SELECT jsonb_agg(''{"kty": "oct"}''::jsonb) FROM generate_series(1, %s))))', n)) FROM unnest('{100,101}'::int[]) n;
SELECT n, kit.try(format('SELECT authz_jws_verify(''..'', jsonb_build_object(''kty'', repeat(''x'', %s)))', n)) FROM unnest('{262000,262200}'::int[]) n;
SELECT kit.try(format('SELECT authz_jws_verify(''..'', (repeat(''[1,'', %s) || ''1'' || repeat('']'', %s))::jsonb)', n, n)) FROM unnest('{2000,3000}'::int[]) n;

-- many rows, each with another key than the one before
SELECT count(*) AS n, count(authz_jws_verify(e.jws, k.key)) AS good FROM example e, example k, generate_series(1, 20);
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA jws_test CASCADE;
RESET search_path;
