# What protects content is dumped and restored with it: policies, triggers and
# what they were made with, for tables of every form.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
World::create($node);
$node->safe_psql(
	'postgres', q(
SET client_min_messages = error;
CREATE ROLE author;
CREATE SCHEMA "Other ""schema""";
GRANT USAGE ON SCHEMA "Other ""schema""" TO reader, author;
CREATE TABLE film (id int PRIMARY KEY, category_id int, owner text);
CREATE TABLE clip (id int PRIMARY KEY, categories bigint[], owner text, editors text[], publishers text[], viewers varchar(20)[]) PARTITION BY RANGE (id);
CREATE TABLE clip_1 PARTITION OF clip FOR VALUES FROM (0) TO (3);
CREATE TABLE clip_2 PARTITION OF clip DEFAULT;
CREATE TABLE work (id int, category_id smallint);
CREATE TABLE piece () INHERITS (work);
CREATE TABLE shared (id uuid, account int, categories int[]);
CREATE TABLE "Other ""schema"""."do'c; --" ("the ""key""" text PRIMARY KEY, "cat's" int[], "OWNER" text, "ed; itors" text[]);
INSERT INTO film SELECT n, n FROM generate_series(1, 5) n;
INSERT INTO clip SELECT n, ARRAY[n, 5], NULL, NULL, NULL, CASE n WHEN 4 THEN '{ann}'::text[] END FROM generate_series(1, 5) n;
INSERT INTO work SELECT n, n FROM generate_series(1, 3) n;
INSERT INTO piece SELECT n, n FROM generate_series(4, 5) n;
INSERT INTO shared SELECT gen_random_uuid(), n, ARRAY[1, 2] FROM generate_series(1, 2) n;
INSERT INTO "Other ""schema"""."do'c; --" VALUES ('a', '{1}', NULL, NULL), ('b', '{5}', 'bob', '{ann}'), ('c', '{5}', 'bob', NULL);
DO $$
DECLARE
	t regclass;
BEGIN
	FOREACH t IN ARRAY ARRAY['film', 'clip', 'clip_1', 'clip_2', 'work', 'piece', 'shared', '"Other ""schema"""."do''c; --"']::regclass[] LOOP
		EXECUTE format('ALTER TABLE %s OWNER TO author; GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO reader', t, t);
	END LOOP;
END $$;
SELECT authz_protect('film', 'category_id', 'owner', 'video', 'users', force => false),
	authz_protect('clip', 'categories', 'owner', editors_column => 'editors', publishers_column => 'publishers', viewers_column => 'viewers'),
	authz_protect('work', 'category_id', uncategorized => 'everyone', key_column => 'id'), authz_protect('shared', 'categories', account_column => 'account'),
	authz_protect('"Other ""schema"""."do''c; --"', 'cat''s', 'OWNER', editors_column => 'ed; itors');
));

# All that protects, as it reads back from the catalogs.
my $protection = q(
SELECT c.oid::regclass, c.relrowsecurity, c.relforcerowsecurity, p.polname, p.polcmd, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid), obj_description(p.oid, 'pg_policy')
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ORDER BY c.oid::regclass::text, p.polname;
SELECT tgrelid::regclass, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgfoid::regproc::text LIKE 'authz\_%' ORDER BY tgrelid::regclass::text, tgname;
SELECT * FROM authz_protected_tables ORDER BY content::text;
SELECT severity, object, finding FROM authz_check_setup() WHERE finding NOT LIKE '%has no index' ORDER BY 1, 2, 3);

# What Ann sees of each, and what becomes of her changes.
sub answers
{
	my ($database) = @_;
	my $token = World::token($node, 'ann');

	return join "\n", map {
		my ($ret, $stdout, $stderr) = $node->psql($database, "\\set VERBOSITY sqlstate\nSET authz.session = '$token'; SET ROLE reader; $_");
		"$_: $stdout $stderr" =~ s/psql:\S+ //r
	} (
		'SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM film',
		'SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM clip',
		'SELECT string_agg(id::text, $$,$$ ORDER BY id) FROM work',
		'SELECT count(*) FROM shared',
		q(SELECT string_agg("the ""key""", ',' ORDER BY 1) FROM "Other ""schema"""."do'c; --"),
		'BEGIN; INSERT INTO clip (id) VALUES (9) RETURNING owner; UPDATE clip SET id = 1, categories = $${5}$$ WHERE id = 9; ROLLBACK',
		q(BEGIN; UPDATE "Other ""schema"""."do'c; --" SET "cat's" = '{5,5}' RETURNING "the ""key"""; ROLLBACK),
		q(UPDATE "Other ""schema"""."do'c; --" SET "ed; itors" = '{bob}'));
}

my $before = $node->safe_psql('postgres', $protection);
my $answers = answers('postgres');
like($answers, qr/FROM film: 1,3/, 'Ann sees what is in her categories');
like($answers, qr/FROM clip: 1,3,4/, 'and what she is named to view');

for my $format ('plain', 'custom')
{
	my $file = $node->backup_dir . ".$format";

	$node->command_ok(
		['pg_dump', '--format', $format, '-f', $file, '-d', $node->connstr('postgres')],
		"dumped: $format");
	$node->safe_psql('postgres', "CREATE DATABASE $format");
	$node->command_ok(
		$format eq 'plain'
		? ['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr($format)]
		: ['pg_restore', '--exit-on-error', '-d', $node->connstr($format), $file],
		"restored: $format");
	is($node->safe_psql($format, $protection), $before,  "the protection is the same: $format");
	is(answers($format),                       $answers, "and so are the answers: $format");
}

# Whom row security binds dumps nothing that is hidden, and is told so.
$node->safe_psql('postgres', 'CREATE ROLE dumper LOGIN; GRANT pg_read_all_data TO dumper');
$node->command_fails_like(
	['pg_dump', '-t', 'shared', '-U', 'dumper', '-d', $node->connstr('postgres')],
	qr/query would be affected by row-level security policy/,
	'a bound role dumps nothing');
$node->stop;
done_testing();
