-- Passwords ------------------------------------------------------------------
--
-- For those whom an application's internal adapter signs in. A password is
-- somebody's in all of the account, and kept as a verifier by bcrypt.

-- What is typed in two ways that look alike is the same password.
CREATE FUNCTION authz.normal_password(password text) RETURNS text
	LANGUAGE sql STABLE STRICT
	RETURN CASE WHEN getdatabaseencoding() = 'UTF8' THEN normalize(password, NFKC) ELSE password END;
COMMENT ON FUNCTION authz.normal_password(text) IS 'a password in the form in which it is hashed';

CREATE FUNCTION authz.password_setting(account_id int) RETURNS text
	LANGUAGE sql STABLE
	RETURN format('$2a$%s$', lpad(coalesce(
			(SELECT a.settings ->> 'password_cost' FROM authz.account a WHERE a.account_id = password_setting.account_id),
			'10'), 2, '0'))
		|| repeat('.', 22);
COMMENT ON FUNCTION authz.password_setting(int) IS 'what crypt() takes as long by as by a verifier of the account''s cost';

CREATE FUNCTION authz.password_verifier(account_id int, password text) RETURNS text
	LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
	salt text;
BEGIN
	EXECUTE format('SELECT %I.gen_salt(''bf'', $1)', (
		SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
		WHERE e.extname = 'pgcrypto'))
	INTO salt USING substr(authz.password_setting(account_id), 5, 2)::int;
	RETURN authz.crypt(authz.normal_password(password), salt);
END
$$;
COMMENT ON FUNCTION authz.password_verifier(int, text) IS 'verifier of a password at the account''s cost';
