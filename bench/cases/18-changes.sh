# shellcheck shell=sh disable=SC2154	# part of run
# One connection reads while another changes other users' memberships a thousand
# times a second, or something of the whole account ten times; beside a reader
# with the same changes of a table that has nothing to do with authz.

sql <<EOF
	CREATE TABLE bench.category_user (LIKE authz.category_user INCLUDING ALL);
	INSERT INTO bench.category_user SELECT * FROM authz.category_user;
	CREATE TABLE bench.role (LIKE authz.role INCLUDING ALL);
	INSERT INTO bench.role SELECT * FROM authz.role;
	CREATE TABLE bench.victim AS
		SELECT row_number() OVER () AS n, p.principal_id, min(u.category_id) AS category_id
		FROM authz.principal p JOIN authz.category_user u USING (principal_id)
		WHERE p.user_id LIKE 'u%' GROUP BY p.principal_id;
	ALTER TABLE bench.victim ADD PRIMARY KEY (n);
	ANALYZE bench.category_user, bench.role, bench.victim;
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
}

# Starts a writer. Arguments: script, times a second, seconds.
start_writer()
{
	pgbench -n -M prepared -f "$1" -R "$2" -T "$3" >"$work/writer.out" 2>&1 </dev/null &
	writer=$!
	sleep 0.1
}

# Reads while a writer writes. Arguments: script, times a second, how many reads.
read_beside()
{
	start_writer "$1" "$2" 60
	run_side bench_default one "$work/point.sql" prepared "$3"
	{ kill $writer && wait $writer; } 2>"$work/killed" || :
	figure mean
}

write_changes authz
write_changes bench
cat >"$work/point.sql" <<-EOF
	\set id random(1, :rows)
	SELECT title FROM bench.content WHERE id = :id;
EOF
for change in members account; do
	case $change in
	members) rate=1000 what='point reads beside 1,000 changes of members a second' ;;
	account) rate=10 what='point reads beside 10 changes of the account a second' ;;
	esac
	rm -f "$work"/rounds.*
	for _ in $(seq "$ROUNDS"); do
		for schema in authz bench; do
			read_beside "$work/$change-$schema.sql" "$rate" 5000 >>"$work/rounds.$schema"
		done
	done
	row "$what" default prepared "$(per_second authz)" 'changes of another table' \
		"$(per_second bench)" rate 0.95
done

# How often the reader had to load again.
start_writer "$work/members-authz.sql" 1000 1
reloads=$(PGUSER=bench_default PGOPTIONS=$(acting_for one) sql <<EOF
	SELECT count(*) FROM bench.content WHERE id = 1 \gset
	SELECT subjects_loaded AS before FROM authz_stats \gset
	$(yes 'SELECT count(*) FROM bench.content WHERE id = 1 \gset' | head -n 2000)
	SELECT subjects_loaded - :before FROM authz_stats;
EOF
)
wait $writer
changes=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/writer.out")
row 'sets loaded again by 2,000 reads meanwhile' default simple "$reloads" 'changes made' "$changes" number -
