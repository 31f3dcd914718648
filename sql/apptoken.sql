-- apptoken: the app-token workflow from end to end, as doc/apptoken.md counts its steps
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA apptoken_test;
GRANT ALL ON SCHEMA apptoken_test TO regress_author;
GRANT USAGE ON SCHEMA apptoken_test TO regress_reader;
SET search_path = apptoken_test, public;
SELECT account_id, widget_id, admin_secret ~ '^[0-9a-f]{32}$' AS secret FROM authz_account_add('workflow', 1234569);
SET authz.account = 1234569;

-- K1: a user by an id of one's choice, once, in any case
SELECT authz_user_add('DummyUser@kaltura.com');
SELECT authz_user_add('dummyuser@kaltura.com');		-- 23505
SELECT user_id, kind, status FROM authz_users;		-- as first spelled

-- K3: a category by its privacy context
SELECT authz_category_add('Demos', privacy_context => 'demos', category_id => 123456789);
SELECT authz_category_add('Bad label', privacy_context => 'a b');	-- 22023
SELECT authz_category_add('News', category_id => 2), authz_category_add('Archive', category_id => 3);

-- K4: who may view and who may publish; the default is private
SELECT category_id, full_name, privacy, privacy_context, contribution_policy FROM authz_categories ORDER BY full_name;
SELECT authz_category_update(2, privacy => 'authenticated_users', contribution_policy => 'all');

-- K2, K5: access is membership at a level, by the ids of both
SELECT authz_category_user_add(123456789, 'dummyuser@kaltura.com', 'MEMBER');
SELECT authz_category_user_add(123456789, 'dummyuser@kaltura.com', 'MEMBER');	-- 23505
SELECT authz_category_user_add(123456789, 'nobody@kaltura.com', 'MEMBER');	-- P0002
SELECT authz_category_user_add(3, 'dummyuser@kaltura.com', 'MANAGER');
SELECT category_id, user_id, permission_level, status FROM authz_category_users ORDER BY category_id;

-- the content, and a table beside it
CREATE TABLE entry (id int PRIMARY KEY, category_id bigint, owner text);
INSERT INTO entry VALUES (1, 123456789), (2, 123456789), (3, 2), (4, 3), (5, 3), (6, NULL);
ALTER TABLE entry OWNER TO regress_author;
CREATE INDEX ON entry (category_id);
CREATE INDEX ON entry (owner);
GRANT SELECT, INSERT, UPDATE, DELETE ON entry TO regress_reader;
SELECT authz_protect('entry', 'category_id', 'owner', 'entry');
CREATE TABLE comment (id int PRIMARY KEY, category_id bigint);
INSERT INTO comment VALUES (1, 123456789);
ALTER TABLE comment OWNER TO regress_author;
CREATE INDEX ON comment (category_id);
GRANT SELECT ON comment TO regress_reader;
SELECT authz_protect('comment', 'category_id', permission_prefix => 'comment');

-- K6: a role is all of an area but deleting; another area is switched off
SELECT authz_role_add('moderation', '{entry.*,comment.*}', exceptions => '{entry.delete,comment.*}',
	description => 'moderates entries', role_id => 15737171);

-- K7: permissions have names and descriptions
SELECT name, description FROM authz_permissions WHERE name LIKE 'entry.%' ORDER BY name;
SELECT count(*) > 40 AS built_in, count(description) = count(*) AS described FROM authz_permissions WHERE built_in;

-- K9: roles are listed
SELECT role_id, name, permissions, exceptions, status FROM authz_roles;

-- K11, K12: an app token; id and token are returned once
SELECT id, token FROM authz_apptoken_add('AppToken for Demo', hash_type => 'SHA256', session_duration => 86400,
	session_privileges => 'setrole:15737171', session_type => 'USER', session_user_id => 'dummyuser@kaltura.com') \gset
SELECT :'id' ~ '^[0-9a-f]{16}$' AS id, :'token' ~ '^[0-9a-f]{32}$' AS token;
SELECT id = :'id' AS id, description, hash_type, session_duration, session_privileges, session_type, session_user_id, status
FROM authz_apptokens;

-- K20: another application with a user and a role of its own
SELECT authz_user_add('other@kaltura.com');
SELECT authz_category_user_add(2, 'other@kaltura.com', 'contributor');
SELECT authz_role_add('all of it', '{*}', role_id => 15737172);
SELECT id AS other_id, token AS other_token
FROM authz_apptoken_add('Other', session_user_id => 'other@kaltura.com', session_privileges => 'setrole:all of it') \gset

-- K3: an application confined to the label
SELECT id AS demos_id, token AS demos_token FROM authz_apptoken_add('Demos alone', session_user_id => 'dummyuser@kaltura.com',
	session_privileges => 'setrole:15737171,privacycontext:demos') \gset

-- K22: from here on the developers: a role without any right, no secret of the account
SET ROLE regress_reader;
RESET authz.account;

-- K24: without a session nothing works and nothing is there
SELECT count(*) FROM entry;
SELECT authz_start_session(:'id', 'whatever');		-- 28000
SELECT authz_user_add('x');							-- 28000
SELECT count(*) FROM authz_users;

-- K13: a widget session, unprivileged, for the asking
SELECT authz_start_widget_session('_7654321');		-- 28P01
SELECT session_type, account_id, user_id, privileges, expiry - now() BETWEEN '86398 s' AND '86400 s' AS a_day
FROM authz_start_widget_session('_1234569', 86400);
SELECT session_token AS widget FROM authz_start_widget_session('_1234569', 86400) \gset
SET authz.session = :'widget';
SELECT count(*) FROM entry;
SELECT authz_user_add('x');							-- 42501

-- K14, K15: the hash is over session and token, by the app token's own kind
SELECT encode(digest(:'widget' || :'token', 'sha256'), 'hex') AS hash,
	encode(digest(:'token' || :'widget', 'sha256'), 'hex') AS reversed,
	encode(digest(:'widget' || :'token', 'sha512'), 'hex') AS sha512,
	encode(digest(:'widget' || :'other_token', 'sha256'), 'hex') AS other_hash,
	encode(digest(:'widget' || :'demos_token', 'sha256'), 'hex') AS demos_hash \gset
SELECT authz_start_session(:'id', :'reversed', '', 'USER', 3600, '');	-- 28P01
SELECT authz_start_session(:'id', :'sha512', '', 'USER', 3600, '');		-- 28P01
SELECT authz_start_session(:'id', :'other_hash', '', 'USER', 3600, '');	-- 28P01

-- K16, K17, K18: what the app token sets is in the session, whatever is asked for; shorter is possible
SELECT session_type, user_id, role_ids, expiry - now() BETWEEN '3598 s' AND '3660 s' AS an_hour,
	replace(privileges, :'id', 'ID') AS privileges, replace(actor, :'id', 'ID') AS actor
FROM authz_start_session(:'id', :'hash', '', 'USER', 3600, '');
SELECT session_type, user_id, role_ids, expiry - clock_timestamp() <= '86400 s' AS a_day, replace(privileges, :'id', 'ID') AS privileges
FROM authz_start_session(:'id', :'hash', 'other@kaltura.com', 'ADMIN', 1000000, 'setrole:all of it,disableentitlement,appid:demo');
SELECT session_token AS mine FROM authz_start_session(:'id', :'hash', '', 'USER', 3600, '') \gset
SELECT session_token AS others FROM authz_start_session(:'other_id', :'other_hash') \gset
SELECT session_token AS demos FROM authz_start_session(:'demos_id', :'demos_hash') \gset

-- K23: content and actions limit independently; K3: and the label does
SELECT user_id FROM authz_use_session(:'mine', is_local => false);
SELECT id FROM entry ORDER BY id;					-- 1, 2 as a member, 3 by privacy, 4, 5 as a manager
SELECT count(*) FROM comment;						-- 0: a member, but the area is switched off
SELECT kit.dry('UPDATE entry SET id = id WHERE category_id = 3');	-- 2: manager
SELECT kit.dry('UPDATE entry SET id = id WHERE category_id <> 3');	-- 0: has the permission, but no moderator
SELECT kit.dry('DELETE FROM entry');				-- 0: manager, but without the permission
SET authz.session = :'demos';
SELECT id FROM entry ORDER BY id;					-- 1, 2: the label's alone, by the same user and role
SET authz.session = :'mine';
INSERT INTO entry VALUES (7, 123456789);			-- 42501: only a member
INSERT INTO entry VALUES (7, 2) RETURNING *;		-- anybody contributes, and owns
INSERT INTO entry VALUES (8, 3, 'other@kaltura.com');	-- 42501: nobody gives to others

-- K21: an application makes no app tokens
SELECT authz_apptoken_add('for myself');			-- 42501
SELECT authz_role_update(15737171, exceptions => '{}');	-- 42501
SELECT count(*) FROM authz_apptokens;

-- K20: neither sees the other's
SELECT user_id FROM authz_use_session(:'others', is_local => false);
SELECT id FROM entry ORDER BY id;					-- 3, 7 alone
SELECT kit.dry('DELETE FROM entry WHERE id = 3');	-- 0: a contributor
SELECT user_id FROM authz_use_session(:'mine', is_local => false);

-- K10, K19: the role is edited, the member is taken out: at the next statement
RESET ROLE;
RESET authz.session;
SET authz.account = 1234569;
SELECT authz_role_update(15737171, exceptions => '{comment.*}');
SELECT authz_category_user_delete(123456789, 'dummyuser@kaltura.com');
SET ROLE regress_reader;
SET authz.session = :'mine';
SELECT id FROM entry ORDER BY id;					-- 3, 4, 5, 7
DELETE FROM entry WHERE id = 5 RETURNING id;		-- 5

-- K8: a role counts while it is active
RESET ROLE;
RESET authz.session;
SELECT authz_role_update(15737171, status => 'blocked');
SET ROLE regress_reader;
SET authz.session = :'mine';
SELECT count(*) FROM entry;
RESET ROLE;
RESET authz.session;
SELECT authz_role_update(15737171, status => 'active');
SET ROLE regress_reader;
SET authz.session = :'mine';
SELECT count(*) FROM entry;							-- 3

-- K19: the user is blocked and comes back; the app token is deleted and does not
RESET ROLE;
RESET authz.session;
SELECT authz_user_update('dummyuser@kaltura.com', status => 'blocked');
SET ROLE regress_reader;
SELECT authz_use_session(:'mine', is_local => false);	-- 28000
SELECT count(*) FROM entry;
RESET ROLE;
RESET authz.session;
SELECT authz_user_update('dummyuser@kaltura.com', status => 'active');
SET ROLE regress_reader;
SELECT user_id FROM authz_use_session(:'mine', is_local => false);
SELECT count(*) FROM entry;
RESET ROLE;
RESET authz.session;
SELECT authz_apptoken_delete(:'id');
SET ROLE regress_reader;
SELECT authz_use_session(:'mine', is_local => false);	-- 28000
SELECT count(*) FROM entry;
SET authz.session = :'widget';
SELECT authz_start_session(:'id', :'hash');			-- 28P01
SELECT user_id FROM authz_use_session(:'others', is_local => false);	-- the other's goes on

RESET ROLE;
RESET authz.session;
DROP SCHEMA apptoken_test CASCADE;
