# shellcheck shell=sh disable=SC2154	# part of run
# A pooled connection serves another user in every transaction. The script has
# a transaction for each of them; what they are recognised by is read before and
# kept in variables, which pgbench sends as bind parameters.

# Writes such a script: for how many, setting, column that has its value.
write_pool()
{
	awk -v users="$1" -v setting="$2" -v column="$3" 'BEGIN {
		print "\\if :loaded = 0"
		for (first = 1; first <= users; first += 100) {
			printf "SELECT "
			for (i = first; i < first + 100; i++)
				printf "%s\n\tmax(%s) FILTER (WHERE n = %d) AS user%d", (i > first ? "," : ""), column, i + 100, i
			print "\nFROM bench.token \\gset"
		}
		print "\\set loaded 1\n\\endif"
		for (i = 1; i <= users; i++) {
			print "\\set id random(1, :rows)"
			print "BEGIN;"
			print "SELECT set_config(\047" setting "\047, :user" i ", true);"
			print "SELECT title FROM bench.content WHERE id = :id;"
			print "COMMIT;"
		}
	}'
}

# More users than any connection keeps in mind take long: once is enough.
for pool in 100 1000; do
	case $pool in
	100) protocols='extended prepared' ;;
	1000) protocols=extended ;;
	esac
	write_pool $pool authz.session token >"$work/ours.sql"
	write_pool $pool bench.user_id user_id >"$work/theirs.sql"
	sides
	side default bench_default widget "$work/ours.sql"
	side bare bench_bare widget "$work/ours.sql"
	side in bench_in widget "$work/theirs.sql"
	side array bench_array widget "$work/theirs.sql"
	for protocol in $protocols; do
		compare "$protocol" mean
		for policy in default bare; do
			row "pooled transaction of $pool users in turn" $policy "$protocol" \
				"$(per_second $policy $pool)" 'R IN (SELECT)' "$(per_second in $pool)" rate 1
			row "pooled transaction of $pool users in turn" $policy "$protocol" \
				"$(per_second $policy $pool)" 'R = ANY (array)' "$(per_second array $pool)" rate -
		done
	done
done
