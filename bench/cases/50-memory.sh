# shellcheck shell=sh disable=SC2154	# part of run
# What a connection that serves many users keeps of them: all its memory after a
# hundred and one less that after the first, and the same in 500 connections.

sql -c 'GRANT pg_read_all_stats TO bench_default'
kept=$(PGUSER=bench_default sql <<'EOF'
	\o /dev/null
	PREPARE serve AS
		SELECT statement
		FROM (SELECT n, token FROM bench.token WHERE user_id LIKE 'u%' ORDER BY n OFFSET $1 LIMIT $2) AS t,
			LATERAL (VALUES (1, format('SELECT set_config(%L, %L, false)', 'authz.session', token)),
				(2, 'SELECT title FROM bench.content WHERE id = 1')) AS s (step, statement)
		ORDER BY n, step;
	EXECUTE serve (0, 1) \gexec
	SELECT sum(total_bytes) AS bytes FROM pg_backend_memory_contexts \gset before_
	EXECUTE serve (1, 100) \gexec
	SELECT sum(total_bytes) AS bytes FROM pg_backend_memory_contexts \gset after_
	\o
	SELECT round((:after_bytes - :before_bytes) / 1048576.0, 3);
EOF
)
row 'MB kept for 100 recent users of 100 categories each' default - "$kept" \
	'in 500 connections' "$(echo "$kept" | awk '{ print $1 * 500 }')" stated -
