-- ks: Kaltura's sessions as texts, read and made with the secret at hand
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET ROLE regress_reader;
\set secret 1234567890abcdef1234567890abcdef
\set v2 djJ8MTIzNDU2OXyMLvvEJ3wZ5RTOqFiT9t2qTPZSTkuMv4OFXY7lVYWRJxLMtx5rrc5IhYYYMZrbY_v5pWYwxBW74yLT_eXoVF1RCto7DouU5wQ2F1fzsD9E28BjKM1PB6C4mxeVzcfKNM2rdIAyrDuzG-7Z5zJjQj76iaAy8RnjP4XydQtXu7vwmMK6zKudjjDzkPFm8BACTrc=
\set widget djJ8MTIzNDU2OXy_DA9Wg0C8cCQ4U3PgBJGNO2FvCfNFf1wJWRVToIp7UhXm8mXJKyBb64FBFlSSBMqtrel1AIRUfL3IKgNNFqZhataL5sekouiHlxplll6Ebg==
\set v1 NjVlYWFlODFlYTQ1ODA1MGQ3YmIxOGFlNTU2YjJjZjY3NTBiZWQxZXwxMjM0NTY5OzEyMzQ1Njk7MjEwMDAwMDAwMDswOzI0OTExO2R1bW15dXNlckBrYWx0dXJhLmNvbTtzZXRyb2xlOjE1NzM3MTcx

-- what Kaltura's own client made, expired or not
\x on
SELECT * FROM authz_ks_decode(:'v2', :'secret');
SELECT * FROM authz_ks_decode(:'widget', :'secret');
SELECT * FROM authz_ks_decode(:'v1', :'secret');
\x off

-- NULL for all that is not signed with the secret
SELECT n, authz_ks_decode(t, s) IS NULL AS refused FROM (VALUES
	(1, :'v2', 'another'), (2, :'v2', upper(:'secret')), (3, :'v2', NULL), (4, :'v2', ''), (5, NULL, :'secret'), (6, '', :'secret'),
	(7, 'nonsense', :'secret'), (8, rtrim(:'v2', '='), :'secret'), (9, translate(:'v2', '_', '/'), :'secret'),
	(10, :'v2' || E'\n', :'secret'), (11, left(:'v2', -8), :'secret'), (12, overlay(:'v1' PLACING 'A' FROM 90), :'secret'),
	(13, repeat('A', 20000), :'secret'), (14, 'djJ8MTIzNDU2OXw=', :'secret'), (15, overlay(:'v2' PLACING 'x' FROM 200), :'secret'))
	AS v (n, t, s) ORDER BY n;		-- t

-- V1: signed by the whole of it, and understood only where it is printable text
CREATE FUNCTION pg_temp.v1(info bytea) RETURNS text LANGUAGE sql AS $$
	SELECT translate(encode(convert_to(encode(digest('x'::bytea || info, 'sha1'), 'hex') || '|', 'UTF8') || info, 'base64'), E'\n', '')
$$;
SELECT n, (authz_ks_decode(pg_temp.v1(info), 'x')).* FROM (VALUES
	(1, '7;7;2100000000;2;1;ann;edit:*'::bytea), (2, '7;7;2100000000'), (3, '7;7;2100000000;0;1;0;widget:1;;'),
	(4, '7;8;2100000000'), (5, '7;7'), (6, '7;7;2100000000;1'), (7, '7;7;2100000000;0;1;ann;view:*\200\000\001,disableentitlement'),
	(8, '7;7;2100000000;0;1;ann;a;b'), (9, '0;0;2100000000'), (10, '7;7;2100000000;0;1;ann;:a'))
	AS v (n, info) ORDER BY n;		-- the first three

-- what is made is read
CREATE FUNCTION pg_temp.again(account_id int, user_id text, session_type text, expiry timestamptz, privileges text) RETURNS text
	LANGUAGE sql AS $$
	SELECT concat_ws('; ', d.version, d.account_id, coalesce(d.user_id, 'nobody'), d.session_type, d.expiry, d.privileges)
	FROM authz_ks_decode(authz_ks_encode(account_id, 'secret', user_id, session_type, expiry, privileges), 'secret') d
$$;
SELECT n, pg_temp.again(a, u, t, e, p) FROM (VALUES
	(1, 7, 'Ann', 'user', '2030-01-01'::timestamptz, 'setrole:7,edit:a/b'), (2, 2147483647, 'ann@example.org', 'ADMIN', '1970-01-01', '*'),
	(3, 1, NULL, 'user', '9999-12-31 23:59:59', ''), (4, 1, '', 'widget', '2030-01-01', 'view:*,widget:1'),
	(5, 1, 'a;b,c:d/e=f&g%00 +', NULL, '2030-01-01 12:34:56.789', ' a:b:c , d ,, e:x/y,e:z'), (6, 1, U&'\00E4\20AC', 'user', '2030-01-01', U&'a:\00E4'))
	AS v (n, a, u, t, e, p) ORDER BY n;
SELECT expiry - now() BETWEEN '86398 s' AND '86401 s' AS a_day, session_type FROM authz_ks_decode(authz_ks_encode(1, 'x'), 'x');
SELECT authz_ks_encode(1, 'x') <> authz_ks_encode(1, 'x') AS differs, left(authz_ks_encode(1, 'x'), 6) AS begins;
SELECT authz_ks_decode(authz_ks_encode(1, 'x'), 'y') IS NULL AS refused;

-- and what cannot be read is not made
SELECT n, kit.try('SELECT authz_ks_encode(' || args || ')') AS outcome FROM (VALUES
	(1, 'NULL, ''x'''), (2, '1, NULL'), (3, '1, '''''), (4, '0, ''x'''), (5, '-1, ''x'''), (6, '1, ''x'', ''0'''),
	(7, '1, ''x'', E''a\nb'''), (8, '1, ''x'', repeat(''a'', 321)'), (9, '1, ''x'', repeat(''a'', 100000)'),
	(10, '1, ''x'', session_type => ''root'''), (11, '1, ''x'', expiry => ''infinity'''), (12, '1, ''x'', expiry => ''1969-01-01'''),
	(13, '1, ''x'', expiry => ''10000-01-01'''), (14, '1, ''x'', privileges => '':a'''), (15, '1, ''x'', privileges => ''a,_t:2'''),
	(16, '1, ''x'', privileges => ''_u:eve'''), (17, '1, ''x'', privileges => repeat(''a'', 8193)'),
	(18, '1, ''x'', privileges => repeat(''%'', 8000)'), (19, '1, ''x'', version => 3'),
	(20, '1, ''x'', session_type => ''widget'''), (21, '1, ''x'', ''ann'', ''widget'', privileges => ''widget:1'''))
	AS v (n, args) ORDER BY n;		-- 22023
SELECT authz_ks_encode(1, 'x', version => 1);		-- 0A000: V1 is only read
SELECT version FROM authz_ks_decode(authz_ks_encode(1, 'x', version => 2), 'x');
