-- listed: who is told of a category (rule 7), which is another question than who may view what is in it
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('listed', 391);
SET authz.account = 391;
SELECT count(kit.person(391, u)) FROM unnest('{Ann,Bob,Sub,Pen,Own}'::text[]) u;
SELECT kit.person(391, 'Boss', 'admin');
SELECT authz_category_add('everyone''s list', appear_in_list => 'everyone', category_id => 39101),
	authz_category_add('members'' list', category_id => 39102),
	authz_category_add('inherits', 39102, inheritance => 'inherit', category_id => 39103),
	authz_category_add('open', privacy => 'all', contribution_policy => 'all', category_id => 39104),
	authz_category_add('on the site', privacy_context => 'site', appear_in_list => 'everyone', category_id => 39105),
	authz_category_add('below the site', 39105, category_id => 39106),
	authz_category_add('owned', owner => 'own', category_id => 39107);
SELECT authz_category_user_add(39102, 'ann'), authz_category_user_add(39102, 'sub', 'none'), authz_category_user_add(39106, 'ann'),
	authz_category_user_add(39102, 'pen'), authz_category_user_deactivate(39102, 'pen');
SELECT authz_role_add('lister', '{category.list}', role_id => 39101), authz_role_add('viewer', '{content.view_all}', role_id => 39102),
	authz_role_add('keeper', '{content.manage_all}', role_id => 39103);
SELECT count(authz_apptoken_add(id => '391-' || a, token => 'sesame', session_user_id => u, session_privileges => p)) FROM (VALUES
	('site', 'ann', 'privacycontext:site'), ('shop', 'ann', 'privacycontext:shop'), ('off', 'bob', 'disableentitlement'),
	('off-shop', 'bob', 'disableentitlement,privacycontext:shop'), ('lister', 'bob', 'setrole:39101'), ('lister-site', 'bob', 'setrole:39101,privacycontext:site'),
	('viewer', 'bob', 'setrole:39102'), ('keeper', 'bob', 'setrole:39103'), ('keeper-site', 'bob', 'setrole:39103,privacycontext:site')) v (a, u, p);

-- what a session is told of, by the view and by name, and where it may view
CREATE FUNCTION pg_temp.told(token text, OUT told text, OUT by_name text, OUT views text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	SELECT string_agg((category_id % 100)::text, ' ' ORDER BY category_id) INTO told FROM authz_categories;
	SELECT string_agg((authz_category_id(n) % 100)::text, ' ') INTO by_name
	FROM unnest('{everyone''s list,members'' list,members'' list>inherits,open,on the site,on the site>below the site,owned}'::text[]) n
	WHERE authz_category_id(n) IS NOT NULL;
	SELECT string_agg((c % 100)::text, ' ' ORDER BY c) INTO views FROM generate_series(39101, 39107) c WHERE authz_can_view(c);
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.told TO PUBLIC;
CREATE TEMP VIEW everybody AS
	SELECT a AS session, t.* FROM unnest('{ann,bob,sub,pen,own,boss,site,shop,off,off-shop,lister,lister-site,viewer,keeper,keeper-site}'::text[])
		WITH ORDINALITY u (a, n), pg_temp.told(kit.token(391, '391-' || a)) t ORDER BY n;
GRANT SELECT ON everybody TO regress_reader;
SET ROLE regress_reader;
TABLE everybody;
SELECT session_token AS widget FROM authz_start_widget_session('_391') \gset
SELECT * FROM pg_temp.told(:'widget');	-- nobody in particular
SELECT * FROM pg_temp.told('');			-- nobody at all

-- it changes with what it rests on
RESET ROLE;
SET authz.session = '';
SELECT authz_category_update(39101, appear_in_list => 'category_members_only'), authz_category_update(39104, appear_in_list => 'everyone'),
	authz_category_user_update(39102, 'sub', 'member'), authz_category_user_activate(39102, 'pen'), authz_category_user_delete(39102, 'ann'),
	authz_category_move('{39104}', 39105), authz_category_delete(39107);
SET ROLE regress_reader;
TABLE everybody;			-- 4 has another name now
RESET ROLE;
RESET authz.session;
RESET authz.account;
