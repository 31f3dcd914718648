# shellcheck shell=sh disable=SC2154	# part of run
# query.sh - one query of cases/ by everybody whom it names
#
# The head of such a file says what it is and, by line:
#   users: whom it is run for, each with what he is
#   hand, floor, barrier, recommended: the target beside that peer, - for none
#   writes: it changes rows, which is rolled back
# What stands in braces is said in query.awk.

said()
{
	sed -n "s/^-- $1: *//p" "$file"
}

# A script of the query; what writes does so in vain. Arguments: policy, way.
script()
{
	[ -z "$writes" ] || echo 'BEGIN;'
	awk -v policy="$1" -v way="$2" -v who="$who" -v rows="$rows" -v list="$work/list" \
		-f "$here/query.awk" "$file"
	[ -z "$writes" ] || echo 'ROLLBACK;'
}

# The ways to write the condition by hand, by policy. A list of ids is written for
# as long as it may be.
ways()
{
	echo IN ANY
	if grep -q '{entry' "$file"; then
		echo EXISTS
		[ "$1" = bare ] || echo UNION
	elif [ -z "$writes" ]; then
		echo join
	fi
}

# Writes them all, with or without the owner's rows, and puts the fastest into a
# variable named after the policy. A way that takes too long is none, and where
# all of them do the variable stays empty.
choose_way()
{
	for form in $(ways "$1"); do
		script "$1" "$form" >"$work/$1-$form.sql"
		(patience=$hand_limit && run_side bench_hand "$who" "$work/$1-$form.sql" "$PGDATABASE" simple 1) 2>"$work/given-up" || {
			grep -q 'statement timeout' "$work/given-up" || cat "$work/given-up" >&2
			continue
		}
		echo "$(tail -n 1 "$work/times") $form"
	done | sort -g | awk 'NR == 1 { print $2 }' >"$work/way"
	eval "$1_way=$(cat "$work/way")"
}

# One of those who use what is recommended or written first; who takes too long
# is not waited for, and counts as if he had just made it.
add_peer()
{
	side "$1" "bench_$1" "$who" "$work/plain.sql"
	if (patience=$limit && answer "$1") >"$work/answer" 2>"$work/given-up"; then
		answer bare | cmp -s - "$work/answer" || {
			say "$1 and bare do not have the same answer"
			exit 1
		}
	elif grep -q 'statement timeout' "$work/given-up"; then
		sed -i "/^$1 /d" "$work/sides"
	else
		cat "$work/given-up" >&2
		exit 1
	fi
}

# Arguments: policy, protocol, peer, what it is called, target.
row_beside()
{
	if [ -e "$work/rounds.$3" ]; then
		row "$label" "$1" "$2" "$ours" "$4" "$(milliseconds "$3")" faster "$5"
	else
		row "$label" "$1" "$2" "$ours" "$4, not waited for" "${limit}000" faster "$5"
	fi
}

# The rows of one policy. Arguments: policy, protocol.
rows_of()
{
	eval "way=\$$1_way"
	ours=$(milliseconds "$1")
	if [ -n "$way" ]; then
		row "$label" "$1" "$2" "$ours" "H by $way" "$(milliseconds "$1-hand")" time "$(said hand)"
	else
		row "$label" "$1" "$2" "$ours" 'H, not waited for' "${hand_limit}000" time "$(said hand)"
	fi
	[ ! -e "$work/rounds.floor" ] ||
		row "$label" "$1" "$2" "$ours" 'F USING (true)' "$(milliseconds floor)" time "$(said floor)"
	[ ! -e "$work/rounds.barrier" ] ||
		row "$label" "$1" "$2" "$ours" 'USING ((SELECT true))' "$(milliseconds barrier)" time "$(said barrier)"
	if [ "$2" = prepared ] && [ -n "$(said recommended)" ]; then
		row_beside "$1" "$2" in 'R IN (SELECT)' "$(said recommended)"
		row_beside "$1" "$2" array 'R = ANY (array)' -
		row_beside "$1" "$2" exists 'N EXISTS' "$(said recommended)"
	fi
}

title=$(sed -n '1s/^-- //p' "$file")
writes=$(sed -n '/^-- writes$/p' "$file")
said users | tr ',' '\n' | while read -r who which; do
	label="$title${which:+: $which}"
	sql -o "$work/list" -c "SELECT string_agg(category_id::text, ',') FROM bench.member WHERE user_id = '$who'"
	script default none >"$work/plain.sql"

	sides
	for policy in default bare; do
		choose_way $policy
		eval "way=\$${policy}_way"
		side $policy bench_$policy "$who" "$work/plain.sql"
		if [ -n "$way" ]; then
			side $policy-hand bench_hand "$who" "$work/$policy-$way.sql"
			must_agree $policy $policy-hand
		fi
	done
	for peer in floor barrier; do
		[ -z "$(said $peer)" ] || side $peer bench_$peer "$who" "$work/plain.sql"
	done
	for protocol in $(protocols default); do
		if [ -n "$(said recommended)" ] && [ "$protocol" = prepared ]; then
			for peer in in array exists; do
				add_peer $peer
			done
		fi
		compare "$protocol" median
		[ -z "$writes" ] || sql -c 'VACUUM bench.content'
		for policy in default bare; do
			rows_of $policy "$protocol"
		done
	done
done
