# shellcheck shell=sh disable=SC2154	# part of run
# What a call of a check costs, beside an empty C function of the same
# signature; what is left when nothing is called is taken off both.

cc -O2 -fPIC -shared -I"$("$PG_CONFIG" --includedir-server)" -o "$work/empty.so" "$here/empty.c"
sql <<EOF
	CREATE TABLE bench.number AS SELECT 1 + n % $categories AS n FROM generate_series(1::bigint, 100000) AS n;
	ANALYZE bench.number;
	GRANT SELECT ON bench.number TO PUBLIC;
	CREATE FUNCTION bench.can_view(category_id bigint, permission text DEFAULT '', account_id int DEFAULT NULL)
		RETURNS bool LANGUAGE c STABLE PARALLEL SAFE AS '$work/empty', 'empty';
	CREATE FUNCTION bench.has_permission(permission text)
		RETURNS bool LANGUAGE c STABLE PARALLEL SAFE AS '$work/empty', 'empty';
EOF

# Arguments: function, argument. Ten calls for a row, so that reading it is not
# what is measured.
write_calls()
{
	call="$1($2)"
	echo "SELECT sum(num_nulls($call, $call, $call, $call, $call, $call, $call, $call, $call, $call))" \
		"FROM bench.number;" >"$work/call.sql"
	cat >"$work/loop.sql" <<-EOF
		DO \$\$
		DECLARE
			n bigint;
			found bool;
		BEGIN
			FOR i IN 1..10000 LOOP
				n := i;
				found := $1($2) IS NOT NULL;
			END LOOP;
		END
		\$\$;
	EOF
}

for function in has_permission can_view; do
	case $function in
	has_permission) argument="'content.view'" ;;
	can_view) argument=n ;;
	esac
	for where in call loop; do
		sides
		write_calls "authz_$function" "$argument"
		mv "$work/$where.sql" "$work/ours.sql"
		write_calls "bench.$function" "$argument"
		mv "$work/$where.sql" "$work/theirs.sql"
		write_calls '' "$argument"
		mv "$work/$where.sql" "$work/nothing.sql"
		for side in ours theirs nothing; do
			side $side bench_default half "$work/$side.sql"
		done
		compare simple median
		case $where in
		call) what="1,000,000 calls of authz_$function() in a query" ;;
		loop) what="10,000 calls of authz_$function() in PL/pgSQL" ;;
		esac
		row "$what" - simple "$(less ours nothing)" 'an empty C function' "$(less theirs nothing)" time 2
	done
done
