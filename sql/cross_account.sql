-- cross_account: nothing reaches from one account into another, though names and numbers be the same
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA cross_test;
GRANT ALL ON SCHEMA cross_test TO regress_author;
GRANT USAGE ON SCHEMA cross_test TO regress_reader;
SET search_path = cross_test, public;
SELECT account_id FROM authz_account_add('here', 124);
SELECT account_id FROM authz_account_add('there', 125);
DO $$
DECLARE
	a int;
BEGIN
	FOREACH a IN ARRAY '{124,125}'::int[] LOOP
		PERFORM set_config('authz.account', a::text, true);
		PERFORM kit.person(a, 'Ann'), kit.person(a, 'Boss', 'admin'), authz_group_add('staff'), authz_group_user_add('staff', 'Ann'), authz_permission_add('doc.read'),
			authz_category_add('one', privacy => 'all', reference_id => 'ref', category_id => a * 100 + 1), authz_category_add('two', a * 100 + 1, category_id => a * 100 + 2),
			authz_role_add('reader', '{doc.read}', role_id => a * 100 + 1), authz_category_user_add(a * 100 + 1, 'staff', 'manager'), authz_role_user_add(a * 100 + 1, 'staff');
		PERFORM authz_application_add('app', owner_id => 'Ann', administrators_id => 'staff', app_secret => 'Xsecret-application'), authz_signing_key_rotate('ES256');
		PERFORM authz_apptoken_add(id => a || '-reader', token => 'sesame', session_privileges => 'setrole:' || (124 + 125 - a) * 100 + 1);
	END LOOP;
END
$$;
CREATE TABLE doc (id int, category_id bigint, owner text);
INSERT INTO doc VALUES (1, 12401, NULL), (2, 12501, NULL), (3, NULL, 'Ann'), (4, NULL, 'staff');
ALTER TABLE doc OWNER TO regress_author;
GRANT ALL ON doc TO regress_reader;
SET authz.account = 124;
SELECT authz_protect('doc', 'category_id', 'owner', uncategorized => 'everyone');
SET ROLE regress_reader;
SELECT kit.token(124, '124-boss') AS boss, kit.token(125, '125-boss') AS their_boss, kit.token(124, '124-ann') AS ann, kit.token(125, '125-ann') AS their_ann \gset

-- checks
SET authz.session = :'boss';
SELECT authz_can_view(12401), authz_can_view(12501), authz_can_manage(12501), authz_can_view_any('{12501}'), authz_can_view_any('{12501,12401}'), authz_visible_categories();
SET authz.session = :'ann';
SELECT authz_can_manage(12401), authz_can_view(12501), authz_owner_ids(), authz_owner_ids(124), authz_owner_ids(125), authz_is_owner('Ann', 125), authz_is_owner('Ann', 124);
SELECT kit.become(124, '124-reader');
SELECT authz_has_permission('doc.read');	-- f: setrole names a role of the other account

-- content
SET authz.session = :'ann';
SELECT id FROM doc ORDER BY id;		-- all: 2 is of no category here
SET authz.session = :'their_ann';
SELECT id FROM doc ORDER BY id;		-- none
SELECT kit.dry('INSERT INTO cross_test.doc VALUES (9, 12501)') AS insert, kit.dry('UPDATE cross_test.doc SET id = id') AS update, kit.dry('DELETE FROM cross_test.doc') AS delete;
SET authz.session = :'their_boss';
SELECT id FROM doc ORDER BY id;		-- none

-- management: what is there is as unknown as what is nowhere
CREATE TEMP TABLE attempt (n serial, there text, nowhere text);
INSERT INTO attempt (there, nowhere) VALUES
	('category_update(12501, name => ''x'')', 'category_update(99, name => ''x'')'), ('category_delete(12502)', 'category_delete(99)'), ('category_move(''{12502}'', NULL)', 'category_move(''{99}'', NULL)'),
	('category_move(''{12402}'', 12501)', 'category_move(''{12402}'', 99)'), ('category_add(''x'', 12501)', 'category_add(''x'', 99)'),
	('category_user_add(12501, ''Ann'')', 'category_user_add(99, ''Ann'')'),
	('category_user_delete(12501, ''staff'')', 'category_user_delete(99, ''staff'')'), ('category_user_update(12501, ''staff'', ''none'')', 'category_user_update(99, ''staff'', ''none'')'),
	('category_user_activate(12501, ''staff'')', 'category_user_activate(99, ''staff'')'), ('role_update(12501, name => ''x'')', 'role_update(99, name => ''x'')'), ('role_delete(12501)', 'role_delete(99)'),
	('role_user_add(12501, ''Ann'')', 'role_user_add(99, ''Ann'')'), ('role_user_delete(12501, ''staff'')', 'role_user_delete(99, ''staff'')'), ('apptoken_update(''125-ann'', description => ''x'')', 'apptoken_update(''x'', description => ''x'')'),
	('apptoken_delete(''125-ann'')', 'apptoken_delete(''x'')'), ('account_update(125, name => ''x'')', 'account_update(99, name => ''x'')'), ('account_rotate_secret(125)', 'account_rotate_secret(99)'),
	('sessions_revoke(apptoken_id => ''125-ann'')', 'sessions_revoke(apptoken_id => ''x'')'), ('category_add(''x'', category_id => 12501)', 'category_add(''x'', category_id => 99)'),
	('role_add(''x'', role_id => 12501)', 'role_add(''x'', role_id => 99)'), ('apptoken_add(id => ''125-ann'')', 'apptoken_add(id => ''x'')');
SET authz.session = :'boss';
SELECT there, kit.ask('authz_' || there) AS there, kit.ask('authz_' || nowhere) AS nowhere FROM attempt ORDER BY n;
SELECT authz_category_id('one') AS one, authz_category_id('one>two') AS two, authz_category_id(reference_id => 'ref') AS ref;
SET authz.account = 125;
SELECT kit.ask('authz_user_add(''Eve'')'), (SELECT count(*) FROM authz_users WHERE account_id = 125);	-- here, whatever the setting

-- the database plane acts for the account it names
RESET ROLE;
SET authz.session = '';
SET authz.account = 124;
SELECT there, kit.ask('authz_' || there) AS there, kit.ask('authz_' || nowhere) AS nowhere FROM attempt
	WHERE there !~ 'id =>|account' ORDER BY n;
SET authz.account = 999;
SELECT kit.ask('authz_user_add(''Eve'')');	-- P0002
SET authz.account = 0;
SELECT kit.ask('authz_user_add(''Eve'')');	-- 22023: several accounts, none named
SET authz.account = -1;		-- 22023

-- views
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.accounts(token text) RETURNS TABLE (view text, accounts text) LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	PERFORM set_config('authz.session', token, true);
	FOR name IN SELECT c.relname FROM pg_class c WHERE c.relkind = 'v' AND c.relname LIKE 'authz\_%' AND c.relname <> 'authz_protected_tables'
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id') ORDER BY 1 LOOP
		RETURN QUERY EXECUTE format('SELECT %L, string_agg(DISTINCT account_id::text, '','') FROM public.%I', name, name);
	END LOOP;
END
$$;
SELECT b.view, b.accounts AS boss, a.accounts AS ann, n.accounts AS nobody, f.accounts AS forged
	FROM pg_temp.accounts(:'boss') b JOIN pg_temp.accounts(:'their_ann') a USING (view) JOIN pg_temp.accounts('') n USING (view) JOIN pg_temp.accounts('x') f USING (view) ORDER BY 1;
RESET ROLE;
RESET authz.session;
SET client_min_messages = warning;
DROP SCHEMA cross_test CASCADE;
