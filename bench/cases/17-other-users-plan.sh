# shellcheck shell=sh disable=SC2154	# part of run
# A statement prepared under one kind of user and executed under another: from
# its second execution on, beside one that was prepared under the same.

# Arguments: who prepares, who executes.
write_prepared()
{
	acting_for "$1" >/dev/null
	acting_for "$2" >/dev/null
	cat <<-EOF
		\if :loaded = 0
		SELECT set_config('authz.session', '$(cat "$work/token.$1")', false);
		PREPARE counted AS SELECT count(*) FROM bench.content;
		EXECUTE counted;
		EXECUTE counted;
		SELECT set_config('authz.session', '$(cat "$work/token.$2")', false);
		EXECUTE counted;
		\set loaded 1
		\endif
		EXECUTE counted;
	EOF
}

while read -r first second policies; do
	write_prepared "$first" "$second" >"$work/other.sql"
	write_prepared "$second" "$second" >"$work/own.sql"
	for policy in $policies; do
		sides
		side other "bench_$policy" "$second" "$work/other.sql"
		side own "bench_$policy" "$second" "$work/own.sql"
		compare simple median
		row "count prepared as $first and executed as $second" "$policy" prepared \
			"$(milliseconds other)" "prepared as $second" "$(milliseconds own)" time 2
	done
done <<'EOF'
half one default bare
one half default
widget one default
admin one default bare
EOF
