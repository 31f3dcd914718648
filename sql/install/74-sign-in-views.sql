-- Views of signing in ------------------------------------------------------------

-- A setting that is not the method's is not in force, and is shown all the same:
-- it would be with the next change.
CREATE VIEW authz_sign_in_settings WITH (security_barrier) AS
	SELECT i.application_id, i.account_id, a.identifier AS application_identifier, i.authn, i.authz,
		i.refresh_details AS refresh_details_on_login, i.refresh_role AS refresh_role_on_login,
		i.anonymous_role_id IS NOT NULL AS allow_anonymous,
		(SELECT r.name FROM authz.role r WHERE r.role_id = i.anonymous_role_id) AS anonymous_role, i.session_lifetime,
		(SELECT array_agg(r.name ORDER BY o.n)
			FROM unnest(i.groups_matching_order) WITH ORDINALITY AS o (role_id, n)
			JOIN authz.role r ON r.role_id = o.role_id AND r.status <> 'deleted') AS groups_matching_order,
		i.match_primary_group, h.header_name, c.authenticate, c.authorize, s.issuer, s.accept_session_key, s.login_url,
		CASE i.authn WHEN 'header' THEN h.logout_url WHEN 'sso' THEN s.logout_url END AS logout_url, i.updated_at,
		(SELECT jsonb_strip_nulls(to_jsonb(l) - '{application_id,account_id,search_secret_id}'::text[]
				|| jsonb_build_object('has_search_password', l.search_secret_id IS NOT NULL))
			FROM authz.ldap_setting l WHERE l.application_id = i.application_id) AS directory
	FROM authz.sign_in_setting i
	JOIN authz.application a ON a.application_id = i.application_id
	LEFT JOIN authz.header_setting h ON h.application_id = i.application_id
	LEFT JOIN authz.sso_setting s ON s.application_id = i.application_id
	LEFT JOIN authz.adapter c ON c.application_id = i.application_id
	WHERE i.account_id = (SELECT authz_reading_account('sign_in_setting.list'))
		OR i.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k));
COMMENT ON VIEW authz_sign_in_settings IS
	'how users sign in to the applications one has a stake in, or to all with sign_in_setting.list; never a secret';

CREATE VIEW authz_directory_roles WITH (security_barrier) AS
	SELECT d.application_id, d.account_id, d.directory_group, d.primary_group_id, d.role_id, r.name AS role, coalesce(r.label, r.name) AS label
	FROM authz.directory_role d
	JOIN authz.role r ON r.role_id = d.role_id
	WHERE d.account_id = (SELECT authz_reading_account('directory_role.list'))
		OR d.application_id = ANY (ARRAY(SELECT k.application_id FROM authz.stake k));
COMMENT ON VIEW authz_directory_roles IS
	'which groups of a directory give which role of the applications one has a stake in, or of all with directory_role.list';

GRANT SELECT ON authz_sign_in_settings, authz_directory_roles TO PUBLIC;
