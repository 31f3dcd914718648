-- linked: what a session sees and does in a table whose categories stand in a link table, and what waits there for approval
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA linked_test;
GRANT ALL ON SCHEMA linked_test TO regress_author;
GRANT USAGE ON SCHEMA linked_test TO regress_reader;
SET search_path = linked_test, public;
SELECT account_id FROM authz_account_add('linked', 7203);
SELECT account_id FROM authz_account_add('linked, the neighbour', 7204);
SET authz.account = 7204;
SELECT authz_category_add('theirs', privacy => 'all', contribution_policy => 'all', category_id => 72499);
SET authz.account = 7203;
SELECT kit.person(7203, u) FROM unnest('{Ann,Bob,Ed,Pub,Vic,Mod,Con}'::text[]) u;
-- 1: Bob sees; 2: all but Vic contribute; 3: Mod moderates, Ann contributes; 4: moderated, Mod its moderator, the others contribute; 5: nobody's; 6: gone
SELECT authz_category_add('c' || n, category_id => 72400 + n, moderation => n = 4) FROM generate_series(1, 6) n ORDER BY n;
SELECT authz_category_user_add(72401, 'Bob', 'member'), authz_category_user_add(72403, 'Mod', 'moderator'), authz_category_user_add(72403, 'Ann', 'contributor'), authz_category_user_add(72404, 'Mod', 'moderator');
SELECT count(authz_category_user_add(c, u, 'contributor')) FROM unnest('{72402,72404}'::bigint[]) c, unnest('{Ann,Ed,Pub,Con}'::text[]) u;
SELECT authz_category_user_add(72402, 'Mod', 'contributor'), authz_category_user_add(72404, 'Bob', 'member'), authz_category_user_add(72402, 'Bob', 'moderator');
SELECT count(authz_apptoken_add(id => '7203-' || a, token => 'sesame', session_user_id => u, session_privileges => p)) FROM (VALUES
	('named', 'Con', 'sview:5,edit:5'), ('limited', 'Ann', 'limitentry:2'), ('slow', 'Mod', 'enablecategorymoderation'), ('narrow', 'Mod', 'limitentry:5'), ('confined', 'Mod', 'privacycontext:nowhere'), ('off', 'Vic', 'disableentitlement')) v (a, u, p);

CREATE TABLE doc (id int PRIMARY KEY, owner text, editors text[], publishers text[], viewers text[], title text DEFAULT 'new');
CREATE TABLE assign (doc_id int REFERENCES doc ON DELETE CASCADE ON UPDATE CASCADE, category_id int, status text, rank int, PRIMARY KEY (doc_id, category_id));
CREATE TABLE entry (LIKE doc INCLUDING ALL);
CREATE TABLE entry_assign (category_id bigint, entry int REFERENCES entry ON DELETE CASCADE, UNIQUE (category_id, entry));
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{doc,assign,entry,entry_assign}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I OWNER TO regress_author', name);
		EXECUTE format('GRANT ALL ON %I TO regress_reader', name);
	END LOOP;
END
$$;
-- 1 to 4 are Ann's, Ed edits them, Pub publishes, Vic views; 5 is nobody's
INSERT INTO doc SELECT n, 'Ann', '{Ed}', '{Pub}', '{Vic}' FROM generate_series(1, 4) n;
INSERT INTO doc (id) VALUES (5);
INSERT INTO entry SELECT * FROM doc;
INSERT INTO assign VALUES (1, 72401, 'active'), (2, 72402, 'Active'), (2, 72404, 'pending'), (3, 72403, 'active'), (3, 72404, 'rejected'), (4, 72405, 'active'), (4, 72406, 'active'), (4, 72499, 'active'), (5, 72401, NULL), (5, 72404, 'later');
INSERT INTO entry_assign SELECT category_id, doc_id FROM assign;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', 'status', owner_column => 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SELECT authz_protect_linked('entry', 'id', 'entry_assign', 'entry', 'category_id', owner_column => 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers');
SELECT authz_category_delete(72406);

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
		PERFORM kit.become(7203, '7203-' || who);
		answers := answers || kit.dry(statement);
	END LOOP;
	PERFORM set_config('authz.session', '', false);
	answers := answers || kit.dry(statement);
	SELECT answers[1], answers[2], answers[3], answers[4], answers[5], answers[6], answers[7], answers[8], answers[9], answers[10], answers[11], answers[12], answers[13]
		INTO ann, ed, pub, vic, bob, mod, con, named, limited, slow, confined, off, nobody;
END
$$;
CREATE FUNCTION pg_temp.become(who text) RETURNS void LANGUAGE sql AS $$ SELECT kit.become(7203, '7203-' || who) $$;
SET ROLE regress_reader;

-- see: the rows by what counts alone; assignments with their rows, and what there is to moderate
SELECT d, e.* FROM generate_series(1, 5) d, pg_temp.each(format('SELECT FROM linked_test.doc WHERE id = %s', d)) e ORDER BY d;
SELECT d, c, e.* FROM (VALUES (1, 1), (2, 2), (2, 4), (3, 3), (3, 4), (4, 5), (4, 6), (4, 99), (5, 1), (5, 4)) v (d, c), pg_temp.each(format('SELECT FROM linked_test.assign WHERE doc_id = %s AND category_id = %s', d, 72400 + c)) e ORDER BY d, c;
SELECT pg_temp.become('narrow');
SELECT doc_id, category_id FROM assign;							-- of all that Mod moderates

-- add: who may change the row and contribute to the category
SELECT d, c, e.* FROM (VALUES (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 99), (3, 1), (3, 2), (5, 2), (9, 2)) v (d, c), pg_temp.each(format('INSERT INTO linked_test.assign VALUES (%s, %s)', d, 72400 + c)) e ORDER BY d, c;
SELECT pg_temp.become('ann');
INSERT INTO doc (id) VALUES (10) RETURNING owner, authz_categories;
INSERT INTO doc (id, authz_categories) VALUES (11, '{72402}');	-- 42501: by the link table alone
INSERT INTO doc (id, authz_categories) VALUES (11, NULL);		-- 42501
INSERT INTO assign VALUES (10, 72402, NULL, 1), (10, 72403, 'rejected', 2) RETURNING *;	-- both count
INSERT INTO assign VALUES (10, 72404, 'active') RETURNING status;	-- pending
INSERT INTO assign VALUES (1, 72402, 'PENDING') RETURNING status;	-- as she has it
INSERT INTO assign VALUES (2, 72403, 'Active') RETURNING status;	-- as she spells it
INSERT INTO assign VALUES (10, NULL);							-- 42501
INSERT INTO assign VALUES (NULL, 72402);						-- 42501
INSERT INTO assign VALUES (10, 72402) ON CONFLICT DO NOTHING;
INSERT INTO assign VALUES (10, 72404, 'active') ON CONFLICT (doc_id, category_id) DO UPDATE SET status = 'active';	-- 42501
INSERT INTO assign VALUES (10, 72404, 'active') ON CONFLICT (doc_id, category_id) DO UPDATE SET rank = 3 RETURNING *;
MERGE INTO assign USING (VALUES (10, 72404), (1, 72404)) s (d, c) ON doc_id = s.d AND category_id = s.c WHEN MATCHED THEN UPDATE SET rank = 4 WHEN NOT MATCHED THEN INSERT VALUES (s.d, s.c, 'active');
TABLE assign ORDER BY doc_id, category_id;
SELECT id, authz_categories FROM doc ORDER BY id;
SELECT pg_temp.become('slow');
INSERT INTO assign VALUES (2, 72404) RETURNING *;				-- 23505: it is there
INSERT INTO assign VALUES (3, 72402, 'active') RETURNING status;	-- her session puts nothing there at once
INSERT INTO entry_assign VALUES (72402, 3);						-- 42501: what waits has no place
SELECT pg_temp.become('mod');
INSERT INTO entry_assign VALUES (72402, 3) RETURNING *;			-- moderates 3 and contributes
INSERT INTO entry_assign VALUES (72404, 1);						-- 42501: is nothing of it
SELECT pg_temp.become('ann');
INSERT INTO entry_assign VALUES (72404, 1);						-- 42501: moderated, and no status
RESET ROLE;
SELECT id, authz_categories FROM entry WHERE id = 3;
SELECT * FROM out_of_step();

-- approve and reject: who moderates the category, unless his session moderates nothing at once
SET ROLE regress_reader;
SELECT a AS function, e.* FROM unnest('{approve,reject}'::text[]) a, pg_temp.each(format('SELECT pg_catalog.set_config(''a.b'', public.authz_entry_%s(''linked_test.assign'', ''10'', 72404)::text, true) FROM linked_test.doc LIMIT 1', a)) e;	-- Mod alone
SELECT pg_temp.become('mod');
SELECT count(*) FROM doc WHERE id = 10;							-- moderates 3, in which it is: 1
UPDATE assign SET rank = 5 WHERE doc_id = 10 RETURNING category_id, rank;	-- all of a row that may be changed
SELECT authz_entry_approve('assign', '10', 72404), authz_entry_approve('assign', '10', 72404);	-- t, f
SELECT authz_entry_reject('assign', '10', 72404);				-- f: it does not wait
SELECT authz_entry_reject('assign', '2', 72404), authz_entry_approve('assign', '2', 72404);		-- t, f
SELECT authz_entry_approve('assign', '3', 72404);				-- f: rejected is rejected
SELECT authz_entry_approve('assign', '10', 72402);				-- 42501
SELECT authz_entry_approve('assign', '10', NULL);				-- 22023
SELECT authz_entry_approve('assign', NULL, 72404);				-- 22023
SELECT authz_entry_approve(NULL, '10', 72404);					-- 22023
SELECT authz_entry_approve('assign', 'garbage', 72404);			-- 22P02
SELECT authz_entry_approve('assign', '99999999999', 72404);		-- 22003
SELECT authz_entry_approve('assign', '77', 72404);				-- f
SELECT authz_entry_approve('assign', '10', 9999999999);			-- 42501
SELECT authz_entry_approve('doc', '10', 72404);					-- 22023
SELECT authz_entry_approve('entry_assign', '10', 72404);		-- 22023: no status
SELECT authz_entry_approve('pg_class', '10', 72404);			-- 22023
SELECT authz_entry_approve(0, '10', 72404);						-- 42P01
UPDATE assign SET status = 'active' WHERE doc_id = 3 AND category_id = 72404 RETURNING status;	-- a moderator may think again
SELECT pg_temp.become('slow');
SELECT authz_entry_approve('assign', '77', 72404);				-- 42501, whatever waits
SELECT pg_temp.become('mod');
TABLE assign ORDER BY doc_id, category_id;
SELECT id, authz_categories FROM doc ORDER BY id;
SELECT pg_temp.become('bob');
SELECT authz_entry_approve('assign', '1', 72402);				-- t: moderates 2, and 1 is in 1, which he sees
RESET ROLE;
SET authz.session = '';
UPDATE assign SET status = 'pending' WHERE doc_id = 1 AND category_id = 72402;
SELECT authz_entry_approve('assign', '1', 72402);				-- t: administers the database, and no row security binds him
SET ROLE regress_reader;
SELECT authz_entry_approve('assign', '1', 72402);				-- 28000
RESET ROLE;
SELECT * FROM out_of_step();

RESET authz.session;
DROP SCHEMA linked_test CASCADE;
