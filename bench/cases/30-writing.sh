# shellcheck shell=sh disable=SC2154	# part of run
# INSERT and UPDATE of one row and of a thousand, by somebody who may, beside the
# same without row security.

# Argument: table.
write_writing()
{
	cat >"$work/insert-1-$1.sql" <<-EOF
		\set c random(1, $inhabited / 2)
		INSERT INTO bench.$1 (category_id, owner, title) VALUES (2 * :c - 1, 'half', 'new');
	EOF
	cat >"$work/insert-1000-$1.sql" <<-EOF
		\set c random(1, $inhabited / 2)
		INSERT INTO bench.$1 (category_id, owner, title)
		SELECT 2 * :c - 1, 'half', 'new' FROM generate_series(1, 1000);
	EOF
	cat >"$work/update-1-$1.sql" <<-EOF
		\set n random(1, $rows / 20)
		UPDATE bench.$1 SET size = size + 1 WHERE id = :n;
	EOF
	cat >"$work/update-1000-$1.sql" <<-EOF
		\set n random(1, $rows / 20 - 1000)
		UPDATE bench.$1 SET size = size + 1 WHERE id BETWEEN :n AND :n + 999;
	EOF
}

write_writing work
write_writing open_work
for statement in insert update; do
	for count in 1 1000; do
		case $statement-$count in
		insert-1) what='INSERT of one row' ;;
		insert-1000) what='INSERT of 1,000 rows' ;;
		update-1) what='UPDATE of one row' ;;
		update-1000) what='UPDATE of 1,000 rows' ;;
		esac
		sides
		side work bench_default half "$work/$statement-$count-work.sql"
		side open bench_default half "$work/$statement-$count-open_work.sql"
		for protocol in simple extended prepared; do
			compare $protocol mean
			row "$what" default $protocol "$(per_second work)" 'no row security' "$(per_second open)" rate 0.95
		done
	done
done
