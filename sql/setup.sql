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
