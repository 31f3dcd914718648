# shellcheck shell=sh disable=SC2154	# part of run
# Point read by primary key, planning included; how large the set is and how
# many partitions there are should not matter. Rows in one category first, then
# in several.

while read -r table partitions last whom; do
	case $table in
	*entry) what='an entry in several categories' ;;
	*) what='a row' ;;
	esac
	cat >"$work/point.sql" <<-EOF
		\set id random(1, $last)
		SELECT title FROM bench.$table WHERE id = :id;
	EOF
	for who in $whom; do
		case $who in
		u100) set='100 categories' ;;
		one) set='1 %' ;;
		half) set='50 %' ;;
		admin) set=all ;;
		esac
		sides
		for side in default bare hand; do
			side $side bench_$side "$who" "$work/point.sql"
		done
		[ "$who" != one ] || side simple bench_simple one "$work/point.sql"
		for protocol in simple extended prepared; do
			compare $protocol median
			for policy in default bare; do
				row "point read of $what: $set visible, partitions: $partitions" $policy $protocol \
					"$(per_second $policy)" 'no row security' "$(per_second hand)" rate 0.95
				[ "$who" != one ] ||
					row "point read of $what: $set visible, partitions: $partitions" $policy $protocol \
						"$(per_second $policy)" 'the simplest policy' "$(per_second simple)" rate -
			done
		done
	done
done <<EOF
content 1 $rows u100 one half admin
parted 200 $((rows / 10)) u100 one half
entry 1 $rows one half
parted_entry 200 $((rows / 10)) one half
EOF
