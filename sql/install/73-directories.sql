-- Directories -------------------------------------------------------------------
--
-- The directory that knows an application's users. What is stored is read and
-- checked by the client that asks it.

CREATE FUNCTION authz_ldap_configure(application_id uuid, uris text[], base_dn text, bind_method text DEFAULT 'search',
		search_user text DEFAULT NULL, search_password text DEFAULT NULL, user_search_pattern text DEFAULT NULL,
		user_dn_format text DEFAULT NULL, start_tls bool DEFAULT false, ca_certificate text DEFAULT NULL,
		email_attribute text DEFAULT NULL, first_name_attribute text DEFAULT NULL, last_name_attribute text DEFAULT NULL,
		group_search text DEFAULT NULL, member_of_attribute text DEFAULT NULL, group_search_pattern text DEFAULT NULL,
		group_search_each_pattern text DEFAULT NULL, group_search_query text DEFAULT NULL,
		group_membership_attribute text DEFAULT NULL, primary_group_attribute text DEFAULT NULL, nested_groups bool DEFAULT false,
		timeout int DEFAULT 5)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_ldap_configure(uuid, text[], text, text, text, text, text, text, bool, text, text, text, text, text, text, text,
	text, text, text, text, bool, int) IS
	'says how an application''s users are found in a directory; a search_password of NULL keeps the one there is';

-- A password that is kept goes to whom it was given for, or whoever configures
-- could have it sent to himself.
CREATE FUNCTION authz.directory_secret(former authz.ldap_setting, new authz.ldap_setting, search_password text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF search_password <> '' THEN
		RETURN authz.keep_secret(convert_to(search_password, 'UTF8'));
	ELSIF search_password = '' OR former.search_secret_id IS NULL THEN
		RETURN NULL;
	END IF;
	IF NOT new.uris <@ former.uris OR new.ca_certificate IS DISTINCT FROM former.ca_certificate THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'search password must be given',
			HINT = 'The one that is stored goes to no other servers, nor to whom other authorities vouch for. '
				'An empty one deletes it.';
	END IF;
	RETURN former.search_secret_id;
END
$$;
COMMENT ON FUNCTION authz.directory_secret(authz.ldap_setting, authz.ldap_setting, text) IS
	'the secret to search a directory by: a new one, the former one, or none';

-- Another directory is another adapter; another way to look for groups is one
-- where these give the roles.
CREATE FUNCTION authz.end_other_directory(former authz.ldap_setting, new authz.ldap_setting) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	others bool := (former.uris, former.base_dn, former.bind_method, former.user_search_pattern, former.user_dn_format)
		IS DISTINCT FROM (new.uris, new.base_dn, new.bind_method, new.user_search_pattern, new.user_dn_format);
	other_groups bool := others OR (former.group_search, former.member_of_attribute, former.group_search_pattern,
			former.group_search_each_pattern, former.group_search_query, former.group_membership_attribute,
			former.primary_group_attribute, former.nested_groups)
		IS DISTINCT FROM (new.group_search, new.member_of_attribute, new.group_search_pattern, new.group_search_each_pattern,
			new.group_search_query, new.group_membership_attribute, new.primary_group_attribute, new.nested_groups);
BEGIN
	UPDATE authz.sign_in_setting s SET sign_in_id = nextval('authz.sign_in_id_seq'), updated_at = now()
	WHERE s.application_id = new.application_id AND (s.authn = 'ldap' AND others OR s.authz = 'ldap' AND other_groups);
	PERFORM authz.delete_outdated_sign_ins(new.application_id);
END
$$;
COMMENT ON FUNCTION authz.end_other_directory(authz.ldap_setting, authz.ldap_setting) IS
	'ends the sessions that a directory was asked for, where it is another one now';

CREATE FUNCTION authz.check_directory_text(texts text[]) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	IF EXISTS (SELECT FROM unnest(texts) AS t (value) WHERE octet_length(t.value) > 4096) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid setting of a directory', HINT = 'It has at most 4096 bytes.';
	END IF;
END
$$;
COMMENT ON FUNCTION authz.check_directory_text(text[]) IS 'raises 22023 for what is too long to be kept';

CREATE FUNCTION authz.ldap_configure(account_id int, acting bigint, application_id uuid, uris text[], base_dn text, bind_method text,
		search_user text, search_password text, user_search_pattern text, user_dn_format text, start_tls bool, ca_certificate text,
		email_attribute text, first_name_attribute text, last_name_attribute text, group_search text, member_of_attribute text,
		group_search_pattern text, group_search_each_pattern text, group_search_query text, group_membership_attribute text,
		primary_group_attribute text, nested_groups bool, timeout int)
	RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	instance authz.application := authz.application_of(account_id, application_id);
	former authz.ldap_setting;
	new authz.ldap_setting;
BEGIN
	SELECT l.* INTO former FROM authz.ldap_setting l WHERE l.application_id = instance.application_id;
	new.application_id := instance.application_id;
	new.account_id := account_id;
	new.uris := coalesce(authz.list(uris), '{}');
	new.base_dn := base_dn;
	new.bind_method := coalesce(authz.word(bind_method, 'bind method', '{search,direct}'::text[]), 'search');
	new.search_user := nullif(search_user, '');
	new.user_search_pattern := nullif(user_search_pattern, '');
	new.user_dn_format := nullif(user_dn_format, '');
	new.start_tls := coalesce(start_tls, false);
	new.ca_certificate := nullif(ca_certificate, '');
	new.email_attribute := nullif(email_attribute, '');
	new.first_name_attribute := nullif(first_name_attribute, '');
	new.last_name_attribute := nullif(last_name_attribute, '');
	new.group_search := authz.word(group_search, 'group search', '{by_user,by_group}'::text[]);
	new.member_of_attribute := nullif(member_of_attribute, '');
	new.group_search_pattern := nullif(group_search_pattern, '');
	new.group_search_each_pattern := nullif(group_search_each_pattern, '');
	new.group_search_query := nullif(group_search_query, '');
	new.group_membership_attribute := nullif(group_membership_attribute, '');
	new.primary_group_attribute := nullif(primary_group_attribute, '');
	new.nested_groups := coalesce(nested_groups, false);
	new.timeout := coalesce(timeout, 5);

	PERFORM authz.check_given(new.uris[1], 'a server'), authz.check_given(base_dn, 'base_dn'),
		authz.check_seconds(new.timeout, 'timeout', 1);
	PERFORM authz.check_directory_text(new.uris || ARRAY[base_dn, search_user, search_password, user_search_pattern, user_dn_format,
		email_attribute, first_name_attribute, last_name_attribute, member_of_attribute, group_search_pattern,
		group_search_each_pattern, group_search_query, group_membership_attribute, primary_group_attribute]);
	IF octet_length(ca_certificate) > 1000000 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'invalid ca_certificate', HINT = 'It has at most a million bytes.';
	END IF;
	new.search_secret_id := authz.directory_secret(former, new, search_password);
	DELETE FROM authz.ldap_setting l WHERE l.application_id = new.application_id;
	INSERT INTO authz.ldap_setting VALUES (new.*);
	DELETE FROM authz.secret s WHERE s.secret_id = former.search_secret_id AND former.search_secret_id IS DISTINCT FROM new.search_secret_id;
	PERFORM authz.end_other_directory(former, new);
	PERFORM authz.note(account_id, acting, 'ldap.configure', application_id::text,
		to_jsonb(new) - '{application_id,account_id,search_secret_id,ca_certificate}'::text[]
		|| jsonb_build_object('ca_certificate', encode(sha256(convert_to(new.ca_certificate, 'UTF8')), 'hex'),
			'new_password', nullif(search_password <> '', false)));
END
$$;
COMMENT ON FUNCTION authz.ldap_configure(int, bigint, uuid, text[], text, text, text, text, text, text, bool, text, text, text, text, text,
	text, text, text, text, text, text, bool, int) IS 'body of authz_ldap_configure()';
