# A commit is visible before its messages are sent. Readers must not trust what
# they kept in between. A small library of the test holds up commits: between
# the two, or before both, or lets them fail at the last moment.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $source = <<'C';
#include "postgres.h"

#include <unistd.h>

#include "access/xact.h"
#include "fmgr.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

static char *point;
static char *directory;

static bool
exists(const char *name, bool make)
{
	char path[MAXPGPATH];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (make)
		fclose(fopen(path, "w"));
	return access(path, F_OK) == 0;
}

static void
hold(const char *where)
{
	if (strcmp(point, where) != 0)
		return;
	exists("reached", true);
	while (!exists("go", false))
		pg_usleep(10000);
}

static void
event(XactEvent which, void *arg)
{
	if (which == XACT_EVENT_PRE_COMMIT)
	{
		hold("before");
		hold("failing");
		if (strcmp(point, "failing") == 0)
		{
			strcpy(point, "");
			ereport(ERROR, (errcode(ERRCODE_IO_ERROR), errmsg("the commit fails")));
		}
	}
	if (which == XACT_EVENT_COMMIT)
		hold("between");
}

void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomStringVariable("holdup.point", "", NULL, &point, "", PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("holdup.directory", "", NULL, &directory, "", PGC_SUSET, 0, NULL, NULL, NULL);
	RegisterXactCallback(event, NULL);
}
C

sub pg_config
{
	my ($value) = run_command([ 'pg_config', shift ]);

	return $value;
}

my $directory = PostgreSQL::Test::Utils::tempdir();
my $library   = "$directory/holdup.so";
append_to_file("$directory/holdup.c", $source);
my $compile = join ' ', pg_config('--cc'), '-shared -fPIC', '-I' . pg_config('--includedir-server'),
  "-o $library $directory/holdup.c";
plan skip_all => 'no compiler for the library that holds up commits'
  if system("$compile >$directory/cc.log 2>&1") != 0 && system('cc --version >/dev/null 2>&1') != 0;
ok(-e $library, 'the library was built')
  or BAIL_OUT(slurp_file("$directory/cc.log"));

my $node = PostgreSQL::Test::Cluster->new('commit');
$node->init;
$node->append_conf(
	'postgresql.conf', q(
autovacuum = off
max_prepared_transactions = 2
));
$node->start;
World::create($node);

my $videos = q(SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'nothing') FROM video);
my $loads  = q(SELECT sessions_verified + subjects_loaded + shared_loaded + categories_loaded + rights_loaded
	+ permissions_loaded FROM authz_stats);

sub reader
{
	my ($name) = @_;
	my $reader = $node->background_psql('postgres');

	$reader->query_safe("SET ROLE reader; SET authz.session = '" . World::token($node, $name) . "'");
	$reader->query_safe($videos);
	return $reader;
}

# What the statement in front loads each time it runs.
sub loaded
{
	my ($reader, $statement) = @_;
	my $before = $reader->query_safe($loads);

	$reader->query_safe($statement) foreach (1 .. 3);
	return $reader->query_safe($loads) - $before;
}

# A connection whose commits are held up. The library is loaded before authz,
# which therefore has done its part when the library's turn comes.
sub writer
{
	my $writer = $node->background_psql('postgres', on_error_stop => 0);

	$writer->query_safe("LOAD '$library'; SET holdup.directory = '$directory'");
	return $writer;
}

sub start_commit
{
	my ($writer, $point) = @_;

	unlink "$directory/reached", "$directory/go";
	$writer->query_safe("SET holdup.point = '$point'");
	World::send_query($writer, 'COMMIT');
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if -e "$directory/reached";
		select undef, undef, undef, 0.1;
	}
	die 'the commit is not held up';
}

sub end_commit
{
	my ($writer) = @_;

	append_to_file("$directory/go", '');
	$writer->query('SELECT 1');
	$writer->query("SET holdup.point = ''");
	return;
}

my $ann = reader('ann');
my $bob = reader('bob');
my $old = reader('ann');
$old->query_safe("BEGIN ISOLATION LEVEL REPEATABLE READ; $videos");
is($ann->query_safe($videos), '1,3', 'Ann sees hers');
is($bob->query_safe($videos), '2',   'Bob sees his');
is(loaded($ann, $videos), 0, 'nothing is loaded twice');

my $writer = writer();
$writer->query_safe(q(
BEGIN;
SELECT authz_category_user_delete(1, 'ann');
SELECT authz_role_user_delete(1, 'staff');
SELECT authz_sessions_revoke(user_id => 'bob');
INSERT INTO video VALUES (11, 1, 'not for Ann'), (12, 2, 'not for Bob');));
start_commit($writer, 'between');
is($node->safe_psql('postgres', 'SELECT count(*) FROM video'), 7, 'the commit is visible and still held up');
is($ann->query_safe($videos), '3', 'Ann has lost a membership');
is($ann->query_safe(q(SELECT authz_has_permission('video.view'))), 'f', 'and a role');
is($bob->query_safe($videos), 'nothing', 'Bob has lost his session');
is($old->query_safe($videos), '3', 'an older snapshot hides what is withdrawn');
is($node->safe_psql('postgres', q(SELECT seen('ann'), seen('bob'))), '3|nothing', 'a new connection obeys');
ok(loaded($ann, $videos) > 0, 'nothing that concerns Ann is kept meanwhile');
end_commit($writer);
is($ann->query_safe($videos), '3', 'the same when the commit has ended');
is($bob->query_safe($videos), 'nothing', 'for Bob, too');
is(loaded($ann, $videos), 0, 'from then on nothing is loaded twice');
$old->query_safe('COMMIT');
is($old->query_safe($videos), '3', 'the older transaction has ended');

# What is given counts with the rows that come with it, not with those before.
$writer->query_safe(q(
UPDATE video SET title = 'old secret' WHERE id = 5;
BEGIN;
UPDATE video SET title = 'declassified' WHERE id = 5;
SELECT authz_category_user_add(5, 'ann');));
$old->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
start_commit($writer, 'between');
is($ann->query_safe(q(SELECT title FROM video WHERE id = 5)), 'declassified', 'a new right with new rows');
is($old->query_safe(q(SELECT title FROM video WHERE id = 5)), '', 'but not with older ones');
end_commit($writer);
is($old->query_safe(q(SELECT title FROM video WHERE id = 5)), '', 'nor when the commit has ended');
$old->query_safe('COMMIT');

# A commit that fails after it was announced.
is($ann->query_safe($videos), '3,5', 'Ann sees what she was given');
$writer->query_safe(q(BEGIN; SELECT authz_category_user_delete(5, 'ann')));
start_commit($writer, 'failing');
is($ann->query_safe($videos), '3,5', 'a commit that is announced has not happened');
ok(loaded($ann, $videos) > 0, 'nothing that concerns Ann is kept meanwhile');
end_commit($writer);
like($writer->{stderr}, qr/the commit fails/, 'the commit has failed');
is($ann->query_safe($videos), '3,5', 'nothing has changed');
is(loaded($ann, $videos), 0, 'from then on nothing is loaded twice');
$writer->quit;

# Commits in two phases.
$writer = $node->background_psql('postgres');
$writer->query_safe(q(
CREATE FUNCTION can(name text, id bigint) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', value, true) FROM token t WHERE t.name = can.name;
	RETURN authz_can_view(id);
END $$;
BEGIN;
SELECT authz_category_user_delete(5, 'ann');));
is($writer->query_safe(q(SELECT can('ann', 5); SELECT set_config('authz.session', '', true) = '')), "f\nt", 'its own change counts');
$writer->query_safe(q(PREPARE TRANSACTION 'two'));
is($writer->query_safe(q(SELECT can('ann', 5))), 't', 'and no more once it is prepared');
is($ann->query_safe($videos), '3,5', 'nor for others');
$node->safe_psql('postgres', q(ROLLBACK PREPARED 'two'));
is($ann->query_safe($videos), '3,5', 'rolled back, it never was');
# A session that a transaction starts is somebody's in it, and once it is committed.
foreach my $end (q(PREPARE TRANSACTION 'session'), 'ROLLBACK')
{
	my $starter = $node->background_psql('postgres');

	$starter->query_safe(q(BEGIN; SELECT session_token AS t FROM secret, authz_start_secret_session(1, value, 'ann') \gset));
	$starter->query_safe(q(SET authz.session = :'t'));
	is($starter->query_safe('SELECT authz_current_user_id(), authz_visible_categories()'),
		'ann|{3,5}', 'a session of the open transaction');
	$starter->query_safe($end);
	$starter->query_safe(q(SET authz.session = :'t'));
	is($starter->query_safe('SELECT authz_current_user_id(), authz_visible_categories()'), '|{}', "nobody's after $end");
	$node->safe_psql('postgres', q(COMMIT PREPARED 'session')) if $end =~ /^PREPARE/;
	is($starter->query_safe('SELECT authz_current_user_id(), authz_visible_categories()'),
		$end =~ /^PREPARE/ ? 'ann|{3,5}' : '|{}', 'in force only if that is committed');
	$starter->quit;
}

$writer->query_safe(q(BEGIN; SELECT authz_category_user_delete(5, 'ann'); PREPARE TRANSACTION 'two'));
$node->restart;
$ann = reader('ann');
is($ann->query_safe($videos), '3,5', 'prepared, it is not there after a restart either');
$ann->query_safe('BEGIN');
is($ann->query_safe($videos), '3,5', 'in an open transaction');
$node->safe_psql('postgres', q(COMMIT PREPARED 'two'));
is($ann->query_safe($videos), '3', 'committed, it is obeyed by the next statement');
is(loaded($ann, $videos), 0, 'and nothing is loaded twice');

$_->quit foreach ($ann, $old, $bob);
$node->stop;
done_testing();
