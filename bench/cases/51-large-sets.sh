# shellcheck shell=sh disable=SC2154	# part of run
# Loading what a user is a member of, from a thousand categories on: directly, in
# an account where nothing is inherited and in one where something is, and by
# inheritance, in trees 50 deep. What is loaded for a member of a hundred is
# taken off. And what each category takes in memory.

# Argument: user.
write_loading()
{
	cat >"$work/ours-$1.sql" <<-EOF
		UPDATE authz.principal SET updated_at = now() WHERE account_id = 1 AND lower(user_id) = '$1' AND reused_at IS NULL;
		SELECT authz_can_view(1);
	EOF
	echo "SELECT cardinality(array_agg(category_id)) FROM bench.member WHERE user_id = '$1';" >"$work/theirs-$1.sql"
	cat >"$work/hand-$1.sql" <<-EOF
		WITH RECURSIVE reach AS (
			SELECT u.category_id FROM authz.category_user u JOIN authz.principal p USING (principal_id)
			WHERE p.account_id = 1 AND lower(p.user_id) = '$1' AND p.reused_at IS NULL
			UNION ALL
			SELECT c.category_id FROM reach r JOIN authz.category_place c ON c.parent_id = r.category_id
			WHERE c.inheritance = 'inherit')
		SELECT cardinality(array_agg(category_id)) FROM reach;
	EOF
}

# Arguments: whose (direct or below), what it is called.
measure_loading()
{
	sides
	for who in hundred $(echo "$tree_sizes" | sed "s/[0-9]*/$1-&/g"); do
		write_loading "$who"
		for side in ours theirs hand; do
			side "$side-$who" "$PGUSER" "$who" "$work/$side-$who.sql" bench_tree
		done
	done
	compare prepared median
	for n in $tree_sizes; do
		ours=$(less "ours-$1-$n" ours-hundred)
		theirs=$(less "theirs-$1-$n" theirs-hundred)
		each=$(echo "$ours $n" | awk '{ print 1000 * $1 / $2 }')
		row "set of $n categories loaded, $2" - prepared "$ours" 'array_agg() of the rows' "$theirs" time 3
		row "set of $n categories loaded, $2" - prepared "$ours" \
			'by hand, recursively' "$(less "hand-$1-$n" hand-hundred)" time -
		[ "$n" = 1000 ] || [ "$n" = 10000 ] || row "each thousand of $n categories loaded, $2" - prepared "$each" \
			"each of $((n / 10))" "$before" time 1.5
		before=$each
		curve 'categories of one user' "load, $2" "$n" "$(milliseconds "ours-$1-$n")"
		[ "$2" != direct ] ||
			curve 'categories of one user' 'array_agg() of the rows' "$n" "$(milliseconds "theirs-$1-$n")"
		row "set of $n categories in memory, $2" - - "$(bytes_of "$1-$n" "$n" few bench_tree)" each 16 bytes 1
	done
}

flat_database
use_tokens bench_tree
measure_loading direct direct
tree_database
measure_loading direct 'direct where others inherit'
measure_loading below inherited
