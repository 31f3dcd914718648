# shellcheck shell=sh disable=SC2154	# part of run
# Point read by primary key, planning included; whom the set belongs to and how
# many partitions there are should not matter.

for table in content parted; do
	case $table in
	content) last=':rows' partitions=1 whom='one half admin' ;;
	parted) last=':rows / 10' partitions=200 whom='one half' ;;
	esac
	cat >"$work/point.sql" <<-EOF
		\set id random(1, $last)
		SELECT title FROM bench.$table WHERE id = :id;
	EOF
	for who in $whom; do
		case $who in
		one) set='1 %' ;;
		half) set='50 %' ;;
		admin) set=all ;;
		esac
		sides
		for side in default bare hand; do
			side $side bench_$side "$who" "$work/point.sql"
		done
		for protocol in simple extended prepared; do
			compare $protocol mean
			for policy in default bare; do
				row "point read: $set visible, partitions: $partitions" $policy $protocol \
					"$(per_second $policy)" 'no row security' "$(per_second hand)" rate 0.95
			done
		done
	done
done
