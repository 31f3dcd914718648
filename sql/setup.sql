-- setup: the extension, the database roles and the helpers that all tests share
SET client_min_messages = warning;
CREATE EXTENSION authz CASCADE;
CREATE ROLE regress_author;		-- owns content tables
CREATE ROLE regress_reader;		-- the attacker: an application's role that may run any SQL
CREATE SCHEMA kit;
GRANT USAGE ON SCHEMA kit TO PUBLIC;

-- The token of a session of an app token, proven under a widget session.
CREATE FUNCTION kit.token(account_id int, apptoken_id text, secret text DEFAULT 'sesame', privileges text DEFAULT NULL)
	RETURNS text LANGUAGE plpgsql SET authz.session = '' AS $$
DECLARE
	widget text;
BEGIN
	SELECT w.session_token INTO widget FROM public.authz_start_widget_session('_' || account_id) w;
	PERFORM set_config('authz.session', widget, true);
	RETURN (
		SELECT s.session_token
		FROM public.authz_start_session(apptoken_id, encode(sha256(convert_to(widget || secret, 'UTF8')), 'hex'),
			session_privileges => privileges) s);
END
$$;

-- Puts such a session in force for the connection.
CREATE FUNCTION kit.become(account_id int, apptoken_id text, privileges text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', kit.token(account_id, apptoken_id, privileges => privileges), false);
END
$$;

-- A user with an app token of the same name, the account's number before it.
CREATE FUNCTION kit.person(account_id int, user_id text, session_type text DEFAULT 'user', privileges text DEFAULT NULL)
	RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.account', account_id::text, true);
	PERFORM public.authz_user_add(user_id);
	PERFORM public.authz_apptoken_add(session_user_id => user_id, session_type => session_type,
		session_privileges => privileges, id => account_id || '-' || lower(user_id), token => 'sesame');
END
$$;

-- A person's own session, in which nothing acts for him; the account's secret is 'the secret'.
CREATE FUNCTION kit.own(account_id int, user_id text, privileges text DEFAULT NULL, assurance int DEFAULT 0, multifactor bool DEFAULT false)
	RETURNS text LANGUAGE sql SET authz.session = '' AS $$
	SELECT s.session_token FROM public.authz_start_secret_session(account_id, 'the secret', user_id, session_privileges => privileges,
		assurance => assurance, multifactor => multifactor) s
$$;

-- What becomes of a statement: the SQLSTATE that it raises, else ok.
CREATE FUNCTION kit.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- How many rows it would concern, or the SQLSTATE; whatever it did is undone.
CREATE FUNCTION kit.dry(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n int;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN n;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;

-- What a call returns, or the SQLSTATE; whatever it did is undone.
CREATE FUNCTION kit.ask(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE 'SELECT ' || call INTO answer;
	RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN coalesce(answer, 'NULL');
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;

-- A compact JWS over any header and claims.
CREATE FUNCTION kit.base64url(bytes bytea) RETURNS text LANGUAGE sql AS
	$$ SELECT translate(encode(bytes, 'base64'), E'+/=\n', '-_') $$;
CREATE FUNCTION kit.jws(header text, claims text, key bytea) RETURNS text LANGUAGE sql AS $$
	SELECT t.text || '.' || kit.base64url(public.hmac(t.text::bytea, key, 'sha256'))
	FROM (SELECT kit.base64url(convert_to(header, 'UTF8')) || '.' || kit.base64url(convert_to(claims, 'UTF8'))) AS t (text)
$$;

-- Another issuer: its RSA keys, as openssl made them, and what it signs by them (RS256), in numbers.
CREATE TABLE kit.rsa (kid text PRIMARY KEY, p bytea, q bytea, dp bytea, dq bytea, qi bytea);
INSERT INTO kit.rsa VALUES
	('first', '\xf9b3cffb11ac8f448d5d6222581d11bf944c4637ff8edd31d49c21ec277bd41801d42a8361bdcaacd37a3231d44676d7410e8b456cc2a5d1186e6697c45a8b9b39315abb64b1b5a48a0d5c41942fee6d6d2747136e1612d2775125848b0eb1f55efd5b49ad1e77f6fd29efe5953fdd2e2165482a7326c7f012dfa250f44e274d',
		'\xd5bf0b41659fcb5956fabc2764c95f8465a5822d31caf367d2e9d0624c27659329c09540ea25c3afe194976901592de0a0de02eb741e1933fc04ea64f477f2842fd30c9390e397f8a8fe1cfa5d2379d2621e891f04804f0bbc6ee4fb6b6063f55a8688662d5eb6873b03d5c3232da5589eeef81292cf61f69146f9990456436b',
		'\x39eebaf1302f8de9c4b686bf1b1c5b72cc5049f652076e5052588b124432d9895c5b4225cb368260488c503af95a03d67b1489c168b35c4f3fd0d5629ebeb7272344cd1d2f067ff315c875c00d467595d3be4a223ae74a24a4642245371208bdb9f52409daed77bdc90cc2c8cc30cdfb16ea6dacd39c8ac4ab4c515760e704fd',
		'\x5d65fe68141cf00158d575340d8144c0989deab50ee5ecd8383c3cf746e98c23f30198f6659a1cd914cc1621271aadc652e4d007cc947e54cdd1e40e3b18d29ada3ef166e5cfdd8f2560ec8ea5f6237c3fadb22320976472ef62d1a1def89e950e7a6ccda1139ad49a80017f243704e22588ac53895d1f245bb4d4c9fd302883',
		'\xf8de73570996d20bf063b799a90f0adeb58ef3bd9ea463ddcfcdd39106003ee32625a127f5f28d059c0fed591e09e041b782df93d2d1b97834d38013ddeed39da7299b7102f9b86a7056e9971d3111a33e78c3234cfdbc117c171ad653af1307f8ee1eeda1fb06cf7afd303217201d56201c1312fb797beb68924f1b52daf2cb'),
	('second', '\xfb68c81abe68daa75eecf2b50055e07457e3989445eeacac00e4097ce35fae90ecc7552099f0c5fea16063ac7032f4944563d361a8b56a4d7382f8afc72745d10f7db5e448ed2500d936cc83e8255fb4d68c6e3e1a75944a42376f2873111dcd4ef7fcdac1af07e6d411d2f5335ee8e559787cb2de1bcbe0492f8ce96add1f0d',
		'\xd96217be5c5a99a3e5bdfe58af7805cecd35f5e254eab9c036cf67cb00f3208109dba85185e9ad33d28d5a8c70a57fbe3af8270d7281fc72694f561b02ac4a8243dc7cbc8e3b82785592e71adb0fa59b4861543644d4f483c33b3f5c4a05c90ea58154edb18f495871e94cca4294f810c46a0921ce53b121f15184bfd3116367',
		'\xaa55198e1507916ce8417d46e88d465f4cd4a4a180a7ee5132e14d145230976315291021e06a629adbd72470c62b9fcd7d1ddf2f4150784f353dbd23cab86ef2ef9dea485aa860f3ac37166520398218516c1f9cefec4da5ea2b08a2cd2301a0022abe23b029d81ea9fbd183d36430428355c096a72909fe5157680f1519ef59',
		'\x10e9c3e528b457dddba323a5ecc90ed29f3ec289c0879eba28c98c4ecc1d1e7b4bb40e6d8158c404132eb24bd8fbd76b8a95021cd6baec544e8340b4cb4972669e370a717533861c2cb4484cdb9c650b26df83b8d1342c6e10038d137622eb18bba1cb64cefad1ff12a5cf36b1657bc37a34b1cf32896a6fb4a1de0d3ab3d0a3',
		'\x244d9bbf4c3e86fde36b0a8d625c63be6a8a94f35c89923676aa516bb6dd8ecdb5aa019e114efce1f5a9caf2ed2e7c1677a2544d1c338400d4c614532f11f420ede66696fb4118c0cee800f118efa60982186774384110ed4ae1b77ce1235242e05988a494a9d703766998c4aa221544fe370ae5d76cb55eb93f8c619e5e0657');
CREATE FUNCTION kit.number(bytes bytea) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	number numeric := 0;
BEGIN
	FOR i IN 0..length(bytes) - 1 LOOP
		number := number * 256 + get_byte(bytes, i);
	END LOOP;
	RETURN number;
END
$$;
CREATE FUNCTION kit.bytes(number numeric, length int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	bytes bytea := decode(repeat('00', length), 'hex');
BEGIN
	FOR i IN REVERSE length - 1..0 LOOP
		bytes := set_byte(bytes, i, (number % 256)::int);
		number := div(number, 256);
	END LOOP;
	RETURN bytes;
END
$$;
CREATE FUNCTION kit.power(base numeric, exponent bytea, modulus numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	power numeric := 1;
BEGIN
	base := base % modulus;
	FOR i IN 0..8 * length(exponent) - 1 LOOP
		power := power * power % modulus;
		IF get_byte(exponent, i / 8) >> (7 - i % 8) & 1 = 1 THEN
			power := power * base % modulus;
		END IF;
	END LOOP;
	RETURN power;
END
$$;
CREATE FUNCTION kit.jwk(kid text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('kty', 'RSA', 'kid', r.kid, 'use', 'sig', 'n', kit.base64url(kit.bytes(kit.number(p) * kit.number(q), 256)), 'e', 'AQAB')
	FROM kit.rsa r WHERE r.kid = jwk.kid
$$;
CREATE FUNCTION kit.jwks(VARIADIC kids text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('keys', jsonb_agg(kit.jwk(k) ORDER BY k)) FROM unnest(kids) k
$$;
CREATE FUNCTION kit.rs256(header text, claims text, kid text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	signed text := kit.base64url(convert_to(header, 'UTF8')) || '.' || kit.base64url(convert_to(claims, 'UTF8'));
	message numeric := kit.number(decode('0001' || repeat('ff', 202) || '003031300d060960864801650304020105000420', 'hex') || sha256(signed::bytea));
	key kit.rsa;
	s numeric;
	t numeric;
BEGIN
	SELECT r.* INTO key FROM kit.rsa r WHERE r.kid = rs256.kid;
	s := kit.power(message, key.dp, kit.number(key.p));
	t := kit.power(message, key.dq, kit.number(key.q));
	s := (s - t + kit.number(key.p) * kit.number(key.q)) * kit.number(key.qi) % kit.number(key.p);
	RETURN signed || '.' || kit.base64url(kit.bytes(t + s * kit.number(key.q), 256));
END
$$;

-- A token of that issuer's for an hour; claims that are given come in the place of the usual ones, and NULL takes one away.
CREATE FUNCTION kit.foreign(user_id text, claims jsonb DEFAULT '{}', kid text DEFAULT 'first', header jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT kit.rs256(jsonb_strip_nulls(jsonb_build_object('alg', 'RS256', 'typ', 'JWT', 'kid', kid) || header)::text,
		jsonb_strip_nulls(jsonb_build_object('iss', 'https://id.example.org', 'aud', 'files', 'sub', user_id, 'iat', now, 'exp', now + 3600, 'n', gen_random_uuid()) || claims)::text, kid)
	FROM (SELECT floor(extract(epoch FROM clock_timestamp()))) t (now)
$$;
