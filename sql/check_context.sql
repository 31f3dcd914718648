-- check_context: privacy contexts, confinement, and enforcement that is off
\set VERBOSITY sqlstate
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('contexts', 110);
SET authz.account = 110;
SELECT authz_category_add('plain and for all', privacy => 'all', category_id => 1101);
SELECT authz_category_add('site', privacy => 'all', privacy_context => 'site', category_id => 1102);
SELECT authz_category_add('below site', 1102, privacy => 'all', category_id => 1103);
SELECT authz_category_add('site and shop', 1102, privacy => 'all', privacy_context => 'shop', category_id => 1104);
SELECT authz_category_add('members of site', 1102, category_id => 1105);
SELECT authz_category_add('users of shop', privacy => 'authenticated_users', privacy_context => 'shop', contribution_policy => 'all', category_id => 1106);
SELECT authz_category_add('members only', category_id => 1107);
SELECT kit.person(110, 'Ann'), kit.person(110, 'Boss', 'admin');
SELECT authz_category_user_add(1105, 'Ann', 'moderator'), authz_category_user_add(1107, 'Ann', 'manager');
SELECT count(authz_apptoken_add(id => a, token => 'sesame', session_user_id => 'Ann', session_privileges => p))
	FROM (VALUES ('site', 'privacycontext:site'), ('shop', 'privacycontext:shop'), ('both', 'privacycontext:site/shop'),
		('empty', 'privacycontext:'), ('bare', 'privacycontext'), ('other', 'privacycontext:other'), ('case', 'privacycontext:SITE'),
		('prefix', 'privacycontext:sit'), ('off', 'disableentitlement'), ('off-on', 'enableentitlement,disableentitlement'),
		('off-site', 'disableentitlement,privacycontext:site')) v (a, p);

-- v view, c contribute, o moderate, a manage, for each category
CREATE FUNCTION pg_temp.table_of(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT string_agg(CASE WHEN authz_can_manage(c) THEN 'vcoa' WHEN authz_can_moderate(c) THEN 'vco '
		WHEN authz_can_contribute(c) THEN 'vc  ' WHEN authz_can_view(c) THEN 'v   ' ELSE '-   ' END, ' ' ORDER BY c)
		FROM generate_series(1101, 1107) c);
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.table_of TO PUBLIC;
SET ROLE regress_reader;
SELECT session_token AS widget FROM authz_start_widget_session('_110') \gset
SELECT 'widget' AS session, pg_temp.table_of(:'widget') AS " 1    2    3    4    5    6    7"
UNION ALL SELECT a, pg_temp.table_of(kit.token(110, a))
	FROM unnest('{110-ann,site,shop,both,empty,bare,other,case,prefix}'::text[]) a ORDER BY 1;

-- an admin without roles has content.manage_all, within the confinement; disableentitlement knows none
SELECT a AS session, pg_temp.table_of(kit.token(110, a)) AS " 1    2    3    4    5    6    7"
	FROM unnest('{110-boss,off,off-on,off-site}'::text[]) a ORDER BY 1;

-- who starts the session cannot put it on, confine it less or turn it off
SELECT p AS asked, pg_temp.table_of(kit.token(110, 'site', privileges => p)) AS " 1    2    3    4    5    6    7"
	FROM unnest('{disableentitlement,privacycontext:shop,privacycontext:site/shop," disableentitlement ",DisableEntitlement,x}'::text[]) p ORDER BY p;

-- the lists and the privilege itself
SELECT kit.become(110, 'both');
SELECT authz_visible_categories(), authz_visible_categories('contributor');
SELECT authz_has_privilege('privacycontext'), authz_has_privilege('privacycontext', 'shop'), authz_has_privilege('privacycontext', 'sho'),
	authz_has_privilege('privacycontext', 'site/shop'), authz_has_privilege('privacy'), authz_has_privilege('PrivacyContext'), authz_has_privilege(NULL);

-- contexts accumulate downwards, live
RESET ROLE;
SET authz.session = '';
SELECT authz_category_update(1102, clear => '{privacy_context}');
SET ROLE regress_reader;
SELECT pg_temp.table_of(kit.token(110, a)) AS " 1    2    3    4    5    6    7" FROM unnest('{110-ann,site,shop}'::text[]) a ORDER BY a;

-- content.view_all and content.manage_all: within the confinement, and never by a pattern
RESET ROLE;
SELECT authz_role_add('viewer', '{content.view_all}', role_id => 11001), authz_role_add('keeper', '{content.manage_all}', role_id => 11002),
	authz_role_add('all', '{*}', role_id => 11003), authz_role_add('content', '{content.*}', role_id => 11004);
SELECT count(authz_apptoken_add(id => r || '-' || c, token => 'sesame', session_privileges => 'setrole:' || r || ',privacycontext:' || c))
	FROM unnest('{viewer,keeper,all,content}'::text[]) r, unnest('{shop}'::text[]) c;
SELECT count(authz_apptoken_add(id => r, token => 'sesame', session_privileges => 'setrole:' || r))
	FROM unnest('{viewer,keeper,all,content}'::text[]) r;
SET ROLE regress_reader;
SELECT a AS session, pg_temp.table_of(kit.token(110, a)) AS " 1    2    3    4    5    6    7"
	FROM unnest('{viewer,keeper,all,content,viewer-shop,keeper-shop,all-shop}'::text[]) a ORDER BY 1;
RESET authz.session;
