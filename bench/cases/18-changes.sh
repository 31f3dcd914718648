# shellcheck shell=sh disable=SC2154	# part of run
# Some read while another connection changes what does not concern them: other
# users' memberships, a role, names of categories, new categories; beside the
# same changes of tables that have nothing to do with authz. And how often the
# readers had to load something again.

sql <<EOF
	SELECT format('CREATE TABLE bench.%1\$I (LIKE authz.%1\$I INCLUDING ALL);'
		'INSERT INTO bench.%1\$I SELECT * FROM authz.%1\$I;'
		'ANALYZE bench.%1\$I', name)
	FROM unnest('{category_user,role,category,category_place}'::text[]) AS name
	\gexec
	CREATE TABLE bench.victim AS
		SELECT row_number() OVER () AS n, p.principal_id, min(u.category_id) AS category_id
		FROM authz.principal p JOIN authz.category_user u USING (principal_id)
		WHERE p.user_id LIKE 'u%' GROUP BY p.principal_id;
	ALTER TABLE bench.victim ADD PRIMARY KEY (n);
	ANALYZE bench.victim;
	CREATE SEQUENCE bench.new_category START 1000000000;
	CREATE TABLE bench.loaded (n bigint);
	GRANT INSERT ON bench.loaded TO PUBLIC;
EOF

# Argument: schema.
write_changes()
{
	cat >"$work/members-$1.sql" <<-EOF
		\set n random(1, $users - 4)
		UPDATE $1.category_user u SET level = u.level
		FROM bench.victim v
		WHERE v.n = :n AND u.principal_id = v.principal_id AND u.category_id = v.category_id;
	EOF
	echo "UPDATE $1.role SET updated_at = now() WHERE name = 'administrator';" >"$work/account-$1.sql"
	cat >"$work/names-$1.sql" <<-EOF
		\set c random(1, $categories)
		BEGIN;
		UPDATE $1.category_place SET name = 'c' || :c || '-' || floor(random() * 1e9) WHERE category_id = :c;
		UPDATE $1.category SET updated_at = now() WHERE category_id = :c;
		COMMIT;
	EOF
	cat >"$work/categories-$1.sql" <<-EOF
		SELECT nextval('bench.new_category') AS c \gset
		BEGIN;
		INSERT INTO $1.category (category_id, account_id) VALUES (:c, 1);
		INSERT INTO $1.category_place (category_id, account_id, name) VALUES (:c, 1, 'c' || :c);
		COMMIT;
	EOF
}

# Point reads, before and after which the reader says what he has loaded.
write_reading()
{
	cat <<-EOF
		\set id random(1, :rows)
		SELECT title FROM bench.content WHERE id = :id;
		\if :loaded = 0 or :loaded = :last - 1
		INSERT INTO bench.loaded
		SELECT ((:loaded > 0)::int * 2 - 1) * (subjects_loaded + shared_loaded + categories_loaded + rights_loaded + permissions_loaded)
		FROM authz_stats;
		\endif
		\set loaded :loaded + 1
	EOF
}

# Reads beside a writer. Arguments: script of the writer, changes a second,
# readers, reads of each.
read_beside()
{
	taskset -c 0 pgbench -n -M prepared -f "$1" -R "$2" -T 60 >"$work/writer.out" 2>&1 </dev/null &
	writer=$!
	sleep 0.1
	run_side bench_default one "$work/point.sql" "$PGDATABASE" prepared "$4" -c "$3" -D last="$4"
	{ kill $writer && wait $writer; } 2>"$work/killed" || :
}

write_changes authz
write_changes bench
write_reading >"$work/point.sql"
while read -r change rate readers what; do
	reads=$((8000 / readers))
	rm -f "$work"/rounds.* "$work"/loads.* "$work"/made.*
	for _ in $(seq "$ROUNDS"); do
		for schema in authz bench; do
			sql -c 'TRUNCATE bench.loaded'
			read_beside "$work/$change-$schema.sql" "$rate" "$readers" "$reads"
			figure mean >>"$work/rounds.$schema"
			sql -c 'SELECT sum(n) FROM bench.loaded' >>"$work/loads.$schema"
			awk -v rate="$rate" -v readers="$readers" '{ sum += $1 } END { print rate * sum / readers / 1e6 }' \
				"$work/times" >>"$work/made.$schema"
		done
	done
	for schema in authz bench; do
		sql -c "VACUUM $schema.category_user, $schema.role, $schema.category, $schema.category_place"
	done
	row "$readers reading beside $what" default prepared "$(per_second authz "$readers")" \
		'changes of another table' "$(per_second bench "$readers")" rate 0.95
	row "loaded again by $readers beside $what" default prepared "$(median <"$work/loads.authz")" \
		'changes made' "$(median <"$work/made.authz")" number -
done <<'EOF'
members 1000 1 1,000 changes of members a second
members 1000 8 1,000 changes of members a second
account 10 1 10 changes of the account a second
account 10 8 10 changes of the account a second
names 100 1 100 new names of categories a second
categories 100 1 100 new categories a second
EOF

sql -c 'DELETE FROM authz.category WHERE category_id >= 1000000000'
