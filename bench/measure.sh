# shellcheck shell=sh disable=SC2154	# part of run
# measure.sh - timing: every side of a comparison in turn, five times over
#
# A side is who runs which pgbench script: a role, a user and a file. Each
# round runs every side for a moment in a connection of its own, whose first
# transactions are not counted, and notes one figure. What counts is the median
# of a side's rounds.

ROUNDS=5
MOMENT=100000	# microseconds per side and round

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

# Settings of a connection that acts for the user, for authz and for the peers.
acting_for()
{
	[ -e "$work/token.$1" ] ||
		sql -c "SELECT token FROM bench.token WHERE user_id = '$1'" >"$work/token.$1"
	echo "-c jit=off -c bench.user_id=$1 -c authz.session=$(cat "$work/token.$1")"
}

# Puts the microseconds of each transaction into $work/times. Arguments: role,
# user, script, protocol, how many, further options of pgbench.
run_side()
{
	rm -f "$work"/log.*
	options=$(acting_for "$2")
	(
		export PGUSER="$1" PGOPTIONS="$options"
		script=$3 protocol=$4 transactions=$5
		shift 5
		exec pgbench -n -f "$script" -M "$protocol" -t "$transactions" -D rows="$rows" -D loaded=0 \
			-l --log-prefix="$work/log" "$@"
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
	tail -n +$(($(wc -l <"$work/times") / 10 + 2)) "$work/times" |
		case $1 in
		median) median ;;
		mean) awk '{ sum += $1 } END { print sum / NR }' ;;
		esac
}

# sides: forgets those of before; side NAME ROLE USER SCRIPT: adds one
sides()
{
	: >"$work/sides"
	rm -f "$work"/often.*
}

side()
{
	echo "$*" >>"$work/sides"
}

# What the script of a side answers, the numbers of changed rows included.
answer()
{
	while read -r name role user script; do
		[ "$name" != "$1" ] || PGUSER=$role PGOPTIONS=$(acting_for "$user") \
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

# How many transactions make a moment, by the figure of a few; no more than
# the case can do.
for_a_moment()
{
	figure median | awk -v moment="$MOMENT" -v most="$1" '{
		n = int(moment / $1)
		print (n < 2 ? 2 : n > most ? most : n)
	}'
}

# The protocols that a side is worth running in: how a statement gets to the
# server shows only where it does not take long there.
protocols()
{
	read -r name role user script <<-EOF
		$(grep "^$1 " "$work/sides")
	EOF
	run_side "$role" "$user" "$script" simple 2
	[ "$(tail -n 1 "$work/times")" -gt "$MOMENT" ] || echo simple extended
	echo prepared
}

# Runs all sides in turn. Arguments: protocol, what figure, how many transactions
# at most, options of pgbench.
compare()
{
	protocol=$1 statistic=$2 most=${3:-5000}
	shift $(($# < 3 ? $# : 3))
	rm -f "$work"/rounds.*
	while read -r name role user script; do
		[ ! -e "$work/often.$name" ] || continue
		run_side "$role" "$user" "$script" "$protocol" 3 "$@"
		for_a_moment "$most" >"$work/often.$name"
	done <"$work/sides"
	for _ in $(seq "$ROUNDS"); do
		while read -r name role user script; do
			run_side "$role" "$user" "$script" "$protocol" "$(cat "$work/often.$name")" "$@"
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
