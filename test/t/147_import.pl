# An import is seen by others while it runs; one that is cancelled or killed leaves
# nothing; and however long it is, it takes no more memory.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('import');
$node->init;
$node->append_conf(
	'postgresql.conf', q(
restart_after_crash = on
shared_buffers = 16MB
work_mem = 4MB
));
$node->start;

# A table of lines, and a view of them that stops at a gate after 2500.
$node->safe_psql('postgres', q(
SET client_min_messages = error;
CREATE EXTENSION authz CASCADE;
CREATE ROLE other LOGIN;
CREATE ROLE monitor LOGIN IN ROLE pg_read_all_stats;
SELECT authz_account_add('test', 1), authz_account_add('another', 2);
CREATE FUNCTION gate() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN 'gate'; END $$;
CREATE VIEW gated AS
	SELECT '*userId,firstName,lastName,email' AS line
	UNION ALL SELECT CASE n WHEN 2500 THEN gate() WHEN 700 THEN 'x' ELSE format('user%s,First %s,Last %s,user%s@example.org', n, n, n, n) END FROM generate_series(1, 5000) n;
CREATE TABLE token (account_id int, value text);
GRANT SELECT ON gated, token TO other;
DO $$ BEGIN
	FOR account IN 1..2 LOOP
		PERFORM set_config('authz.account', account::text, true);
		PERFORM authz_user_add('boss'), authz_apptoken_add(id => 'boss' || account, token => 'sesame', session_user_id => 'boss', session_type => 'admin');
	END LOOP;
END $$;
CREATE FUNCTION proof(widget text) RETURNS text LANGUAGE sql AS $$ SELECT encode(sha256(convert_to(widget || 'sesame', 'UTF8')), 'hex') $$;
));
foreach my $account (1, 2)
{
	my $widget = $node->safe_psql('postgres', "SELECT session_token FROM authz_start_widget_session('_$account')");
	my $token = $node->safe_psql('postgres', qq(
SELECT set_config('authz.session', '$widget', false) IS NULL;
SELECT session_token FROM authz_start_session('boss$account', proof('$widget'))));

	$token =~ s/^.*\n//;
	$node->safe_psql('postgres', "INSERT INTO token VALUES ($account, '$token')");
}

# What imports: a connection that waits at the gate, which another holds.
my $count = "SELECT count(*) FROM authz.principal WHERE user_id ~ '^user|^gate'";
my $import = "SELECT status, count(*) FROM authz_user_import_table('gated') GROUP BY status ORDER BY status";

sub start
{
	my ($who, $user) = @_;
	my $keeper   = $node->background_psql('postgres');
	my $importer = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ defined $user ? ('-U', $user) : () ]);

	$keeper->query_safe('SELECT pg_advisory_lock(1)');
	$importer->query_safe($who // 'SET authz.account = 1');
	World::send_query($importer, $import);
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory'")
	  or die 'nobody is at the gate';
	return ($keeper, $importer);
}

sub pid
{
	return $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'");
}

# What somebody sees of it.
sub seen
{
	my ($user, $account) = @_;
	my $session = defined $account ? "SELECT set_config('authz.session', (SELECT value FROM token WHERE account_id = $account), false) IS NULL;" : '';
	my $seen = $node->safe_psql('postgres', "$session SET ROLE $user;" . q(
SELECT account_id, function, lines_done, lines_failed, bytes_done > 50000, bytes_total IS NULL, now() - started_at < '1 hour' FROM authz_import_progress));

	$seen =~ s/^f\n?//;
	return $seen;
}

sub test_progress
{
	my ($keeper, $importer) = start();
	my $all = '1|authz_user_import|2000|1|t|t|t';
	my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

	is(seen($superuser), $all, 'an administrator of the database sees how far it is');
	is(seen('monitor'), $all, 'and who may see what others do');
	is(seen('other'), '', 'another database role does not');
	is(seen($superuser, 1), $all, 'an administrator of the account sees it');
	is(seen('monitor', 2), $all, 'as does PostgreSQL\'s monitor whatever his session is');
	is($node->safe_psql('postgres', q(SELECT relid::regclass, command, tuples_processed, tuples_excluded FROM pg_stat_progress_copy)),
		'authz.principal|COPY FROM|1999|1', 'PostgreSQL\'s own view has it');
	is($node->safe_psql('postgres', $count), 0, 'nothing is there yet');
	$keeper->quit;
	is($importer->query_safe("\\echo done"), "error|1\nok|4999\ndone", 'when the gate is open it goes on to the end');
	is($node->safe_psql('postgres', $count), 4999, 'and all are there');
	is(seen($superuser), '', 'and it is seen no more');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_progress_copy'), 0, 'neither by PostgreSQL');
	$importer->quit;
	$node->safe_psql('postgres', q(DELETE FROM authz.principal WHERE user_id ~ '^user|^gate'));
	return;
}

# Where all connections have one database role, the session says who sees it.
sub test_account
{
	my ($keeper, $importer) = start("SELECT set_config('authz.session', value, false) IS NULL FROM token WHERE account_id = 1", 'other');

	is(seen('other', 1), '1|authz_user_import|2000|1|t|t|t', 'an administrator of its account sees it by the same database role');
	is(seen('other', 2), '', 'one of another account does not');
	is(seen('other'), '', 'nor does nobody');
	$keeper->quit;
	is($importer->query_safe("\\echo done"), "error|1\nok|4999\ndone", 'it goes on to the end');
	$importer->quit;
	$node->safe_psql('postgres', q(DELETE FROM authz.principal WHERE user_id ~ '^user|^gate'));
	return;
}

sub test_cancel
{
	my ($keeper, $importer) = start();

	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . pid() . ')');
	$importer->query("\\echo done");
	like($importer->{stderr}, qr/canceling statement due to user request/, 'a cancel ends it');
	$importer->{stderr} = '';
	is($node->safe_psql('postgres', $count), 0, 'a cancelled import leaves nothing');
	is($importer->query_safe("SELECT count(*) FROM authz_import_progress"), 0, 'not even its progress');
	$keeper->quit;
	is($importer->query_safe("SELECT status, count(*) FROM authz_user_import(E'*userId\\nuser1\\nuser2') GROUP BY status"), 'ok|2', 'the connection is as good as before');
	$importer->quit;
	$node->safe_psql('postgres', q(DELETE FROM authz.principal WHERE user_id ~ '^user|^gate'));
	return;
}

sub test_kill
{
	my ($keeper, $importer) = start();
	my $log = -s $node->logfile;

	is(PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', pid()), 0, 'it is killed');
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log);
	$node->poll_query_until('postgres', 'SELECT 1', 1) or die 'the server does not recover';
	eval { $_->quit } foreach ($keeper, $importer);
	is($node->safe_psql('postgres', $count), 0, 'a killed import leaves nothing');
	is($node->safe_psql('postgres', "SELECT count(*) FROM authz.audit_event WHERE action = 'user.add' AND object LIKE 'user%' AND event_id > (SELECT max(event_id) FROM authz.audit_event WHERE object = 'user2')"),
		0, 'nor a trace in the audit trail');
	return;
}

# The most memory that the connection has had, in kB, but for what it shares.
sub peak
{
	my ($connection) = @_;
	my $status = $connection->query_safe("SELECT pg_read_file('/proc/self/status')");

	return $status =~ /^VmHWM:\s+(\d+) kB/m ? $1 : die 'no VmHWM';
}

# Lines that are added at once, and such as go one by one and are refused.
sub test_memory
{
	my $connection = $node->background_psql('postgres');
	my $table = "SELECT count(*) FROM authz_user_import_table('lines')";

	$connection->query_safe('SET authz.account = 1; SET client_min_messages = warning');
	$connection->query_safe(q(CREATE TABLE lines AS SELECT CASE n WHEN 0 THEN '*userId,firstName,lastName,email' ELSE format('user%s,First %s,Last %s,user%s@example.org', n, n, n, n) END AS line FROM generate_series(0, 10000) n));
	is($connection->query_safe($table), 10000, 'ten thousand lines');
	is($connection->query_safe($table), 10000, '... and again, all of which are refused');
	my $before = peak($connection);

	$connection->query_safe(q(INSERT INTO lines SELECT format('user%s,First %s,Last %s,user%s@example.org', n, n, n, n) FROM generate_series(10001, 300000) n));
	is($connection->query_safe($table), 300000, 'thirty times as many');
	my $after = peak($connection);

	note "$before kB, then $after kB";
	cmp_ok($after - $before, '<', 32768, 'take less than 32 MB more');
	is($connection->query_safe("SELECT count(*) FROM authz_user_import((SELECT string_agg(line, E'\\n') FROM lines WHERE ctid < '(50,0)'))"), $connection->query_safe("SELECT count(*) - 1 FROM lines WHERE ctid < '(50,0)'"), 'a text does as well');
	$connection->quit;
	return;
}

test_progress();
test_account();
test_cancel();
test_kill();
SKIP:
{
	skip 'memory is read from /proc', 1 unless -r '/proc/self/status';
	test_memory();
}
$node->stop;
done_testing();
