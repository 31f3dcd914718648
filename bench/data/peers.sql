-- peers.sql - who is compared: for each a role, whose policies are its own
--
-- All read the same table. The policies that authz_protect() writes are for
-- PUBLIC; here they are for one role, so that the others see only theirs.

CREATE ROLE bench_default LOGIN;	-- authz_protect(): permission prefix and owner column
CREATE ROLE bench_bare LOGIN;		-- authz_can_view(category_id) and nothing else
CREATE ROLE bench_hand LOGIN BYPASSRLS;	-- H: no row security
CREATE ROLE bench_floor LOGIN;		-- F: USING (true)
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
FROM unnest('{content,parted,work}'::text[]) AS name
\gexec
\o /dev/null
SELECT authz_protect('bench.content', 'category_id', 'owner', 'content');
SELECT authz_protect('bench.parted', 'category_id', 'owner', 'content');
SELECT authz_protect('bench.work', 'category_id', 'owner', 'content');
\o
SELECT format('ALTER POLICY %I ON %s TO bench_default', polname, polrelid::regclass)
FROM pg_policy
WHERE polrelid IN ('bench.content'::regclass, 'bench.parted'::regclass)
\gexec

CREATE POLICY bare ON bench.content TO bench_bare USING (authz_can_view(category_id));
CREATE POLICY bare ON bench.parted TO bench_bare USING (authz_can_view(category_id));
CREATE POLICY floor ON bench.content TO bench_floor USING (true);
CREATE POLICY recommended ON bench.content TO bench_in USING (
	category_id IN (SELECT category_id FROM bench.member WHERE user_id = (SELECT bench.current_user_id())));
CREATE POLICY recommended_array ON bench.content TO bench_array USING (
	category_id = ANY ((SELECT bench.current_categories())::bigint[]));
CREATE POLICY naive ON bench.content TO bench_exists USING (
	EXISTS (
		SELECT FROM bench.member m
		WHERE m.category_id = content.category_id AND m.user_id = bench.current_user_id()));
