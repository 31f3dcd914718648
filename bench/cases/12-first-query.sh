# shellcheck shell=sh disable=SC2154	# part of run
# The first query of a new connection: what the library, the session and the
# rights cost before the first row.

echo "SELECT title FROM bench.content WHERE id = $((rows / 2));" >"$work/first.sql"
sides
for side in default bare hand in; do
	side $side bench_$side one "$work/first.sql"
done
compare simple median 50 --connect
for policy in default bare; do
	row 'first query of a new connection' $policy simple \
		"$(milliseconds $policy)" 'no row security' "$(milliseconds hand)" more 2
	row 'first query of a new connection' $policy simple \
		"$(milliseconds $policy)" 'R IN (SELECT)' "$(milliseconds in)" more -
done
