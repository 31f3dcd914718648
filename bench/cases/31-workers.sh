# shellcheck shell=sh disable=SC2154	# part of run
# What a parallel worker takes to start with a large set, more than without; and
# whether a query that is parallel without authz is parallel with it.

sql <<EOF
	CREATE TABLE bench.few (id bigint PRIMARY KEY, category_id bigint, owner text) WITH (parallel_workers = 2);
	INSERT INTO bench.few SELECT id, category_id, owner FROM bench.content WHERE id <= 1000;
	ANALYZE bench.few;
	GRANT SELECT ON bench.few TO PUBLIC;
	ALTER TABLE bench.few OWNER TO bench_owner;
	SELECT authz_protect('bench.few', 'category_id', 'owner', 'content') \gset
	ALTER POLICY authz_select ON bench.few TO bench_default;
	CREATE POLICY bare ON bench.few TO bench_bare USING (authz_can_view(category_id));
	CREATE POLICY floor ON bench.few TO bench_floor USING (true);
EOF
cat >"$work/parallel.sql" <<EOF
	\if :loaded = 0
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET enable_indexscan = off;
	SET enable_indexonlyscan = off;
	SET enable_bitmapscan = off;
	\set loaded 1
	\endif
	SELECT count(*) FROM bench.few;
EOF
sides
for side in default bare floor; do
	side $side bench_$side half "$work/parallel.sql"
done
compare simple median

# Arguments: role, user: how many workers the plan of a long query has.
workers()
{
	PGUSER=$1 PGOPTIONS=$(acting_for "$2") sql -c 'EXPLAIN SELECT count(*), max(title) FROM bench.content' |
		sed -n 's/.*Workers Planned: //p' | grep . || echo 0
}

for policy in default bare; do
	row 'start of a parallel worker' $policy simple \
		"$(milliseconds $policy | awk '{ print $1 / 2 }')" 'F USING (true)' \
		"$(milliseconds floor | awk '{ print $1 / 2 }')" more 1
	row 'workers planned for the visible 50 %' $policy - \
		"$(workers bench_$policy half)" 'F USING (true)' "$(workers bench_floor half)" number 1
done
