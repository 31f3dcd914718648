# shellcheck shell=sh disable=SC2154	# part of run
# measure.sh - timing: every side of a comparison in turn, five times over
#
# A side is who runs which pgbench script: a role, a user, a file, and a
# database where it is not the usual one. Each round runs every side for a
# moment in a connection of its own, whose first transactions are not counted,
# and notes one figure. What counts is the median of a side's rounds.
#
# Client and server share one processor. What a statement costs is then what is
# measured; on two, most of a short one is the waking of each other, which takes
# as long as it pleases.

ROUNDS=5
MOMENT=60000	# microseconds per side and round

cpu=$(sed -n 's/^Cpus_allowed_list:.*[^0-9]\([0-9][0-9]*\)$/\1/p' /proc/self/status)
cat >"$work/pin.sql" <<EOF
\\if :pinned = 0
SELECT pg_backend_pid() AS pid \\gset
\\shell taskset -cp $cpu :pid >/dev/null
\\set pinned 1
\\endif
EOF

say()
{
	printf 'bench: %s\n' "$*" >&2
}

sql()
{
	psql -qAtX -v ON_ERROR_STOP=1 "$@"
}

# The median of the numbers read.
median()
{
	sort -g | awk '{ n[NR] = $1 } END { print (n[int((NR + 1) / 2)] + n[int(NR / 2) + 1]) / 2 }'
}

# Settings of a connection that acts for the user, for authz and for the peers;
# patience is how many seconds a statement is waited for.
acting_for()
{
	[ -e "$work/token.$1" ] ||
		sql -c "SELECT token FROM bench.token WHERE user_id = '$1'" >"$work/token.$1"
	echo "-c jit=off -c bench.user_id=$1 -c statement_timeout=${patience:-0}s -c authz.session=$(cat "$work/token.$1")"
}

# Puts the microseconds of each transaction into $work/times. Arguments: role,
# user, script, database, protocol, how many, further options of pgbench.
run_side()
{
	rm -f "$work"/log.*
	options=$(acting_for "$2")
	cat "$work/pin.sql" "$3" >"$work/run.sql"
	(
		export PGUSER="$1" PGOPTIONS="$options" PGDATABASE="$4"
		protocol=$5 transactions=$6
		shift 6
		exec taskset -c "$cpu" pgbench -n -f "$work/run.sql" -M "$protocol" -t "$transactions" \
			-D rows="$rows" -D loaded=0 -D pinned=0 -l --log-prefix="$work/log" "$@"
	) >"$work/pgbench.out" 2>&1 </dev/null || {
		cat "$work/pgbench.out" >&2
		exit 1
	}
	cat "$work"/log.* | awk '{ print $3 }' >"$work/times"
}

# One figure of a run without its first tenth: the median, or the mean where
# transactions differ and what counts is how many there are in a second.
figure()
{
	lines=$(wc -l <"$work/times")
	tail -n +$((lines == 1 ? 1 : lines / 10 + 2)) "$work/times" |
		case $1 in
		median) median ;;
		mean) awk '{ sum += $1 } END { print sum / NR }' ;;
		esac
}

# sides: forgets those of before; side NAME ROLE USER SCRIPT [DATABASE]: adds one
sides()
{
	: >"$work/sides"
	rm -f "$work"/often.*
}

side()
{
	echo "$1 $2 $3 $4 ${5:-$PGDATABASE}" >>"$work/sides"
}

# What the script of a side answers, the numbers of changed rows included.
answer()
{
	while read -r name role user script database; do
		[ "$name" != "$1" ] || PGUSER=$role PGDATABASE=$database PGOPTIONS=$(acting_for "$user") \
			psql -AtX -v ON_ERROR_STOP=1 -f "$script" </dev/null || exit
	done <"$work/sides"
}

# What is faster and wrong is no result.
must_agree()
{
	answer "$1" >"$work/answer"
	answer "$2" | cmp -s - "$work/answer" || {
		say "$1 and $2 do not have the same answer"
		exit 1
	}
}

# How many transactions make a moment, by the last of a few; no more than the
# case can do. What takes ten moments is not done twice.
for_a_moment()
{
	tail -n 1 "$work/times" | awk -v moment="$MOMENT" -v most="$1" '{
		n = int(moment / ($1 + 1))
		least = $1 > 10 * moment ? 1 : 2
		print (n < least ? least : n > most ? most : n)
	}'
}

# The protocols that a side is worth running in: how a statement gets to the
# server shows only where it does not take long there, and not beyond 5 ms.
protocols()
{
	read -r name role user script database <<-EOF
		$(grep "^$1 " "$work/sides")
	EOF
	run_side "$role" "$user" "$script" "$database" simple 2
	[ "$(tail -n 1 "$work/times")" -gt 5000 ] || echo simple extended
	echo prepared
}

# Runs all sides in turn. Arguments: protocol, what figure, how many transactions
# at most, options of pgbench.
compare()
{
	protocol=$1 statistic=$2 most=${3:-5000}
	shift $(($# < 3 ? $# : 3))
	rm -f "$work"/rounds.*
	while read -r name role user script database; do
		[ ! -e "$work/often.$name" ] || continue
		run_side "$role" "$user" "$script" "$database" "$protocol" 1 "$@"
		[ "$(tail -n 1 "$work/times")" -gt 1000000 ] ||
			run_side "$role" "$user" "$script" "$database" "$protocol" 3 "$@"
		for_a_moment "$most" >"$work/often.$name"
	done <"$work/sides"
	for _ in $(seq "$ROUNDS"); do
		while read -r name role user script database; do
			run_side "$role" "$user" "$script" "$database" "$protocol" "$(cat "$work/often.$name")" "$@"
			figure "$statistic" >>"$work/rounds.$name"
		done <"$work/sides"
	done
}

# What a side came to: milliseconds, or transactions in a second.
milliseconds()
{
	median <"$work/rounds.$1" | awk '{ print $1 / 1000 }'
}

per_second()
{
	median <"$work/rounds.$1" | awk -v each="${2:-1}" '{ print each * 1000000 / $1 }'
}

# What a side took more than another.
less()
{
	echo "$(milliseconds "$1") $(milliseconds "$2")" | awk '{ print $1 - $2 }'
}

# What each of a user's categories takes in memory, beyond what is kept for
# everybody. Arguments: user, how many, one who has few, database.
bytes_of()
{
	for who in "$1" "$3"; do
		PGDATABASE=${4:-$PGDATABASE} PGOPTIONS=$(acting_for "$who") \
			sql -c 'SELECT authz_can_view(1)' -c 'SELECT bytes_kept FROM authz_stats' | tail -n 1
	done | tr '\n' ' ' | awk -v n="$2" '{ print ($1 > $2 ? $1 - $2 : 0) / n }'
}
