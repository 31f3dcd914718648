# shellcheck shell=sh disable=SC2154	# part of run
# What does not grow, and what only grows with what is seen: the memberships of
# others become more and more, in databases that differ in nothing else; and the
# rows of a table do.

# Arguments: what grows, line of the picture, key of the sides, sizes. The last
# is to be as quick as the first.
as_quick()
{
	axis=$1 line=$2 key=$3 first=$4
	shift 3
	for n in "$@"; do
		curve "$axis" "$line" "$n" "$(milliseconds "$key-$n")"
	done
	row "$line: $n $axis" default simple "$(milliseconds "$key-$n")" "$first" "$(milliseconds "$key-$first")" time 1.2
}

make_databases()
{
	say "loading $members memberships"
	last=$members flat=10000 before=
	for members in $member_sizes; do
		if [ -z "$before" ]; then
			make_database "bench_$members" base members sessions
		else
			createdb -T "bench_$before" "bench_$members"
			PGDATABASE=bench_$members load_steps members
		fi
		before=$members
	done
	for members in $member_sizes; do
		sizes=100000
		[ "$members" != 10000 ] || sizes=$row_sizes
		PGDATABASE=bench_$members load_steps rows
	done
	members=$last
}

# Argument: rows of the table.
write_scripts()
{
	cat >"$work/point-$1.sql" <<-EOF
		\set id random(1, $1)
		SELECT title FROM bench.rows_$1 WHERE id = :id;
	EOF
	cat >"$work/checks-$1.sql" <<-EOF
		\set id random(1, $1 - 9999)
		SELECT count(*) FROM bench.rows_$1 WHERE id BETWEEN :id AND :id + 9999;
	EOF
	echo "SELECT count(*), max(title) FROM bench.rows_$1;" >"$work/list-$1.sql"
}

member_sizes=$(growing 10000 "$members")
row_sizes=$(growing 100000 "$rows")
make_databases
use_tokens bench_10000
for n in $row_sizes; do
	write_scripts "$n"
done
echo 'SELECT count(*) FROM generate_series(1::bigint, 10000) AS c WHERE authz_can_view(c);' >"$work/checks.sql"
cat >"$work/load.sql" <<'EOF'
	UPDATE authz.principal SET updated_at = now() WHERE account_id = 1 AND lower(user_id) = 'hundred' AND reused_at IS NULL;
	SELECT authz_can_view(1);
EOF

sides
for n in $member_sizes; do
	side "point-$n" bench_default hundred "$work/point-100000.sql" "bench_$n"
	side "checks-$n" bench_default hundred "$work/checks.sql" "bench_$n"
	side "list-$n" bench_default hundred "$work/list-100000.sql" "bench_$n"
	side "load-$n" "$PGUSER" hundred "$work/load.sql" "bench_$n"
done
compare simple median
for line in 'point=point read' 'checks=10,000 checks' 'list=list of 1,000 rows' 'load=loading what was changed'; do
	# shellcheck disable=SC2086
	as_quick memberships "${line#*=}" "${line%%=*}" $member_sizes
done

sides
for n in $row_sizes; do
	side "point-$n" bench_default hundred "$work/point-$n.sql" bench_10000
	side "checks-$n" bench_default hundred "$work/checks-$n.sql" bench_10000
	side "list-$n" bench_default few "$work/list-$n.sql" bench_10000
	side "part-$n" bench_default hundred "$work/list-$n.sql" bench_10000
done
compare simple median
for line in 'point=point read' 'checks=10,000 checks' 'list=list of the same 1,000 rows'; do
	# shellcheck disable=SC2086
	as_quick rows "${line#*=}" "${line%%=*}" $row_sizes
done
first=${row_sizes%% *}
last=${row_sizes##* }
for n in $row_sizes; do
	curve rows 'list of the visible 1 %' "$n" "$(milliseconds "part-$n")"
done
row "each thousand rows listed: $last rows" default simple \
	"$(milliseconds "part-$last" | awk -v n="$last" '{ print 100000 * $1 / n }')" "$first" \
	"$(milliseconds "part-$first" | awk -v n="$first" '{ print 100000 * $1 / n }')" time 1.2

for n in $member_sizes; do
	dropdb "bench_$n"
done
