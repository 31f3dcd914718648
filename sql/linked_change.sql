-- linked_change: how a session changes, moves and removes assignments to categories, and the rows they are of
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA linked_test;
GRANT ALL ON SCHEMA linked_test TO regress_author;
GRANT USAGE ON SCHEMA linked_test TO regress_reader;
SET search_path = linked_test, public;
SELECT account_id FROM authz_account_add('linked, change', 7205);
SELECT account_id FROM authz_account_add('linked, change, the neighbour', 7206);
SET authz.account = 7206;
SELECT authz_category_add('theirs', privacy => 'all', contribution_policy => 'all', category_id => 72599);
SET authz.account = 7205;
SELECT kit.person(7205, u) FROM unnest('{Ann,Bob,Ed,Pub,Vic,Mod,Con}'::text[]) u;
-- 1: Bob sees; 2: all but Vic contribute; 3: Mod moderates, Ann contributes; 4: moderated, Mod its moderator, the others contribute; 5: nobody's; 6: gone
SELECT authz_category_add('c' || n, category_id => 72500 + n, moderation => n = 4) FROM generate_series(1, 6) n ORDER BY n;
SELECT authz_category_user_add(72501, 'Bob', 'member'), authz_category_user_add(72503, 'Mod', 'moderator'), authz_category_user_add(72503, 'Ann', 'contributor'), authz_category_user_add(72504, 'Mod', 'moderator');
SELECT count(authz_category_user_add(c, u, 'contributor')) FROM unnest('{72502,72504}'::bigint[]) c, unnest('{Ann,Ed,Pub,Con}'::text[]) u;
SELECT authz_category_user_add(72502, 'Mod', 'contributor'), authz_category_user_add(72504, 'Bob', 'member'), authz_category_user_add(72502, 'Bob', 'moderator');
SELECT count(authz_apptoken_add(id => '7205-' || a, token => 'sesame', session_user_id => u, session_privileges => p)) FROM (VALUES
	('named', 'Con', 'sview:5,edit:5'), ('limited', 'Ann', 'limitentry:2'), ('slow', 'Mod', 'enablecategorymoderation'), ('confined', 'Mod', 'privacycontext:nowhere'), ('off', 'Vic', 'disableentitlement')) v (a, u, p);

CREATE TABLE doc (id int PRIMARY KEY, owner text, editors text[], publishers text[], viewers text[], title text DEFAULT 'new');
CREATE TABLE assign (doc_id int REFERENCES doc ON DELETE CASCADE ON UPDATE CASCADE, category_id int, status text, rank int, PRIMARY KEY (doc_id, category_id));
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{doc,assign}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
	END LOOP;
END
$$;
-- 1 to 4 are Ann's, Ed edits them, Pub publishes, Vic views; 5 is nobody's
INSERT INTO doc SELECT n, 'Ann', '{Ed}', '{Pub}', '{Vic}' FROM generate_series(1, 4) n;
INSERT INTO doc (id) VALUES (5);
INSERT INTO assign VALUES (1, 72501, 'active'), (2, 72502, 'active'), (2, 72504, 'pending'), (3, 72503, 'active'), (3, 72504, 'rejected'), (3, 72505, 'active'), (3, 72506, 'active'), (3, 72599, 'active'), (5, 72502, 'active');
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', 'status', owner_column => 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SELECT authz_category_delete(72506);

-- whether every array is what the link table says
CREATE FUNCTION out_of_step() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s has %s, not %s', d.id, d.authz_categories, a.ids)
	FROM linked_test.doc d, LATERAL (SELECT coalesce(array_agg(category_id::bigint ORDER BY category_id) FILTER (WHERE lower(status) = 'active'), '{}') AS ids FROM linked_test.assign WHERE doc_id = d.id) a
	WHERE ARRAY(SELECT unnest(d.authz_categories) ORDER BY 1) <> a.ids
$$;
-- what each of them may do; whatever is done is undone
CREATE FUNCTION pg_temp.each(statement text, OUT ann text, OUT ed text, OUT pub text, OUT vic text, OUT bob text, OUT mod text, OUT con text, OUT named text, OUT limited text, OUT slow text, OUT confined text, OUT off text, OUT nobody text) LANGUAGE plpgsql AS $$
DECLARE
	who text;
	answers text[];
BEGIN
	FOREACH who IN ARRAY '{ann,ed,pub,vic,bob,mod,con,named,limited,slow,confined,off}'::text[] LOOP
		PERFORM kit.become(7205, '7205-' || who);
		answers := answers || kit.dry(statement);
	END LOOP;
	PERFORM set_config('authz.session', '', false);
	answers := answers || kit.dry(statement);
	SELECT answers[1], answers[2], answers[3], answers[4], answers[5], answers[6], answers[7], answers[8], answers[9], answers[10], answers[11], answers[12], answers[13]
		INTO ann, ed, pub, vic, bob, mod, con, named, limited, slow, confined, off, nobody;
END
$$;
CREATE FUNCTION pg_temp.become(who text) RETURNS void LANGUAGE sql AS $$ SELECT kit.become(7205, '7205-' || who) $$;
SET ROLE regress_reader;

-- the status: moderators approve and reject, who may remove an assignment may take it back, nobody else touches it
SELECT d, c, s, e.* FROM (VALUES (2, 2), (2, 4), (3, 4)) v (d, c), unnest('{active,pending,rejected,later,NULL}'::text[]) s, pg_temp.each(format('UPDATE linked_test.assign SET status = %s WHERE doc_id = %s AND category_id = %s', coalesce(quote_literal(nullif(s, 'NULL')), 'NULL'), d, 72500 + c)) e ORDER BY d, c, s;
SELECT e.* FROM pg_temp.each('UPDATE linked_test.assign SET rank = 9 WHERE doc_id = 3 AND category_id = 72503') e;	-- whoever may change the row, or moderates the category

-- remove: the row's owner, editor, publisher, or a moderator there; what is in no category of the account, whoever may change the row
SELECT d, c, e.* FROM (VALUES (1, 1), (2, 2), (2, 4), (3, 3), (3, 4), (3, 5), (3, 6), (3, 99), (5, 2)) v (d, c), pg_temp.each(format('DELETE FROM linked_test.assign WHERE doc_id = %s AND category_id = %s', d, 72500 + c)) e ORDER BY d, c;

-- move to another category: removed there and added here, with the status of what is added
SELECT d, f AS "from", t AS "to", e.* FROM (VALUES (1, 1, 2), (1, 1, 4), (1, 1, 5), (1, 1, 6), (2, 2, 1), (2, 2, 3), (2, 4, 3), (3, 3, 2), (3, 4, 2), (3, 5, 2), (3, 6, 2), (5, 2, 3)) v (d, f, t), pg_temp.each(format('UPDATE linked_test.assign SET category_id = %s WHERE doc_id = %s AND category_id = %s', 72500 + t, d, 72500 + f)) e ORDER BY d, f, t;
-- and to another row
SELECT d, "to", e.* FROM (VALUES (2, 1), (2, 3), (2, 9), (5, 1)) v (d, "to"), pg_temp.each(format('UPDATE linked_test.assign SET doc_id = %s WHERE doc_id = %s AND category_id = 72502', "to", d)) e ORDER BY d, "to";
SELECT pg_temp.become('ann');
BEGIN;
UPDATE assign SET category_id = 72504 WHERE doc_id = 1 RETURNING *;	-- waits
UPDATE assign SET doc_id = 4, status = 'rejected' WHERE doc_id = 2 AND category_id = 72502 RETURNING *;	-- counts
UPDATE assign SET category_id = 72502, status = 'pending' WHERE doc_id = 3 AND category_id = 72503 RETURNING *;	-- as she has it
SELECT id, authz_categories FROM doc ORDER BY id;
ROLLBACK;

-- the row: its array is nobody's to write; with its key and with the row itself go those assigned
UPDATE doc SET authz_categories = '{72502}' WHERE id = 1;		-- 42501
UPDATE doc SET authz_categories = authz_categories || 72502::bigint WHERE id = 4;	-- 42501
UPDATE doc SET authz_categories = array_remove(authz_categories, 72501) WHERE id = 1;	-- 42501
UPDATE doc SET title = 'titled', authz_categories = authz_categories WHERE id = 1 RETURNING authz_categories;
UPDATE doc SET id = 100 WHERE id = 2 RETURNING id;
SELECT doc_id, category_id, status FROM assign WHERE doc_id IN (2, 100) ORDER BY 2;
SELECT id, authz_categories FROM doc WHERE id IN (2, 100);
UPDATE doc SET id = 2 WHERE id = 100;
SELECT e.* FROM pg_temp.each('UPDATE linked_test.doc SET title = ''x'' WHERE id = 3') e;	-- publishers change the assignments alone
SELECT e.* FROM pg_temp.each('DELETE FROM linked_test.doc WHERE id = 3') e;
SELECT pg_temp.become('ann');
DELETE FROM doc WHERE id = 3;
RESET ROLE;
SELECT count(*) FROM assign WHERE doc_id = 3;	-- 0
SELECT * FROM out_of_step();

-- the permissions of a prefix, one by one
SET authz.session = '';
SELECT authz_unprotect('doc');
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', 'status', owner_column => 'owner', permission_prefix => 'doc');
SELECT authz_role_add(r, p, role_id => n) FROM (VALUES ('viewer', '{doc.view}'::text[], 7205), ('updater', '{doc.view,doc.update}', 7206), ('blind', '{doc.update}', 7207)) v (r, p, n);
SELECT count(authz_apptoken_add(id => '7205-' || u || '-' || r, token => 'sesame', session_user_id => u, session_privileges => 'setrole:' || r)) FROM unnest('{viewer,updater,blind}'::text[]) r, unnest('{Ann,Mod}'::text[]) u;
CREATE FUNCTION pg_temp.may(who text, OUT see text, OUT add text, OUT remove text, OUT change text, OUT unread text, OUT approve text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.become(who);
	see := kit.dry('SELECT FROM linked_test.assign WHERE doc_id = 2');
	add := kit.dry('INSERT INTO linked_test.assign VALUES (1, 72503)');
	remove := kit.dry('DELETE FROM linked_test.assign WHERE doc_id = 2');
	change := kit.dry('UPDATE linked_test.assign SET rank = 1 WHERE doc_id = 2');
	unread := kit.dry('UPDATE linked_test.assign SET rank = 1');
	approve := kit.ask('public.authz_entry_approve(''linked_test.assign'', ''2'', 72504)');
END
$$;
SET ROLE regress_reader;
SELECT who, m.* FROM unnest('{Ann-viewer,Ann-updater,Ann-blind,Mod-viewer,Mod-updater,Mod-blind}'::text[]) who, pg_temp.may(who) m ORDER BY who;
RESET ROLE;

-- how many categories a row has at once: a limit of the account, for everybody
SET authz.session = '';
SELECT authz_account_update(7205, settings => '{"max_entry_categories": 3}');
INSERT INTO assign VALUES (1, 72502, 'active'), (1, 72504, 'active');	-- three
INSERT INTO assign VALUES (1, 72503, 'active');	-- 54000
INSERT INTO assign VALUES (1, 72503, 'pending');
UPDATE assign SET status = 'active' WHERE doc_id = 1 AND category_id = 72503;	-- 54000
UPDATE assign SET category_id = 72505 WHERE doc_id = 1 AND category_id = 72501;	-- one goes, one comes
SELECT kit.become(7205, '7205-Mod-updater');
SET ROLE regress_reader;
SELECT authz_entry_approve('assign', '1', 72503);	-- 54000
RESET ROLE;
SELECT * FROM out_of_step();
RESET authz.session;
DROP SCHEMA linked_test CASCADE;
