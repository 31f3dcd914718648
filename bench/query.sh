# shellcheck shell=sh disable=SC2154	# part of run
# query.sh - one query of cases/ by everybody whom it names
#
# The head of such a file says what it is and, by line:
#   users: whom it is run for, each with what he is
#   hand, floor, recommended: the target beside that peer
#   writes: it changes rows, which is rolled back
# In the query {content} is the table and {visible} the condition that sessions
# need not write and others must.

said()
{
	sed -n "s/^-- $1: *//p" "$file"
}

# Puts what it is given for the two words into the query.
write_query()
{
	sed '/^--/d' "$file" | awk -v content="$1" -v visible="$2" -v rows="$rows" '
	{
		gsub(/{content}/, content)
		gsub(/{visible}/, visible)
		gsub(/{rows}/, rows)
		print
	}'
}

# A script of it; what writes does so in vain.
script()
{
	[ -z "$writes" ] || echo 'BEGIN;'
	write_query "$1" "$2"
	[ -z "$writes" ] || echo 'ROLLBACK;'
}

# The ways to write the condition by hand, in which sessions' owners are or are
# not thought of. A list of ids is written for as long as it may be.
write_by_hand()
{
	theirs="c.owner = '$who'"
	in="c.category_id IN (SELECT category_id FROM bench.member WHERE user_id = '$who')"
	list=$(sql -c "SELECT string_agg(category_id::text, ',') FROM bench.member WHERE user_id = '$who'")
	any="c.category_id = ANY ('{$list}'::bigint[])"

	script 'bench.content c' "$in" >"$work/bare-in.sql"
	script 'bench.content c' "$any" >"$work/bare-any.sql"
	script 'bench.content c' "($in OR $theirs)" >"$work/default-in.sql"
	script 'bench.content c' "($any OR $theirs)" >"$work/default-any.sql"
	ways='in any'
	[ -z "$writes" ] || return 0
	script "bench.content c JOIN bench.member m ON m.category_id = c.category_id AND m.user_id = '$who'" \
		true >"$work/bare-join.sql"
	script "bench.content c LEFT JOIN bench.member m ON m.category_id = c.category_id AND m.user_id = '$who'" \
		"(m.user_id IS NOT NULL OR $theirs)" >"$work/default-join.sql"
	ways='in any join'
}

# The fastest of the ways.
best_way()
{
	for form in $ways; do
		run_side bench_hand "$who" "$work/$1-$form.sql" simple 3
		echo "$(figure median) $form"
	done | sort -g | awk 'NR == 1 { print $2 }'
}

title=$(sed -n '1s/^-- //p' "$file")
writes=$(sed -n '/^-- writes$/p' "$file")
said users | tr ',' '\n' | while read -r who which; do
	label="$title${which:+: $which}"
	script 'bench.content c' true >"$work/plain.sql"
	write_by_hand
	for policy in default bare; do
		eval "${policy}_way=\$(best_way $policy)"
	done

	sides
	for policy in default bare; do
		eval "way=\$${policy}_way"
		side $policy bench_$policy "$who" "$work/plain.sql"
		side $policy-hand bench_hand "$who" "$work/$policy-$way.sql"
		must_agree $policy $policy-hand
	done
	[ -z "$(said floor)" ] || side floor bench_floor "$who" "$work/plain.sql"
	for protocol in $(protocols default); do
		if [ -n "$(said recommended)" ] && [ "$protocol" = prepared ]; then
			for peer in in array exists; do
				side $peer bench_$peer "$who" "$work/plain.sql"
			done
		fi
		compare "$protocol" median
		[ -z "$writes" ] || sql -c 'VACUUM bench.content'

		for policy in default bare; do
			eval "way=\$${policy}_way"
			ours=$(milliseconds $policy)
			row "$label" $policy "$protocol" "$ours" "H by $way" "$(milliseconds $policy-hand)" time "$(said hand)"
			[ -z "$(said floor)" ] ||
				row "$label" $policy "$protocol" "$ours" 'F USING (true)' "$(milliseconds floor)" time "$(said floor)"
			if [ -n "$(said recommended)" ] && [ "$protocol" = prepared ]; then
				row "$label" $policy "$protocol" "$ours" 'R IN (SELECT)' "$(milliseconds in)" faster "$(said recommended)"
				row "$label" $policy "$protocol" "$ours" 'R = ANY (array)' "$(milliseconds array)" faster -
				row "$label" $policy "$protocol" "$ours" 'N EXISTS' "$(milliseconds exists)" faster "$(said recommended)"
			fi
		done
	done
done
