# shellcheck shell=sh disable=SC2154	# part of run
# Starting a session by app token, beside a transaction that inserts one row
# with two indexes.

sql -c 'CREATE TABLE bench.visit (id text PRIMARY KEY, who text, at timestamptz DEFAULT now())' \
	-c 'CREATE INDEX ON bench.visit (who)' -c 'GRANT ALL ON bench.visit TO PUBLIC'
hash=$(sql -c "SELECT encode(sha256(convert_to(token || 'bench-7', 'UTF8')), 'hex')
		FROM bench.token WHERE n = 0")
echo "SELECT session_token FROM authz_start_session('app-7', '$hash');" >"$work/start.sql"
echo "INSERT INTO bench.visit (id, who) VALUES (gen_random_uuid()::text, 'u7');" >"$work/insert.sql"
sides
side start bench_default widget "$work/start.sql"
side insert bench_hand widget "$work/insert.sql"
for protocol in simple prepared; do
	compare $protocol mean
	row 'start of a session by app token' - $protocol \
		"$(per_second start)" 'INSERT of one row' "$(per_second insert)" rate 0.5
done
