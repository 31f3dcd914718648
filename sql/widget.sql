-- widget: sessions that anybody starts, and that may nothing
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA widget_test;
GRANT USAGE ON SCHEMA widget_test TO regress_reader;
SET search_path = widget_test, public;
SELECT account_id, widget_id FROM authz_account_add('widget', 104);
SET authz.account = 104;
SELECT authz_category_add('open', category_id => 10401, privacy => 'all'),
	authz_category_add('users', category_id => 10402, privacy => 'authenticated_users'),
	authz_category_add('members', category_id => 10403),
	authz_category_add('open to write', category_id => 10404, privacy => 'all', contribution_policy => 'all'),
	authz_category_add('in a context', category_id => 10405, privacy => 'all', privacy_context => 'site');
SELECT authz_permission_add('p');
CREATE TABLE content (id int PRIMARY KEY, category_id bigint, owner text);
INSERT INTO content VALUES (1, 10401, NULL), (2, 10402, NULL), (3, 10403, NULL), (4, 10404, NULL), (5, 10405, NULL), (6, NULL, NULL), (7, NULL, 'Ann');
ALTER TABLE content OWNER TO regress_author;
GRANT ALL ON content TO regress_reader;
GRANT ALL ON SCHEMA widget_test TO regress_author;
SET client_min_messages = error;
SELECT authz_protect('content', 'category_id', 'owner');
RESET client_min_messages;
SET ROLE regress_reader;

-- starting
SELECT authz_start_widget_session(NULL);	-- 28P01
SELECT authz_start_widget_session('');		-- 28P01
SELECT authz_start_widget_session('104');	-- 28P01
SELECT authz_start_widget_session('_999');	-- 28P01
SELECT authz_start_widget_session('_0104');	-- 28P01
SELECT authz_start_widget_session('_104 ');	-- 28P01
SELECT authz_start_widget_session('_+104');	-- 28P01
SELECT authz_start_widget_session('_99999999999999999999');	-- 28P01
SELECT authz_start_widget_session('_4294967400');	-- 28P01: no wrapping around
SELECT authz_start_widget_session('_104', -1);	-- 22023
SELECT session_type, account_id, user_id, actor, role_ids, privileges,
	expiry BETWEEN now() + interval '86390 s' AND now() + interval '86410 s' AS a_day
	FROM authz_start_widget_session('_104', NULL);
SELECT expiry < now() + interval '20 s' AS short FROM authz_start_widget_session('_104', 10);
SELECT expiry < now() + interval '86410 s' AS capped FROM authz_start_widget_session('_104', 2000000000);
SELECT session_token AS w FROM authz_start_widget_session('_104') \gset
SELECT authz_current_account_id();		-- NULL: starting does not put in force
SELECT session_type, user_id, actor, role_ids, privileges FROM authz_use_session(:'w', false);

-- what it may
SELECT authz_has_permission('p'), authz_has_permission('content.view_all'), authz_has_role('x');	-- f, f, f
SELECT authz_has_privilege('view'), authz_has_privilege('widget', '1'), authz_has_privilege('widget', '2'), authz_has_privilege('edit');
SELECT authz_owner_ids(), authz_is_owner('Ann'), authz_visible_categories();	-- {}, f, the open ones
SELECT c, authz_can_view(c), authz_can_contribute(c), authz_can_moderate(c), authz_can_manage(c)
	FROM generate_series(10401, 10405) c ORDER BY c;
SELECT * FROM content ORDER BY id;		-- 1, 4
INSERT INTO content VALUES (8, 10404);	-- 42501: contributing takes a user
INSERT INTO content VALUES (8);			-- 42501
UPDATE content SET owner = 'me' RETURNING id;	-- none
DELETE FROM content RETURNING id;	-- none
SELECT authz_user_add('Eve');			-- 42501
SELECT authz_category_add('mine');		-- 42501
SELECT authz_sessions_revoke(started_before => now());	-- 42501

-- a role for all of them, if the account wants
RESET ROLE;
SET authz.session = '';
SELECT authz_role_add('visitor', '{p}', role_id => 10401);
SELECT authz_account_update(104, settings => '{"default_widget_role": "visitor"}');
SET ROLE regress_reader;
SET authz.session = :'w';
SELECT authz_has_permission('p'), authz_has_role('visitor'), (authz_current_session()).role_ids;	-- t, t, 10401

-- ending one leaves others
SELECT session_token AS v FROM authz_start_widget_session('_104') \gset
SELECT authz_end_session();		-- true
SELECT authz_current_account_id();	-- NULL
SELECT authz_use_session(:'w', false);	-- 28000
SET authz.session = :'v';
SELECT authz_current_account_id();	-- 104

-- a blocked account has no sessions
RESET ROLE;
SET authz.session = '';
SELECT authz_account_update(104, status => 'blocked');
SET authz.session = :'v';
SELECT authz_current_account_id();	-- NULL
SET ROLE regress_reader;
SELECT authz_start_widget_session('_104');	-- 28P01
RESET ROLE;
SET authz.session = '';
SELECT authz_account_update(104, status => 'active');
SET authz.session = :'v';
SELECT authz_current_account_id();	-- 104
RESET authz.session;
SET client_min_messages = warning;
DROP SCHEMA widget_test CASCADE;
