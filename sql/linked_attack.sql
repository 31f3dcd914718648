-- linked_attack: link tables in the hands of whoever would see or give more by them
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA linked_test;
CREATE SCHEMA attacker;
GRANT ALL ON SCHEMA linked_test TO regress_author;
GRANT USAGE ON SCHEMA linked_test TO regress_reader;
GRANT ALL ON SCHEMA attacker TO regress_reader;
SET search_path = linked_test, public;
SELECT account_id FROM authz_account_add('linked, attack', 7209);
SET authz.account = 7209;
SELECT kit.person(7209, 'Ann'), kit.person(7209, 'Bob');
SELECT authz_category_add('seen', category_id => 72901), authz_category_add('hidden', category_id => 72902), authz_category_add('moderated', category_id => 72903, moderation => true);
SELECT authz_category_user_add(72901, 'Ann', 'moderator'), authz_category_user_add(72903, 'Ann', 'contributor'), authz_category_user_add(72902, 'Bob', 'manager');
CREATE TABLE doc (id int PRIMARY KEY, owner text, secret text, others bigint[] DEFAULT '{}');
CREATE TABLE assign (doc_id int REFERENCES doc ON DELETE CASCADE, category_id int, status text DEFAULT 'active', note text, rank int, PRIMARY KEY (doc_id, category_id));
CREATE TABLE super (id int PRIMARY KEY);
CREATE TABLE super_assign (id int, category_id int, PRIMARY KEY (id, category_id));
-- 2 and 4 are Ann's to see; 1, 3 and 5 never
INSERT INTO doc SELECT n, CASE n WHEN 4 THEN 'Ann' ELSE 'Bob' END, 'secret ' || n FROM generate_series(1, 5) n;
INSERT INTO assign (doc_id, category_id, note) SELECT n, CASE n WHEN 2 THEN 72901 ELSE 72902 END, 'note ' || n FROM unnest('{1,2,3,5}'::int[]) n;
INSERT INTO super_assign VALUES (1, 72901);
ALTER TABLE doc OWNER TO regress_author;
ALTER TABLE assign OWNER TO regress_author;
GRANT SELECT, INSERT, UPDATE, DELETE ON doc, assign TO regress_reader;
SELECT authz_protect_linked('doc', 'id', 'assign', 'doc_id', 'category_id', 'status', owner_column => 'owner');
SELECT authz_protect_linked('super', 'id', 'super_assign', 'id', 'category_id');	-- both a superuser's
SET ROLE regress_reader;
SELECT kit.token(7209, '7209-ann') AS ann \gset
SET authz.session = :'ann';
SET search_path = attacker, linked_test, public;

-- our triggers on a table of his own that names somebody else's content: arrays are not his to write
CREATE TABLE mine (k int, c bigint, s text, UNIQUE (k, c));
CREATE TABLE own (id int PRIMARY KEY, a bigint[] NOT NULL DEFAULT '{}', authz_categories bigint[]);
INSERT INTO own (id) SELECT generate_series(1, 5);
CREATE FUNCTION named(event text, function text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER t %s ON attacker.mine FOR EACH %s EXECUTE FUNCTION public.%s(%s)', event, CASE WHEN event LIKE '%TRUNCATE' THEN 'STATEMENT' ELSE 'ROW' END, function, arguments);
	RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = concat_ws(' ', kit.dry('INSERT INTO attacker.mine VALUES (1, 72901, ''active'')'), kit.dry('TRUNCATE attacker.mine'));
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;
SELECT event, function, content, named(event, function, format('''key=k'', ''category=c'', ''content=%s'', ''content_key=id'', ''categories=authz_categories''', content)) AS outcome
	FROM (VALUES ('AFTER INSERT', 'authz_link_follow'), ('AFTER TRUNCATE', 'authz_link_truncate'), ('BEFORE TRUNCATE', 'authz_link_truncate'), ('BEFORE INSERT', 'authz_link_guard')) v (event, function),
		unnest('{linked_test.doc,linked_test.super,linked_test.nonesuch,nonesuch.doc,doc,attacker.own,pg_catalog.pg_class,pg_catalog.pg_roles,"a.b.c","","\"linked_test\".\"doc\"; SELECT"}'::text[]) content ORDER BY 1, 2, content;
SELECT named('AFTER INSERT', 'authz_link_follow', '''key=k'', ''category=c'', ''content=attacker.own'', ''content_key=id'', ''categories=a''') AS "his own", named('BEFORE INSERT', 'authz_link_follow', '''key=k'', ''category=c'', ''content=attacker.own'', ''content_key=id'', ''categories=a''') AS "too early",
	named('AFTER INSERT', 'authz_link_guard', '''key=k'', ''category=c'', ''content=attacker.own'', ''content_key=id'', ''categories=a''') AS "too late", named('AFTER INSERT', 'authz_link_truncate', '''key=k'', ''category=c'', ''content=attacker.own'', ''content_key=id'', ''categories=a''') AS "by row";
-- and somebody else's link table: what it says is not his to learn
CREATE FUNCTION asks(function text, event text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER t %s ON attacker.own FOR EACH ROW EXECUTE FUNCTION public.%s(%s)', event, function, arguments);
	RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = concat_ws(' ', kit.dry('INSERT INTO attacker.own VALUES (9)'), kit.dry('UPDATE attacker.own SET id = 7 WHERE id = 1'));
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;
SELECT function, event, link, asks(function, event, quote_literal('link=' || link)) AS outcome
	FROM (VALUES ('authz_content_follow', 'AFTER INSERT OR UPDATE'), ('authz_content_follow', 'BEFORE INSERT'), ('authz_content_follow', 'AFTER DELETE OR UPDATE')) v (function, event),
		unnest('{linked_test.assign,linked_test.super_assign,linked_test.nonesuch,attacker.mine,attacker.own,""}'::text[]) link ORDER BY 1, 2, 3;
SELECT asks('authz_content_follow', 'AFTER INSERT', '') AS "no argument", kit.ask('public.authz_link_follow()') AS called, kit.ask('public.authz_content_follow()') AS called;

-- on tables of his own, with arguments and columns of all kinds: refused, or done with his own rights, and no accident
CREATE FUNCTION pair(k text, c text, s text, id text, a text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE attacker.l (k %s, c %s, s %s)', k, c, s);
	EXECUTE format('CREATE TABLE attacker.d (id %s, a %s, account int, owner text, people text[])', id, a);
	EXECUTE format('CREATE TRIGGER g BEFORE INSERT OR UPDATE ON attacker.l FOR EACH ROW EXECUTE FUNCTION public.authz_link_guard(%s)', arguments);
	EXECUTE format('CREATE TRIGGER f AFTER INSERT OR UPDATE OR DELETE ON attacker.l FOR EACH ROW EXECUTE FUNCTION public.authz_link_follow(%s)', arguments);
	EXECUTE format('CREATE TRIGGER t AFTER TRUNCATE ON attacker.l EXECUTE FUNCTION public.authz_link_truncate(%s)', arguments);
	CREATE TRIGGER f AFTER INSERT OR UPDATE ON attacker.d FOR EACH ROW EXECUTE FUNCTION public.authz_content_follow('link=attacker.l');
	ALTER TABLE attacker.l ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
	CREATE POLICY own ON attacker.l USING (true);
	RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = concat_ws(' ', kit.dry('INSERT INTO attacker.d (id) VALUES (NULL)'), kit.dry('INSERT INTO attacker.l (k) VALUES (NULL)'), kit.dry('INSERT INTO attacker.l (s) VALUES (''active'')'),
		kit.dry('INSERT INTO attacker.l (k, c, s) VALUES (1, 72901, ''pending'')'), kit.dry('TRUNCATE attacker.l'), kit.ask('public.authz_entry_approve(''attacker.l'', ''1'', 72901)'));
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;
CREATE TEMP TABLE outcome AS
	SELECT t, x, a, CASE x WHEN 'key' THEN pair(t, 'int', 'text', t, 'bigint[]', a) WHEN 'category' THEN pair('int', t, 'text', 'int', 'bigint[]', a) WHEN 'status' THEN pair('int', 'int', t, 'int', 'bigint[]', a)
		WHEN 'content key' THEN pair('int', 'int', 'text', t, 'bigint[]', a) ELSE pair('int', 'int', 'text', 'int', t, a) END AS result
	FROM unnest('{int,smallint,text,varchar(3),uuid,text[],bigint[]}'::text[]) t, unnest('{key,category,status,content key,categories}'::text[]) x,
		unnest(ARRAY['', '''key=k'', ''category=c'', ''status=s'', ''content=attacker.d'', ''content_key=id'', ''categories=a''', '''key=k'', ''category=c'', ''content=attacker.d'', ''content_key=id'', ''categories=a'', ''owner=owner'', ''editors=people'', ''publishers=nonesuch'', ''prefix=x'', ''account=7209''',
			'''key=ctid'', ''category=tableoid'', ''status=xmin'', ''content=attacker.d'', ''content_key=ctid'', ''categories=a''', '''key=k'', ''category=c'', ''status=nonesuch'', ''content=attacker.d'', ''content_key=id'', ''categories=a'', ''account_column=account''',
			'''key='', ''category='', ''status='', ''content=attacker.d'', ''content_key='', ''categories=''', '''key=k'', ''category=c'', ''content=attacker.l'', ''content_key=k'', ''categories=c''', '''key=k'', ''category=c'', ''content=attacker.d'', ''content_key=id'', ''categories=a'', ''owner=people'', ''editors=a'', ''account=x''']) a;
SELECT count(*) FROM outcome;
SELECT DISTINCT r AS outcome FROM outcome, string_to_table(result, ' ') r ORDER BY 1;

-- hidden rows: what is not there and what is hidden are refused alike, and nothing tells of it
\set VERBOSITY terse
INSERT INTO assign VALUES (1, 72901);
INSERT INTO assign VALUES (99, 72901);
INSERT INTO assign VALUES (1, 72902);	-- there, and hidden
UPDATE assign SET doc_id = 1 WHERE doc_id = 2;
UPDATE assign SET doc_id = 99 WHERE doc_id = 2;
\set VERBOSITY sqlstate
INSERT INTO assign VALUES (1, 72902) ON CONFLICT DO NOTHING;	-- 42501
INSERT INTO assign VALUES (1, 72902) ON CONFLICT (doc_id, category_id) DO UPDATE SET note = 'mine';	-- 42501
MERGE INTO assign USING (VALUES (1, 72902)) s (d, c) ON doc_id = s.d AND category_id = s.c WHEN MATCHED THEN UPDATE SET note = 'mine';	-- not matched
MERGE INTO assign USING (VALUES (1, 72902)) s (d, c) ON doc_id = s.d AND category_id = s.c WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.d, s.c);	-- 42501
CREATE FUNCTION tell(anyelement) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	IF substring($1::text FROM '[0-9]+')::int % 2 = 1 THEN
		RAISE EXCEPTION 'seen: %', $1;
	END IF;
	RETURN true;
END
$$;
SELECT doc_id FROM assign WHERE tell(note);
SELECT doc_id FROM assign WHERE tell(doc_id) OR tell(note);
SELECT doc_id FROM assign WHERE 1 / (doc_id - 1) >= 0;
SELECT d.id, a.note FROM doc d LEFT JOIN assign a ON a.doc_id = d.id AND tell(a.note) ORDER BY 1;
UPDATE assign SET note = note WHERE tell(note) RETURNING doc_id;
DELETE FROM assign WHERE tell(note) AND doc_id <> 2 RETURNING doc_id;
SELECT doc_id FROM assign FOR UPDATE;
COPY assign TO stdout;
TRUNCATE assign;			-- 42501
SET row_security = off;
SELECT doc_id FROM assign;	-- 42501
RESET row_security;
SET authz.session = '';
SELECT count(*) FROM assign;	-- 0
INSERT INTO assign VALUES (2, 72901);	-- 42501
UPDATE assign SET note = 'x';
SET authz.session = :'ann';

-- the status is not given, it is got
INSERT INTO assign VALUES (4, 72903, 'active') RETURNING status;	-- pending
INSERT INTO assign VALUES (4, 72903, 'active') ON CONFLICT (doc_id, category_id) DO UPDATE SET status = excluded.status RETURNING status;	-- pending: what is excluded was judged
INSERT INTO assign VALUES (4, 72903, 'pending') ON CONFLICT (doc_id, category_id) DO UPDATE SET status = 'active';	-- 42501
UPDATE assign SET status = 'active' WHERE doc_id = 4;			-- 42501
UPDATE assign SET status = 'ACTIVE' WHERE doc_id = 4;			-- 42501
UPDATE assign SET status = ' active' WHERE doc_id = 4;			-- a word that counts for nothing
UPDATE assign SET status = E'act\u0131ve' WHERE doc_id = 4;
MERGE INTO assign USING (VALUES (4)) s (d) ON doc_id = s.d WHEN MATCHED THEN UPDATE SET status = 'active';	-- 42501
UPDATE assign SET category_id = 72901, status = 'active' WHERE doc_id = 4 RETURNING *;	-- where nothing waits
UPDATE assign SET category_id = 72903, status = 'active' WHERE doc_id = 4 RETURNING *;	-- pending again
UPDATE assign SET doc_id = 2 WHERE doc_id = 4 RETURNING *;		-- and so with another row
DELETE FROM assign WHERE doc_id = 2 AND category_id = 72903;	-- not hers: no word
UPDATE assign SET doc_id = 4 WHERE doc_id = 2 AND category_id = 72903;	-- 42501
SELECT set_config('authz.session', '', false);
RESET ROLE;
DELETE FROM assign WHERE category_id = 72903;
SELECT id, authz_categories FROM doc ORDER BY id;
SET ROLE regress_reader;
SET authz.session = :'ann';

-- a search path with operators, functions, types and tables of his
DO $$
DECLARE
	types text[] := '{text,varchar,int,smallint,bigint,uuid,text[],int[],bigint[]}';
	l text;
	r text;
	o text;
BEGIN
	FOREACH l IN ARRAY types LOOP
		FOREACH r IN ARRAY types LOOP
			EXECUTE format('CREATE FUNCTION attacker.used(%s, %s) RETURNS bool LANGUAGE plpgsql AS $f$BEGIN RAISE ''evil: %s %s''; END$f$', l, r, l, r);
			FOREACH o IN ARRAY '{=,<>,<,>,<=,>=,&&,@>,<@,||}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR attacker.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = attacker.used)', o, l, r);
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;
CREATE FUNCTION lower(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''evil: lower''; END';
CREATE FUNCTION array_append(bigint[], bigint) RETURNS bigint[] LANGUAGE plpgsql AS 'BEGIN RAISE ''evil: array_append''; END';
CREATE FUNCTION array_remove(bigint[], bigint) RETURNS bigint[] LANGUAGE plpgsql AS 'BEGIN RAISE ''evil: array_remove''; END';
CREATE FUNCTION cardinality(bigint[]) RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE ''evil: cardinality''; END';
CREATE FUNCTION authz_can_moderate_any(bigint[], text, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION authz_is_owner(text, int, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE DOMAIN attacker.text AS pg_catalog.text CHECK (false);
CREATE TEMP TABLE doc (id int, owner text, authz_categories bigint[]);
CREATE TEMP TABLE assign (doc_id int, category_id int, status text);
SET search_path = attacker, pg_temp, public, pg_catalog;
INSERT INTO linked_test.assign VALUES (4, 72901) RETURNING status;
UPDATE linked_test.assign SET status = 'pending' WHERE doc_id OPERATOR(pg_catalog.=) 4;
SELECT public.authz_entry_approve('linked_test.assign', '4', 72901);	-- t
UPDATE linked_test.assign SET category_id = 72903 WHERE doc_id OPERATOR(pg_catalog.=) 4 RETURNING status;
DELETE FROM linked_test.assign WHERE doc_id OPERATOR(pg_catalog.=) 4;
UPDATE linked_test.assign SET doc_id = 1 WHERE doc_id OPERATOR(pg_catalog.=) 2;	-- 42501
INSERT INTO linked_test.doc (id) VALUES (6);
UPDATE linked_test.doc SET id = 7 WHERE id OPERATOR(pg_catalog.=) 6;
DELETE FROM linked_test.doc WHERE id OPERATOR(pg_catalog.=) 7;
RESET ROLE;
SET authz.session = '';
SELECT public.authz_unprotect('linked_test.doc');
SELECT public.authz_protect_linked('linked_test.doc', 'id', 'linked_test.assign', 'doc_id', 'category_id', 'status', owner_column => 'owner');
TRUNCATE linked_test.assign;
DROP TABLE pg_temp.doc, pg_temp.assign;
SET search_path = linked_test, public;
SELECT bool_or(concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) ~ 'attacker') FROM pg_policy WHERE polrelid = 'assign'::regclass;	-- f

-- the content table's owner: his triggers run as he, whoever writes to the link table, and become nobody else
CREATE TABLE heard (what text);
GRANT ALL ON heard TO PUBLIC;
CREATE FUNCTION climb() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO linked_test.heard VALUES (format('%s %s %s', current_user, kit.try('RESET ROLE'), kit.try('SET SESSION AUTHORIZATION DEFAULT')));
	INSERT INTO linked_test.heard VALUES (format('%s', kit.try('SELECT * FROM authz.account_secret')));
	RETURN NULL;
END
$$;
CREATE TRIGGER climb AFTER UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION climb();
INSERT INTO assign VALUES (2, 72901);	-- by a superuser
TABLE heard;
SET client_min_messages = warning;
RESET authz.session;
DROP SCHEMA attacker CASCADE;
DROP SCHEMA linked_test CASCADE;
