# shellcheck shell=sh disable=SC2154	# part of run
# Loading what a user is a member of: the many of one less the hundred of
# another, beside the arrays of the same rows; and what it takes in memory.

for who in half u100; do
	cat >"$work/ours-$who.sql" <<-EOF
		UPDATE authz.principal SET updated_at = now() WHERE account_id = 1 AND lower(user_id) = '$who' AND reused_at IS NULL;
		SELECT authz_can_view(1);
	EOF
	cat >"$work/theirs-$who.sql" <<-EOF
		SELECT cardinality(array_agg(u.category_id))
		FROM authz.category_user u
		JOIN authz.principal p USING (principal_id)
		WHERE p.account_id = 1 AND lower(p.user_id) = '$who' AND p.reused_at IS NULL;
	EOF
done
sides
for who in half u100; do
	side ours-$who "$PGUSER" $who "$work/ours-$who.sql"
	side theirs-$who "$PGUSER" $who "$work/theirs-$who.sql"
done
compare prepared median

many=$((inhabited / 2))
row "set of $many categories loaded" - prepared "$(less ours-half ours-u100)" \
	'array_agg() of the rows' "$(less theirs-half theirs-u100)" time 3

row "set of $many categories in memory" - - "$(bytes_of half "$many" u100)" each 16 bytes 1
