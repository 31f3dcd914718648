-- peers.sql - who is compared: for each a role, whose policies are its own
--
-- All read the same tables. The policies that authz_protect() writes are for
-- PUBLIC; here they are for one role, so that the others see only theirs.

CREATE ROLE bench_default LOGIN;	-- authz_protect(): permission prefix and owner column
CREATE ROLE bench_bare LOGIN;		-- authz_can_view(category_id) and nothing else
CREATE ROLE bench_hand LOGIN BYPASSRLS;	-- H: no row security
CREATE ROLE bench_floor LOGIN;		-- F: USING (true)
CREATE ROLE bench_barrier LOGIN;	-- the same in words that PostgreSQL does not see through
CREATE ROLE bench_simple LOGIN;		-- as simple a condition as there is
CREATE ROLE bench_in LOGIN;			-- R: IN (SELECT …)
CREATE ROLE bench_array LOGIN;		-- R: = ANY of a SECURITY DEFINER function's array
CREATE ROLE bench_exists LOGIN;		-- N: EXISTS (SELECT …)
CREATE ROLE bench_owner;

CREATE FUNCTION bench.current_user_id() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN current_setting('bench.user_id', true);
CREATE FUNCTION bench.current_categories() RETURNS bigint[]
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog
	RETURN array(SELECT category_id FROM bench.member WHERE user_id = bench.current_user_id());

SELECT format('ALTER TABLE bench.%I OWNER TO bench_owner', name)
FROM unnest('{content,parted,entry,parted_entry,document,work}'::text[]) AS name
\gexec
\o /dev/null
SELECT authz_protect('bench.content', 'category_id', 'owner', 'content');
SELECT authz_protect('bench.parted', 'category_id', 'owner', 'content');
SELECT authz_protect('bench.document', 'category_id', 'owner', 'content');
SELECT authz_protect('bench.work', 'category_id', 'owner', 'content');
SELECT authz_protect('bench.entry', 'category_ids', 'owner', 'content');
SELECT authz_protect('bench.parted_entry', 'category_ids', 'owner', 'content');
\o
GRANT ALL ON ALL TABLES IN SCHEMA bench TO PUBLIC;
SELECT format('ALTER POLICY %I ON %s TO bench_default', polname, polrelid::regclass)
FROM pg_policy
WHERE polrelid <> 'bench.work'::regclass
\gexec

CREATE POLICY bare ON bench.content TO bench_bare USING (authz_can_view(category_id));
CREATE POLICY bare ON bench.parted TO bench_bare USING (authz_can_view(category_id));
CREATE POLICY bare ON bench.document TO bench_bare USING (authz_can_view(category_id));
CREATE POLICY bare ON bench.entry TO bench_bare USING (authz_can_view_any(category_ids));
CREATE POLICY bare ON bench.parted_entry TO bench_bare USING (authz_can_view_any(category_ids));
CREATE POLICY floor ON bench.content TO bench_floor USING (true);
CREATE POLICY floor ON bench.document TO bench_floor USING (true);
SELECT format('CREATE POLICY simple ON bench.%I TO bench_simple USING (owner <> '''')', name)
FROM unnest('{content,parted,entry,parted_entry}'::text[]) AS name
\gexec
CREATE POLICY barrier ON bench.document TO bench_barrier USING ((SELECT true));
CREATE POLICY floor ON bench.entry TO bench_floor USING (true);

CREATE POLICY recommended ON bench.content TO bench_in USING (
	category_id IN (SELECT category_id FROM bench.member WHERE user_id = (SELECT bench.current_user_id())));
CREATE POLICY recommended_array ON bench.content TO bench_array USING (
	category_id = ANY ((SELECT bench.current_categories())::bigint[]));
CREATE POLICY naive ON bench.content TO bench_exists USING (
	EXISTS (
		SELECT FROM bench.member m
		WHERE m.category_id = content.category_id AND m.user_id = bench.current_user_id()));
CREATE POLICY recommended ON bench.entry TO bench_in USING (
	id IN (
		SELECT l.entry_id FROM bench.entry_category l
		WHERE l.category_id IN (
			SELECT category_id FROM bench.member WHERE user_id = (SELECT bench.current_user_id()))));
CREATE POLICY recommended_array ON bench.entry TO bench_array USING (
	id IN (
		SELECT l.entry_id FROM bench.entry_category l
		WHERE l.category_id = ANY ((SELECT bench.current_categories())::bigint[])));
CREATE POLICY naive ON bench.entry TO bench_exists USING (
	EXISTS (
		SELECT FROM bench.entry_category l JOIN bench.member m ON m.category_id = l.category_id
		WHERE l.entry_id = entry.id AND m.user_id = bench.current_user_id()));
