# shellcheck shell=sh disable=SC2154	# part of run
# Users by CSV, from a table of lines and from a text, beside COPY of the same users
# into the table behind, whose triggers it fires as well; all are rolled back. And
# the memory that a long import takes, beside that of one a tenth as long.

case $size in
small) long=200000 ;;
large) long=1000000 ;;
esac
lines=100000
sql <<EOF
	CREATE TABLE bench.line (line text);
	INSERT INTO bench.line
	SELECT CASE n WHEN 0 THEN '*action,userId,firstName,lastName,email'
		ELSE format('1,import%s,First %s,Last %s,import%s@example.org', n, n, n, n) END
	FROM generate_series(0, $long) n;
	CREATE VIEW bench.some_lines AS SELECT line FROM bench.line LIMIT $lines + 1;
	CREATE VIEW bench.few_lines AS SELECT line FROM bench.line LIMIT $long / 10 + 1;
	CREATE TABLE bench.whole AS SELECT string_agg(line, chr(10)) AS csv FROM bench.some_lines;
	COPY (SELECT 1, 'import' || n, 'First ' || n, 'Last ' || n, format('import%s@example.org', n) FROM generate_series(1, $lines) n)
		TO '$work/users';
	ANALYZE;
EOF

cat >"$work/copied.sql" <<EOF
BEGIN;
COPY authz.principal (account_id, user_id, first_name, last_name, email) FROM '$work/users';
ROLLBACK;
EOF
for side in table text; do
	case $side in
	table) import="authz_user_import_table('bench.some_lines')" ;;
	text) import='bench.whole, authz_user_import(csv)' ;;
	esac
	cat >"$work/$side.sql" <<-EOF
		BEGIN;
		SET LOCAL authz.session = '';
		SELECT 1 / (count(*) = $lines AND count(error) = 0)::int FROM $import;
		ROLLBACK;
	EOF
done

rm -f "$work"/rounds.*
for _ in $(seq "$ROUNDS"); do
	for side in copied table text; do
		run_side "$PGUSER" widget "$work/$side.sql" "$PGDATABASE" simple 1 -D pinned=1
		cat "$work/times" >>"$work/rounds.$side"
		sql -c 'VACUUM authz.principal' -c 'VACUUM authz.audit_event'
	done
done
for side in table text; do
	row "$lines users imported from a $side" - - "$(per_second $side "$lines")" \
		'COPY of them' "$(per_second copied "$lines")" rate 0.2
done

# The most memory of its own, in MB, of a connection that imports what a relation has.
memory_of()
{
	PGAPPNAME=importer sql -c "BEGIN; SELECT count(error) FROM authz_user_import_table('$1'); ROLLBACK" >/dev/null &
	while kill -0 $! 2>/dev/null; do
		pid=$(sql -c "SELECT pid FROM pg_stat_activity WHERE application_name = 'importer'")
		[ -z "$pid" ] || sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" 2>/dev/null || :
		sleep 0.1
	done | sort -n | awk '{ most = $1 } END { print most / 1024 }'
}

row "MB that an import of $long users takes" - - "$(memory_of bench.line)" \
	"one of $((long / 10))" "$(memory_of bench.few_lines)" stated -
