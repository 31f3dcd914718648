-- Passwords ------------------------------------------------------------------
--
-- For those whom an application's internal adapter signs in. A password is
-- somebody's in all of the account, and kept as a verifier by bcrypt.

-- What is typed in two ways that look alike is the same password.
CREATE FUNCTION authz.normal_password(password text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
	-- A CASE would be no help: its branches are computed where the password is known when it is planned.
	IF getdatabaseencoding() = 'UTF8' THEN
		RETURN normalize(password, NFKC);
	END IF;
	RETURN password;
END
$$;
COMMENT ON FUNCTION authz.normal_password(text) IS 'a password in the form in which it is hashed';

CREATE FUNCTION authz.password_setting(account_id int) RETURNS text
	LANGUAGE sql STABLE
	RETURN concat('$2a$', coalesce(authz.limit_of(account_id, 'password_cost'), 10), '$', repeat('.', 22));
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

CREATE FUNCTION authz_user_set_password(user_id text, password text, old_password text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_user_set_password(text, text, text) IS
	'sets a user''s password: one''s own with the old one, another''s as an administrator; his other sign-ins end';

CREATE FUNCTION authz_blocked_password_add(passwords text[]) RETURNS int
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_blocked_password_add(text[]) IS
	'says what nobody of the account may have as his password, in any case; returns how many were added';

CREATE FUNCTION authz_blocked_password_delete(passwords text[]) RETURNS int
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_blocked_password_delete(text[]) IS 'takes passwords from the list of those nobody may have';

-- The words that people take first, everywhere. What an account knows of its
-- own (names of places, of products) it adds with authz_blocked_password_add().
CREATE VIEW authz.common_password (word) AS VALUES
	('abcdef'), ('access'), ('admin'), ('administrator'), ('azerty'), ('baseball'), ('batman'), ('changeit'), ('changeme'),
	('charlie'), ('computer'), ('default'), ('demo'), ('dragon'), ('football'), ('freedom'), ('guest'), ('hello'), ('iloveyou'),
	('internet'), ('letmein'), ('login'), ('love'), ('lovely'), ('master'), ('michael'), ('monkey'), ('motdepasse'), ('pass'),
	('password'), ('passwort'), ('passwd'), ('pokemon'), ('princess'), ('qwerty'), ('qwertz'), ('root'), ('secret'), ('shadow'),
	('soccer'), ('spring'), ('starwars'), ('summer'), ('sunshine'), ('superman'), ('temp'), ('test'), ('testing'), ('trustno'),
	('user'), ('welcome'), ('whatever'), ('winter');
COMMENT ON VIEW authz.common_password IS 'words that are no password, whatever figures and signs are put around them';

-- Where fingers run, in both directions.
CREATE VIEW authz.common_run (run) AS
	SELECT d.run
	FROM unnest('{1234567890,abcdefghijklmnopqrstuvwxyz,qwertyuiopasdfghjklzxcvbnm,qwertzuiopasdfghjklyxcvbnm,azertyuiopqsdfghjklmwxcvbn,1qaz2wsx3edc4rfv5tgb6yhn7ujm,!qaz@wsx#edc$rfv%tgb^yhn&ujm}'::text[])
		AS r (line),
		LATERAL (VALUES (repeat(r.line, 8)), (repeat(reverse(r.line), 8))) AS d (run);
COMMENT ON VIEW authz.common_run IS 'texts of which no part is a password';

CREATE FUNCTION authz.letters(word text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN regexp_replace(lower(word), '[^[:alpha:]]+', '', 'g');
COMMENT ON FUNCTION authz.letters(text) IS 'what is left of a word without figures and signs';

-- What somebody would try who knows where he is and whom he is after.
CREATE FUNCTION authz.easy_words(account_id int, principal_id bigint) RETURNS SETOF text
	LANGUAGE sql STABLE AS $$
	SELECT c.word FROM authz.common_password c
	UNION ALL SELECT a.name FROM authz.account a WHERE a.account_id = easy_words.account_id
	UNION ALL SELECT a.identifier FROM authz.application a WHERE a.account_id = easy_words.account_id
	UNION ALL SELECT a.display_name FROM authz.application a WHERE a.account_id = easy_words.account_id
	UNION ALL SELECT w.word
	FROM authz.principal p,
		LATERAL (VALUES (p.user_id), (split_part(p.user_id, '@', 1)), (p.first_name), (p.last_name),
			(concat(p.first_name, p.last_name)), (p.screen_name), (p.email)) AS w (word)
	WHERE p.principal_id = easy_words.principal_id
$$;
COMMENT ON FUNCTION authz.easy_words(int, bigint) IS 'words that are no password of this user''s';

CREATE FUNCTION authz.is_easy_password(account_id int, principal_id bigint, password text) RETURNS bool
	LANGUAGE sql STABLE AS $$
	SELECT (SELECT count(DISTINCT c.one) < 5 FROM regexp_split_to_table(p.whole, '') AS c (one))
		OR EXISTS (SELECT FROM authz.common_run r WHERE strpos(r.run, p.whole) > 0)
		OR EXISTS (SELECT FROM authz.blocked_password b
			WHERE b.account_id = is_easy_password.account_id AND b.password IN (p.whole, nullif(p.letters, '')))
		OR EXISTS (SELECT FROM authz.easy_words(account_id, principal_id) AS e (word)
			WHERE lower(e.word) = p.whole
				OR length(authz.letters(e.word)) > 2 AND p.letters <> '' AND replace(p.letters, authz.letters(e.word), '') = '')
	FROM (SELECT lower(password), authz.letters(password)) AS p (whole, letters)
$$;
COMMENT ON FUNCTION authz.is_easy_password(int, bigint, text) IS
	'whether a password is one that somebody would try: common, blocked, or a name of the user or the place, perhaps repeated';

-- Length is what counts (NIST SP 800-63B-4): nothing is said of the characters.
CREATE FUNCTION authz.check_password(account_id int, principal_id bigint, password text) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	minimum int := coalesce(authz.limit_of(account_id, 'password_min_length'), 15);
BEGIN
	PERFORM authz.check_given(password, 'password');
	IF length(password) < minimum THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'password is too short',
			HINT = format('It has at least %s characters.', minimum);
	END IF;
	IF octet_length(password) > 72 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'password is too long',
			HINT = 'It has at most 72 bytes: bcrypt looks at no more, and would take a longer one for it.';
	END IF;
	IF authz.is_easy_password(account_id, principal_id, password) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'password is too easy to guess',
			HINT = 'Do not take a common word, a row of keys, or a name of yours or of this place; several words that have nothing to do with each other are good.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_password(int, bigint, text) IS 'raises 22023 unless the user may have that password, in its normal form';

CREATE FUNCTION authz.put_password(account_id int, principal_id bigint, verifier text, legacy bool) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	INSERT INTO authz.password AS w (principal_id, account_id, verifier, legacy)
	VALUES (principal_id, account_id, verifier, legacy)
	ON CONFLICT ON CONSTRAINT password_pkey DO UPDATE
	SET verifier = excluded.verifier, legacy = excluded.legacy, changed_at = now()
$$;
COMMENT ON FUNCTION authz.put_password(int, bigint, text, bool) IS 'keeps the verifier of a password, in the place of another';

CREATE FUNCTION authz.check_person(principal_id bigint) RETURNS void
	LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM authz.principal p WHERE p.principal_id = check_person.principal_id AND p.kind = 'person') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'only persons have passwords',
			HINT = 'Services and applications have app tokens, secrets and keys.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_person(bigint) IS 'raises 22023 for who has no password because he is no person';

-- Whoever has come in by the former password is out.
CREATE FUNCTION authz.end_former_sign_ins(principal_id bigint) RETURNS void
	LANGUAGE sql VOLATILE AS $$
	DELETE FROM authz.session s
	WHERE s.principal_id = end_former_sign_ins.principal_id AND s.sign_in_id IS NOT NULL
		AND s.session_id IS DISTINCT FROM (@extschema@.authz_current_session()).session_id
$$;
COMMENT ON FUNCTION authz.end_former_sign_ins(bigint) IS 'ends what a user has signed in to, but for the session in force';

CREATE FUNCTION authz.user_set_password(account_id int, acting bigint, user_id text, password text, old_password text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	target bigint := authz.user_of(account_id, user_id);
BEGIN
	PERFORM authz.check_person(target);
	PERFORM authz.check_password(account_id, target, authz.normal_password(password));
	PERFORM authz.put_password(account_id, target, authz.password_verifier(account_id, password), false);
	PERFORM authz.end_former_sign_ins(target);
	PERFORM authz.note(account_id, acting, 'user.set_password', user_id);
END
$$;
COMMENT ON FUNCTION authz.user_set_password(int, bigint, text, text, text) IS 'body of authz_user_set_password()';

-- A bare SHA-1 is not kept as it comes: it is hashed like a password, marked,
-- and gives way to a verifier of the password itself when that is next proven.
CREATE FUNCTION authz.import_password(account_id int, principal_id bigint, sha1 text) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF (SELECT a.settings -> 'legacy_passwords' FROM authz.account a WHERE a.account_id = import_password.account_id)
		IS DISTINCT FROM 'true'
	THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'passwords hashed by SHA-1 are not accepted',
			HINT = 'The account''s setting legacy_passwords allows them.';
	END IF;
	IF sha1 !~ '^[0-9A-Fa-f]{40}$' OR lower(sha1) = 'da39a3ee5e6b4b0d3255bfef95601890afd80709' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid hash of a password',
			HINT = 'It is the SHA-1 of a password that is not empty, 40 hexadecimal digits.';
	END IF;
	PERFORM authz.put_password(account_id, principal_id, authz.password_verifier(account_id, lower(sha1)), true);
END
$$;
COMMENT ON FUNCTION authz.import_password(int, bigint, text) IS 'keeps a password that comes from elsewhere as its SHA-1';

CREATE FUNCTION authz.blocked_password_add(account_id int, acting bigint, passwords text[]) RETURNS int
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	added int;
BEGIN
	IF EXISTS (SELECT FROM unnest(passwords) AS n (password) WHERE coalesce(octet_length(n.password), 0) NOT BETWEEN 1 AND 300) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid password', HINT = 'It has 1 to 300 bytes.';
	END IF;
	INSERT INTO authz.blocked_password (account_id, password)
	SELECT DISTINCT blocked_password_add.account_id, lower(authz.normal_password(n.password)) FROM unnest(passwords) AS n (password)
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS added = ROW_COUNT;
	PERFORM authz.note(account_id, acting, 'blocked_password.add', NULL, jsonb_build_object('added', added));
	RETURN added;
END
$$;
COMMENT ON FUNCTION authz.blocked_password_add(int, bigint, text[]) IS 'body of authz_blocked_password_add()';

CREATE FUNCTION authz.blocked_password_delete(account_id int, acting bigint, passwords text[]) RETURNS int
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	deleted int;
BEGIN
	DELETE FROM authz.blocked_password b
	USING (SELECT DISTINCT lower(authz.normal_password(n.password)) FROM unnest(passwords) AS n (password)) AS d (password)
	WHERE b.account_id = blocked_password_delete.account_id AND b.password = d.password;
	GET DIAGNOSTICS deleted = ROW_COUNT;
	PERFORM authz.note(account_id, acting, 'blocked_password.delete', NULL, jsonb_build_object('deleted', deleted));
	RETURN deleted;
END
$$;
COMMENT ON FUNCTION authz.blocked_password_delete(int, bigint, text[]) IS 'body of authz_blocked_password_delete()';

CREATE VIEW authz_blocked_passwords WITH (security_barrier) AS
	SELECT b.account_id, b.password
	FROM authz.blocked_password b
	WHERE b.account_id = (SELECT authz_reading_account('blocked_password.list'));
COMMENT ON VIEW authz_blocked_passwords IS 'what nobody of the account may have as his password, with blocked_password.list';
GRANT SELECT ON authz_blocked_passwords TO PUBLIC;
