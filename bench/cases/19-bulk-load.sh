# shellcheck shell=sh disable=SC2154	# part of run
# COPY of memberships with and without the triggers that tell of them. What was
# loaded is taken away again between the rounds.

case $size in
small) each=4 ;;
large) each=200 ;;
esac
sql -c "COPY (
		SELECT 1, c, p.principal_id, 'member'
		FROM authz.principal p, generate_series($inhabited + 1, $inhabited + $each) AS c
		WHERE p.user_id LIKE 'u%'
	) TO '$work/members'"
lines=$(wc -l <"$work/members")

# Arguments: what the trigger is.
write_copy()
{
	cat <<-EOF
		BEGIN;
		ALTER TABLE authz.category_user $1 TRIGGER announce_change;
		COPY authz.category_user (account_id, category_id, principal_id, level) FROM '$work/members';
		COMMIT;
	EOF
}

write_copy 'ENABLE ALWAYS' >"$work/told.sql"
write_copy DISABLE >"$work/untold.sql"
rm -f "$work"/rounds.*
for _ in $(seq "$ROUNDS"); do
	for side in untold told; do
		run_side "$PGUSER" widget "$work/$side.sql" "$PGDATABASE" simple 1 -D pinned=1
		cat "$work/times" >>"$work/rounds.$side"
		sql -c "DELETE FROM authz.category_user u USING authz.principal p
				WHERE u.category_id > $inhabited AND p.principal_id = u.principal_id AND p.user_id LIKE 'u%'" \
			-c 'VACUUM authz.category_user'
	done
done
row "$lines memberships loaded by COPY" - - "$(per_second told "$lines")" \
	'without the triggers' "$(per_second untold "$lines")" rate 0.5
