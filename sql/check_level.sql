-- check_level: what a member, his groups, inheritance and privacy give on a category
\set VERBOSITY sqlstate
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('levels', 109);
SET authz.account = 109;
SELECT count(kit.person(109, u)) FROM unnest('{Ann,Bob,Cy,Dee,Max,Sub,Pen,Off,Late,Soon,Own,Out}'::text[]) u;
SELECT authz_category_add('top', category_id => 10901, owner => 'Own');
SELECT authz_category_add('inherits', 10901, inheritance => 'inherit', category_id => 10902);
SELECT authz_category_add('inherits twice', 10902, inheritance => 'inherit', category_id => 10903);
SELECT authz_category_add('own members', 10902, category_id => 10904);
SELECT authz_category_add('for users', 10901, privacy => 'authenticated_users', category_id => 10905);
SELECT authz_category_add('for all', 10901, privacy => 'all', contribution_policy => 'all', category_id => 10906);
SELECT authz_category_add('anybody adds', 10901, contribution_policy => 'all', category_id => 10907);
SELECT authz_category_user_add(10901, 'Ann', 'member'), authz_category_user_add(10901, 'Bob', 'contributor'),
	authz_category_user_add(10901, 'Cy', 'MODERATOR'), authz_category_user_add(10901, 'dee', 'manager'),
	authz_category_user_add(10901, 'Sub', 'none'), authz_category_user_add(10907, 'Ann', 'member');
SELECT authz_category_user_add(10901, 'Pen', 'manager'), authz_category_user_deactivate(10901, 'Pen');
SELECT authz_category_user_add(10901, 'Late', 'manager', valid_until => now() - interval '1 s');
SELECT authz_category_user_add(10901, 'Soon', 'manager', valid_from => now() + interval '1 h');

-- 4 manages the groups nested three deep; a blocked one passes nothing on
SELECT authz_group_add('inner'), authz_group_add('middle'), authz_group_add('outer'), authz_group_add('blocked');
SELECT authz_group_user_add('inner', 'Max'), authz_group_user_add('middle', 'inner'), authz_group_user_add('outer', 'middle'),
	authz_group_user_add('blocked', 'Off'), authz_group_user_add('outer', 'blocked');
SELECT authz_category_user_add(10904, 'outer', 'manager'), authz_category_user_add(10901, 'inner', 'member'),
	authz_category_user_add(10901, 'middle', 'contributor');
SELECT authz_group_update('blocked', status => 'blocked');

CREATE FUNCTION pg_temp.level(category bigint) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN authz_can_manage(category) THEN 'manage' WHEN authz_can_moderate(category) THEN 'moderate'
		WHEN authz_can_contribute(category) THEN 'contribute' WHEN authz_can_view(category) THEN 'view' ELSE '-' END
$$;
CREATE FUNCTION pg_temp.levels(token text, OUT "1" text, OUT "2" text, OUT "3" text, OUT "4" text, OUT "5" text, OUT "6" text, OUT "7" text)
	LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	SELECT pg_temp.level(10901), pg_temp.level(10902), pg_temp.level(10903), pg_temp.level(10904), pg_temp.level(10905), pg_temp.level(10906), pg_temp.level(10907)
	INTO "1", "2", "3", "4", "5", "6", "7";
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.level, pg_temp.levels TO PUBLIC;
SET ROLE regress_reader;
SELECT session_token AS widget FROM authz_start_widget_session('_109') \gset
SELECT u AS who, l."1", l."2", l."3", l."4", l."5", l."6", l."7"
	FROM unnest('{ann,bob,cy,dee,max,sub,pen,off,late,soon,own,out}'::text[]) WITH ORDINALITY t (u, n),
		pg_temp.levels(kit.token(109, '109-' || u)) l ORDER BY n;
SELECT * FROM pg_temp.levels(:'widget');
SELECT * FROM pg_temp.levels('');

-- the lists say the same
SELECT kit.become(109, '109-max');
SELECT authz_visible_categories(), authz_visible_categories('Contributor'), authz_visible_categories('moderator'),
	authz_visible_categories('manager');
SELECT l, authz_visible_categories(l) = ARRAY(SELECT c FROM generate_series(10901::bigint, 10910) c WHERE CASE l
	WHEN 'member' THEN authz_can_view(c) WHEN 'contributor' THEN authz_can_contribute(c)
	WHEN 'moderator' THEN authz_can_moderate(c) ELSE authz_can_manage(c) END ORDER BY c) AS same
	FROM unnest('{member,contributor,moderator,manager}'::text[]) l ORDER BY l;
SELECT authz_visible_categories('none');	-- 22023
SELECT authz_visible_categories('');		-- 22023
SELECT authz_visible_categories(NULL) IS NULL;	-- true

-- arguments: NULL is false, unknown ids are false, arrays of each width
SELECT authz_can_view(NULL), authz_can_view(0), authz_can_view(-1), authz_can_view(9223372036854775807), authz_can_view(10904, NULL);
SELECT authz_can_view_any('{10904}'), authz_can_view_any('{99,10904}'), authz_can_view_any('{99}'), authz_can_view_any('{}'),
	authz_can_view_any(NULL), authz_can_view_any('{NULL}'), authz_can_view_any('{NULL,10904}'), authz_can_view_any('{{98,99},{10901,10904}}');
SELECT authz_can_manage_any('{10904}'::int[]), authz_can_manage_any('{10901,10904}'::smallint[]), authz_can_moderate_any('{10901,10902}'), authz_can_contribute_any('{10901}');
SELECT authz_can_view(10904::smallint), authz_can_view(10904::int), authz_can_view(10904::bigint);

-- changes are obeyed by the next statement, and undone with the transaction
BEGIN;
SELECT set_config('authz.session', '', true);
RESET ROLE;
SAVEPOINT s;
SELECT authz_category_user_delete(10904, 'outer');
SELECT (pg_temp.levels(kit.token(109, '109-max')))."4";	-- -
ROLLBACK TO s;
SELECT (pg_temp.levels(kit.token(109, '109-max')))."4";	-- manage
RESET ROLE;
SELECT set_config('authz.session', '', true);
SELECT authz_group_update('blocked', status => 'active');
SELECT (pg_temp.levels(kit.token(109, '109-off')))."4";	-- manage
SELECT set_config('authz.session', '', true);
SELECT authz_group_update('middle', status => 'blocked');
SELECT (pg_temp.levels(kit.token(109, '109-max')))."4";	-- -
SELECT set_config('authz.session', '', true);
SELECT authz_category_update(10903, inheritance => 'manual');
SELECT l."1", l."2", l."3" FROM pg_temp.levels(kit.token(109, '109-dee')) l;	-- 3 has no members of its own
SELECT l."1", l."2", l."3" FROM pg_temp.levels(kit.token(109, '109-own')) l;	-- and keeps the owner
SELECT set_config('authz.session', '', true);
SELECT authz_category_move('{10902}', NULL);	-- 23514: a root inherits from nobody
ROLLBACK;
SELECT kit.become(109, '109-dee');
SELECT authz_visible_categories('manager');	-- the first three
RESET authz.session;
