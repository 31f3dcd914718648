# Failures of proof are counted, and nothing that the failing client does to its
# transaction, its connection or its settings makes the count go away.

use strict;
use warnings;

use File::Spec;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# What may be tried for nothing, and one more, which makes wait for a second.
my $free    = 5;
my $waiting = $free + 1;

my $node;

# An app token nobody has failed at, as (id, token).
sub new_apptoken
{
	return split /\|/, $node->safe_psql('postgres', 'SELECT id, token FROM authz_apptoken_add()');
}

# Runs statements in one connection, under a widget session, and returns the
# SQLSTATE of each. WRONG and RIGHT stand for an attempt at the app token. That
# nothing but the server takes time matters: the wait is a second.
sub attempt
{
	my ($apptoken, $statements, %params) = @_;
	my ($id, $token) = @$apptoken;
	my $report = $params{report} // ':SQLSTATE';
	my $null   = File::Spec->devnull;
	my $script = <<"SQL";
\\set id '$id'
\\set token '$token'
SELECT session_token AS widget FROM authz_start_widget_session('_1') \\gset
SELECT encode(sha256(convert_to(:'widget' || :'token', 'UTF8')), 'hex') AS right,
	encode(sha256(convert_to(:'widget' || 'guess', 'UTF8')), 'hex') AS wrong \\gset
\\o $null
SELECT set_config('authz.session', :'widget', false);
SQL

	foreach my $statement (@$statements)
	{
		my $sql = $statement;
		$sql =~ s/^(RIGHT|WRONG)$/"SELECT authz_start_session(:'id', :'" . lc($1) . "')"/e;
		$script .= "$sql;\n\\echo $report\n";
	}
	my ($ret, $stdout) = $node->psql(
		'postgres', $script,
		on_error_stop => 0,
		%params{ grep { exists $params{$_} } qw(connstr) });
	return [ split /\n/, $stdout ];
}

# How many failures the table holds.
sub counted
{
	return $node->safe_psql('postgres', 'SELECT coalesce(sum(failures), 0) FROM authz.failure');
}

# Attempts the right proof until it is looked at.
sub succeeds_after_waiting
{
	my ($apptoken) = @_;

	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return 1 if attempt($apptoken, ['RIGHT'])->[0] eq '00000';
		select undef, undef, undef, 0.1;
	}
	return 0;
}

sub refused
{
	return ('28P01') x shift;
}

# What holds wherever the count is kept.
sub test_everywhere
{
	my ($where) = @_;
	my $apptoken = [ new_apptoken() ];
	my $other    = [ new_apptoken() ];

	is_deeply(
		attempt($apptoken, [ ('WRONG') x $free, 'RIGHT', ('WRONG') x $free, 'RIGHT' ]),
		[ refused($free), '00000', refused($free), '00000' ],
		"$where: some failures are free, and a right proof forgets them");

	is_deeply(
		attempt($apptoken, [ ('WRONG') x $waiting, 'RIGHT' ]),
		[ refused($waiting + 1) ],
		"$where: after more, the right proof is not looked at either");
	is_deeply(attempt($other, ['RIGHT']),
		['00000'], "$where: another subject does not wait");
	is_deeply(
		attempt($apptoken, ['RIGHT'], connstr => 'dbname=postgres host=127.0.0.1 port=' . $node->port),
		['00000'], "$where: another source does not wait");
	ok(succeeds_after_waiting($apptoken), "$where: the wait ends");

	is_deeply(
		attempt($apptoken, [ ('BEGIN', 'WRONG', 'ROLLBACK') x $waiting, 'RIGHT' ]),
		[ ('00000', '28P01', '00000') x $waiting, '28P01' ],
		"$where: a rollback does not undo the count");
	ok(succeeds_after_waiting($apptoken), "$where: that wait ends");

	# The snapshot is older than every failure.
	is_deeply(
		attempt(
			$apptoken,
			[
				'BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT 1',
				('SAVEPOINT s', 'WRONG', 'ROLLBACK TO s') x $waiting, 'RIGHT'
			]),
		[ '00000', '00000', ('00000', '28P01', '00000') x $waiting, '28P01' ],
		"$where: neither a savepoint nor an old snapshot hides the count");

	is_deeply(
		attempt(
			$other,
			[
				'SET search_path = pg_temp, public', 'CREATE TEMP TABLE failure (LIKE authz.failure)',
				('WRONG') x $waiting, 'RIGHT'
			]),
		[ '00000', '00000', refused($waiting + 1) ],
		"$where: a client's own table of that name does not matter");

	# Unknown, wrong and waiting say the same.
	my %texts = map { $_ => 1 } map { @{ attempt($_, ['WRONG'], report => ':LAST_ERROR_MESSAGE') } }
	  ([ 'unknown', '' ], [ new_apptoken() ], $other);
	is(scalar keys %texts, 1, "$where: one text for all refusals")
	  or diag explain [ keys %texts ];
}

$node = PostgreSQL::Test::Cluster->new('failures');
$node->init;
$node->append_conf(
	'postgresql.conf', q(
listen_addresses = '127.0.0.1'
max_prepared_transactions = 1
authz.require_ssl = off
));
$node->start;
$node->safe_psql('postgres',
	q(CREATE EXTENSION authz CASCADE; SELECT authz_account_add('test'); CREATE ROLE regress_guesser LOGIN));

note 'not preloaded: a worker writes a table';
test_everywhere('in the table');

my ($ret, $stdout, $stderr) =
  $node->psql('postgres', 'SELECT * FROM authz.failure', extra_params => [ '-U', 'regress_guesser' ]);
like($stderr, qr/permission denied/, 'clients do not see the table');

my $apptoken = [ new_apptoken() ];
$node->safe_psql('postgres', 'TRUNCATE authz.failure');
attempt($apptoken, [ ('WRONG') x $waiting ]);
is(counted(), $waiting, 'every failure is in the table');
is($node->safe_psql('postgres', "SELECT count(*) FROM authz.failure WHERE concat(subject, source) ~ '$apptoken->[0]|local'"),
	0, 'the table names nobody');

$node->safe_psql('postgres',
	"INSERT INTO authz.failure VALUES ('old', 'old', 3, now() - interval '2 hours')");
attempt([ new_apptoken() ], ['WRONG']);
is($node->safe_psql('postgres', "SELECT count(*) FROM authz.failure WHERE subject = 'old'"),
	0, 'a worker purges what is forgotten');

# A database's defaults are the worker's, too.
$apptoken = [ new_apptoken() ];
$node->safe_psql('postgres',
	'ALTER DATABASE postgres SET default_transaction_read_only = on; TRUNCATE authz.failure');
attempt($apptoken, [ 'SET default_transaction_read_only = off', 'WRONG' ]);
is(counted(), 1, 'a read-only default does not keep the worker from counting');
$node->safe_psql('postgres',
	'SET default_transaction_read_only = off; ALTER DATABASE postgres RESET default_transaction_read_only');

# The lock holds up the worker, and so the client, whose patience is shorter.
$node->safe_psql('postgres',
	q(TRUNCATE authz.failure; BEGIN; LOCK authz.failure IN EXCLUSIVE MODE; PREPARE TRANSACTION 'holder'));
is_deeply(attempt([ new_apptoken() ], [ 'SET statement_timeout = 300', 'WRONG' ]),
	[ '00000', '57014' ], 'waiting for the count can be cancelled');
$node->safe_psql('postgres', "COMMIT PREPARED 'holder'");
ok( $node->poll_query_until('postgres', 'SELECT coalesce(sum(failures), 0) = 1 FROM authz.failure'),
	'what was cancelled is counted');

$apptoken = [ new_apptoken() ];
$node->safe_psql('postgres', 'TRUNCATE authz.failure');
attempt($apptoken, [ ('WRONG') x $waiting ]);
$node->restart;
is(counted(), $waiting, 'a restart does not forget');

# The launcher of logical replication takes the only place there is.
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
$node->restart;
$apptoken = [ new_apptoken() ];
is_deeply(attempt($apptoken, [ 'WRONG', 'RIGHT' ]),
	[ refused(2) ], 'no worker free: refused, and nothing more is looked at in this connection');

$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
is_deeply(attempt($apptoken, ['RIGHT']),
	[ refused(1) ], 'no worker possible: nothing is looked at');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');

note 'preloaded: shared memory';
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'authz'");
$node->restart;
$node->safe_psql('postgres', 'TRUNCATE authz.failure');
test_everywhere('in shared memory');
is(counted(), 0, 'nothing is in the table');

$apptoken = [ new_apptoken() ];
attempt($apptoken, [ ('WRONG') x $waiting ]);
$node->restart;
is_deeply(attempt($apptoken, ['RIGHT']), ['00000'], 'a restart forgets');

$node->stop;
done_testing();
