# shellcheck shell=sh disable=SC2154	# part of run
# A tree of 100,000 categories is moved while somebody reads and somebody adds
# members elsewhere: how long each waits at most, beside the move of one
# category. And that everybody's next statement obeys.

tree_database
use_tokens bench_tree
head=$((10000000 + 100000))
root=$((20000000 + 100000))
there=20000000
last=$((head + 99999))	# nothing is below it
cat >"$work/read.sql" <<'EOF'
	\set id random(1, 100000)
	SELECT title FROM bench.rows_100000 WHERE id = :id;
EOF
cat >"$work/write.sql" <<'EOF'
	\set c random(1, 10000)
	BEGIN;
	SELECT authz_category_user_add(:c, 'there', 'member');
	SELECT authz_category_user_delete(:c, 'there');
	COMMIT;
EOF

move()
{
	PGDATABASE=bench_tree sql -o "$work/moved" -c "SELECT authz_category_move('{$1}', $2)"
}

# Starts somebody. Arguments: role, settings, script, times a second, where his waits go.
start()
{
	cat "$work/pin.sql" "$3" >"$work/$5.sql"
	PGUSER=$1 PGOPTIONS=$2 PGDATABASE=bench_tree taskset -c "$cpu" pgbench -n -M prepared -f "$work/$5.sql" \
		-R "$4" -T 1 -D pinned=0 -l --log-prefix="$work/$5" >"$work/$5.out" 2>&1 </dev/null &
}

# The longest wait, in microseconds, that ended after the move had begun.
longest()
{
	cat "$work/$1".[0-9]* | awk -v began="$began" '$5 + $6 / 1e6 > began && $3 > most { most = $3 } END { print most }'
}

# Arguments: who reads, category, its new parent.
wait_beside()
{
	rm -f "$work"/reader.[0-9]* "$work"/writer.[0-9]*
	start bench_default "$(acting_for "$1")" "$work/read.sql" 500 reader
	start "$PGUSER" "$PGOPTIONS" "$work/write.sql" 100 writer
	sleep 0.4
	began=$(date +%s.%N)
	move "$2" "$3"
	wait
}

# Of two moves, away and back, the second: who reads then gets what is below.
# Single waits vary, so that more rounds count. Argument: who reads.
measure_waits()
{
	rm -f "$work"/rounds.*
	for _ in $(seq $((2 * ROUNDS))); do
		for what in tree one; do
			case $what in
			tree)
				move "$head" "$there"
				wait_beside "$1" "$head" "$root"
				;;
			one)
				move "$last" "$there"
				wait_beside "$1" "$last" "$((last - 1))"
				;;
			esac
			for who in reader writer; do
				longest $who >>"$work/rounds.$who-$what"
			done
		done
	done
}

measure_waits hundred
for who in reader writer; do
	row "longest wait of a $who elsewhere while 100,000 categories move" default prepared \
		"$(milliseconds $who-tree)" 'while one moves' "$(milliseconds $who-one)" time 1.2
done
measure_waits below-100000
row 'longest wait of who becomes a member of them' default prepared \
	"$(milliseconds reader-tree)" 'while one moves' "$(milliseconds reader-one)" time -

# One connection of each before and after.
for who in there below-100000; do
	PGUSER=bench_default PGDATABASE=bench_tree PGOPTIONS=$(acting_for $who) sql <<-EOF
		SELECT authz_can_view($last);
		\! PGUSER=$PGUSER PGOPTIONS= PGDATABASE=bench_tree psql -qAtXc "SELECT authz_category_move('{$head}', $there)" >"$work/moved"
		SELECT authz_can_view($last);
		\! PGUSER=$PGUSER PGOPTIONS= PGDATABASE=bench_tree psql -qAtXc "SELECT authz_category_move('{$head}', $root)" >"$work/moved"
		SELECT authz_can_view($last);
	EOF
done | tr '\n' ' ' >"$work/obeyed"
[ "$(cat "$work/obeyed")" = 'f t f t f t ' ] || {
	say "a move is not obeyed: $(cat "$work/obeyed")"
	exit 1
}
