-- tricks: what is ours in the hands of whoever has a table of his own
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = error;
CREATE SCHEMA tricks;
GRANT ALL ON SCHEMA tricks TO regress_reader;
SET search_path = tricks, public;
SELECT account_id FROM authz_account_add('tricks', 129);
SELECT kit.person(129, 'Ann');
SET ROLE regress_reader;
SELECT kit.become(129, '129-ann');

-- our triggers on a table of his, with arguments and column types of all kinds
CREATE FUNCTION value_of(type text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN type IN ('int', 'smallint', 'bigint', 'real', 'oid') THEN '7::' || type WHEN type = 'bool' THEN 'true' WHEN type = 'uuid' THEN 'gen_random_uuid()'
		WHEN type ~ '\[\]$' THEN '''{1,2}''::' || type WHEN type = 'point' THEN '''(1,2)''::point' WHEN type = 'jsonb' THEN '''{}''::jsonb' ELSE '''x''::' || type END
$$;
CREATE FUNCTION guarded(guard text, event text, type text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	value text := value_of(type);
BEGIN
	EXECUTE format('CREATE TABLE tricks.own (id int, c %s, o %s)', type, type);
	INSERT INTO tricks.own VALUES (1), (2);
	ALTER TABLE tricks.own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
	CREATE POLICY own ON tricks.own USING (true);
	EXECUTE format('CREATE TRIGGER g %s ON tricks.own FOR EACH ROW EXECUTE FUNCTION %s(%s)', event, guard, arguments);
	RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = concat_ws(' ', kit.dry('INSERT INTO tricks.own (id) VALUES (3)'), kit.dry(format('INSERT INTO tricks.own VALUES (3, NULL, %s)', value)),
		kit.dry(format('UPDATE tricks.own SET c = %s, o = %s', value, value)), kit.dry('UPDATE tricks.own SET id = 4'), kit.dry('DELETE FROM tricks.own'));
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;
CREATE TEMP TABLE outcome AS
	SELECT g AS guard, e AS event, t AS type, a AS arguments, guarded(g, e, t, a) AS result
	FROM unnest('{authz_content_guard,authz_fill_owner}'::text[]) g, unnest('{BEFORE INSERT OR UPDATE OR DELETE,AFTER INSERT OR UPDATE,BEFORE UPDATE,BEFORE INSERT}'::text[]) e,
		unnest('{int,smallint,bigint,text,varchar(3),char(3),name,bool,uuid,jsonb,oid,text[],varchar(3)[],smallint[],int[],bigint[],numeric[]}'::text[]) t,
		unnest(ARRAY['', '''owner=o''', '''category=c''', '''category=c'', ''owner=o''', '''category=c'', ''editors=o'', ''publishers=o''', '''category=c'', ''key=o'', ''link=nonesuch''', '''category=id'', ''owner=id'', ''permission=p'', ''account=129''', '''category=nonesuch'', ''owner=nonesuch''',
			'''category=ctid'', ''owner=ctid''', '''category='', ''owner=''', '''category'', ''owner''', '''o'', ''c'', '''', ''''']) a
	WHERE t IN ('int', 'text', 'int[]') OR (g, e) IN (('authz_content_guard', 'BEFORE UPDATE'), ('authz_fill_owner', 'BEFORE INSERT'));
SELECT count(*) FROM outcome;
SELECT DISTINCT r AS outcome FROM outcome, string_to_table(result, ' ') r ORDER BY 1;	-- refusals, numbers of rows, and no accident
-- what they take: columns of text to fill; whole numbers and arrays of them to guard, beside them names and arrays of names, and keys
SELECT guard, arguments, result, string_agg(type, ', ' ORDER BY type) AS types FROM outcome WHERE event IN ('BEFORE UPDATE', 'BEFORE INSERT') AND result !~ '39P01' AND (guard <> 'authz_fill_owner' OR arguments ~ 'owner=o') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT DISTINCT result FROM outcome WHERE guard = 'authz_fill_owner' AND event = 'BEFORE INSERT' AND arguments !~ 'owner=';	-- fills nothing
-- columns of both kinds beside each other, changed by whom row security binds
CREATE TABLE own (id int, c bigint[], o text, e varchar(9)[], p text[], title text);
INSERT INTO own VALUES (1, NULL, 'Bob', '{Ann}', '{Ann}'), (2, NULL, 'Bob', '{Bob}', '{Ann}'), (3, NULL, 'Ann', NULL, NULL);
ALTER TABLE own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON own USING (true);
CREATE TRIGGER g AFTER UPDATE ON own FOR EACH ROW EXECUTE FUNCTION authz_content_guard('category=c', 'owner=o', 'editors=e', 'publishers=p', 'key=id', 'account=129');
SELECT s AS statement, string_agg(kit.dry(format('UPDATE tricks.own SET %s WHERE id = %s', s, n)), ' ' ORDER BY n) AS "editor, publisher, owner"
	FROM unnest(ARRAY['title = ''x''', 'c = ''{1}''', 'c = ''{}''', 'o = ''Ann''', 'e = ''{Bob,Ann}''', 'p = NULL']) WITH ORDINALITY s (s, k), generate_series(1, 3) n GROUP BY s, k ORDER BY k;
-- two guards of different opinions: both must agree
CREATE TRIGGER h AFTER UPDATE ON own FOR EACH ROW EXECUTE FUNCTION authz_content_guard('category=c', 'owner=title');
SELECT kit.dry('UPDATE tricks.own SET title = ''x'' WHERE id = 3') AS "title is the owner now";
DROP TABLE own;


-- the same after the columns of a protected table have changed under them
CREATE TABLE moved (id int, c bigint, o text);
INSERT INTO moved VALUES (1, NULL, 'Ann');
ALTER TABLE moved ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON moved USING (true);
CREATE TRIGGER f BEFORE INSERT ON moved FOR EACH ROW EXECUTE FUNCTION authz_fill_owner('owner=o');
CREATE TRIGGER g AFTER UPDATE ON moved FOR EACH ROW EXECUTE FUNCTION authz_content_guard('category=c', 'owner=o');
ALTER TABLE moved RENAME COLUMN o TO was;
ALTER TABLE moved RENAME COLUMN c TO cat;
ALTER TABLE moved ADD COLUMN o int DEFAULT 7, ADD COLUMN c text;
INSERT INTO moved (id, o) VALUES (2, NULL);		-- 39P01
UPDATE moved SET o = 1;		-- 39P01

-- our functions in the places where he can put functions
SELECT n, kit.try(s) AS outcome FROM (VALUES (1, 'SELECT authz_content_guard()'), (2, 'SELECT authz_fill_owner()'), (3, 'SELECT authz_can_support(NULL::text)'), (4, 'SELECT authz_can_support(0)'),
	(5, 'CREATE INDEX ON tricks.moved (authz_can_view(cat))'), (6, 'CREATE INDEX ON tricks.moved (id) WHERE authz_is_owner(was)'), (7, 'CREATE TABLE tricks.g (id bigint, v bool GENERATED ALWAYS AS (authz_can_view(id)) STORED)'),
	(8, 'CREATE AGGREGATE tricks.a (bool) (SFUNC = authz_has_permission, STYPE = bool)'), (9, 'CREATE FUNCTION tricks.f(bigint) RETURNS bool LANGUAGE sql SUPPORT authz_can_support AS ''SELECT true'''),
	(10, 'CREATE FUNCTION tricks.f() RETURNS trigger LANGUAGE C AS ''authz'', ''authz_announce_change'''), (11, 'LOAD ''authz'''), (12, 'CREATE TRIGGER t AFTER UPDATE ON tricks.moved FOR EACH ROW EXECUTE FUNCTION authz.announce_change()'),
	(13, 'ALTER EXTENSION authz UPDATE'), (14, 'DROP EXTENSION authz'), (15, 'ALTER FUNCTION public.authz_can_view(bigint, text, int) LEAKPROOF'), (16, 'CREATE OR REPLACE FUNCTION public.authz_can_view(bigint, text, int) RETURNS bool LANGUAGE sql AS ''SELECT true'''),
	(17, 'COMMENT ON FUNCTION authz_end_session() IS ''x'''), (18, 'GRANT EXECUTE ON FUNCTION authz_administer() TO regress_reader'), (19, 'CREATE RULE r AS ON SELECT TO authz_users DO INSTEAD SELECT 1'),
	(20, 'SET session_replication_role = replica'), (21, 'ALTER TYPE authz_level ADD VALUE ''root'''), (22, 'CREATE CAST (text AS authz_level) WITH INOUT'), (23, 'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION authz_fill_owner()'))
	v (n, s) ORDER BY n;

-- a table that only pretends to be protected
CREATE TABLE fake (c bigint, o text);
ALTER TABLE fake ENABLE ROW LEVEL SECURITY;
CREATE POLICY authz_select ON fake USING (true);
CREATE TRIGGER authz_content_guard AFTER UPDATE ON fake FOR EACH ROW EXECUTE FUNCTION authz_content_guard('category=c', 'owner=o');
DO $$
DECLARE
	comment text;
BEGIN
	FOREACH comment IN ARRAY ARRAY['', '{', '[]', 'null', '{"account_id": "abc"}', E'{"account_id": "1\n"}', '{"account_id": "99999999999999"}', '{"account_id": 5}', '{"account_id": null}', '{"a": "\u0000"}',
		E'{"account_id": "1", "owner_column": "\x01"}', '{"account_id": "1", "account_id": "2"}', repeat('{"a": ', 5000), '{"account_id": "-1"}', '{"account_id": "1e5"}', '{"account_id": " 1"}', '{}'] LOOP
		EXECUTE format('COMMENT ON POLICY authz_select ON tricks.fake IS %L', comment);
		PERFORM count(*), count(account_id), count(owner_column) FROM authz_protected_tables;
	END LOOP;
END
$$;
SELECT count(*) FROM authz_protected_tables WHERE content <> 'tricks.fake'::regclass;
RESET ROLE;
RESET authz.session;
DROP SCHEMA tricks CASCADE;
