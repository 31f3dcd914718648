# shellcheck shell=sh disable=SC2154	# part of run
# The six public cases, each as first written, as its authors' advice improves
# it, and as authz has it.

sql -v categories="$categories" -f "$here/data/public.sql"
sql -c 'VACUUM ANALYZE'

number=0
while IFS='|' read -r who what before after ours; do
	number=$((number + 1))
	sql <<-EOF
		CREATE ROLE bench_before_$number LOGIN;
		CREATE ROLE bench_after_$number LOGIN;
		CREATE ROLE bench_ours_$number LOGIN;
		CREATE POLICY before_$number ON bench.public TO bench_before_$number USING ($before);
		CREATE POLICY after_$number ON bench.public TO bench_after_$number USING ($after);
		CREATE POLICY ours_$number ON bench.public TO bench_ours_$number USING ($ours);
	EOF
	echo "$number|$who|$what" >>"$work/public"
done <<'EOF'
u5|uid() = user_id|bench.current_user_id() = user_id|(SELECT bench.current_user_id()) = user_id|authz_is_owner(user_id)
admin|is_admin()|bench.is_admin()|(SELECT bench.is_admin())|authz_can_view(area_id)
u5|is_admin() OR uid() = user_id|bench.is_admin() OR bench.current_user_id() = user_id|(SELECT bench.is_admin()) OR (SELECT bench.current_user_id()) = user_id|authz_can_view(area_id) OR authz_is_owner(user_id)
u5|has_role() = role|bench.has_role() = role|(SELECT bench.has_role()) = role|authz_can_view(role_id)
u5|team_id = ANY (user_teams())|team_id = ANY (bench.user_team_ids())|team_id = ANY (ARRAY(SELECT bench.user_teams()))|authz_can_view(team_id)
u5|uid() IN (join)|bench.current_user_id() IN (SELECT t.user_id FROM bench.public_team t WHERE t.team_id = public.team_id)|team_id IN (SELECT t.team_id FROM bench.public_team t WHERE t.user_id = (SELECT bench.current_user_id()))|authz_can_view(team_id)
EOF

echo 'SELECT count(*) FROM bench.public;' >"$work/count.sql"
while IFS='|' read -r number who what; do
	sides
	for side in ours after before; do
		side $side "bench_${side}_$number" "$who" "$work/count.sql"
	done
	must_agree before ours
	must_agree after ours

	# As first written it mostly takes too long to be the best form: then once will do.
	run_side "bench_before_$number" "$who" "$work/count.sql" "$PGDATABASE" prepared 2
	once=$(tail -n 1 "$work/times" | awk '{ print $1 / 1000 }')
	[ "$(tail -n 1 "$work/times")" -le "$MOMENT" ] || sed -i '/^before /d' "$work/sides"
	compare prepared median

	ours=$(milliseconds ours)
	before=$once
	[ ! -e "$work/rounds.before" ] || before=$(milliseconds before)
	best=$(printf '%s after\n%s before\n' "$(milliseconds after)" "$before" | sort -g | head -n 1)
	row "public case $number: $what" bare prepared "$ours" 'as first written' "$before" time -
	row "public case $number: $what" bare prepared "$ours" "the best form: ${best#* } advice" "${best% *}" time 1.05
done <"$work/public"
