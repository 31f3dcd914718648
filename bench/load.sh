# shellcheck shell=sh disable=SC2154	# part of run
# load.sh - the data: what most cases share, and databases for those about growth
#
# Each step is in a connection of its own, as in life: plans that were made for
# empty tables are nobody's measure.

# Arguments: steps in data/, by name.
load_steps()
{
	for step in "$@"; do
		PGOPTIONS="$PGOPTIONS -c maintenance_work_mem=1GB" sql -v rows="$rows" -v users="$users" \
			-v categories="$categories" -v inhabited="$inhabited" -v flat="$flat" -v sizes="$sizes" \
			-v members="$members" -f "$here/data/$step.sql"
		sql -c 'VACUUM ANALYZE'
	done
}

load()
{
	say "loading $rows rows"
	sql -c 'CREATE EXTENSION authz CASCADE'
	load_steps account content entries documents peers sessions
	sql -c CHECKPOINT
}

# The first number, ten times as many and so on, up to the second.
growing()
{
	awk -v n="$1" -v last="$2" 'BEGIN {
		for (; n < last; n *= 10)
			printf "%d ", n
		print last
	}'
}

# A database of its own. Arguments: name, steps.
make_database()
{
	createdb "$1"
	(
		export PGDATABASE="$1"
		shift
		sql -c 'CREATE EXTENSION authz CASCADE'
		load_steps "$@"
	)
}

# Has the tokens of the few users of such a database at hand.
use_tokens()
{
	PGDATABASE=$1 sql -F ' ' -c 'SELECT user_id, token FROM bench.token' | while read -r user token; do
		echo "$token" >"$work/token.$user"
	done
}

# The database bench_tree, at first without trees.
flat_database()
{
	tree_sizes=$(growing 1000 "$subtree")
	[ ! -e "$work/flat" ] || return 0
	say "loading $subtree categories"
	flat=$subtree
	sizes=$tree_sizes
	make_database bench_tree base direct sessions
	: >"$work/flat"
}

# The same with trees, and with rows in the other categories.
tree_database()
{
	flat_database
	[ ! -e "$work/tree" ] || return 0
	sizes=$tree_sizes
	PGDATABASE=bench_tree load_steps tree
	sizes=100000
	PGDATABASE=bench_tree load_steps rows
	: >"$work/tree"
}
