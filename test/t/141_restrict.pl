# Sessions that count for some clients, for some requests or so often only: what
# takes connections of several kinds, several at once, a restart and a standby.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('restrict');
$node->init(allows_streaming => 1);
$node->append_conf(
	'postgresql.conf', q(
listen_addresses = '127.0.0.1'
authz.require_ssl = off
max_connections = 30
));
$node->start;
World::create($node);
my $tcp = 'dbname=postgres user=reader host=127.0.0.1 port=' . $node->port;

# The token of a session of Ann's with these privileges.
sub token
{
	my ($privileges) = @_;

	return $node->safe_psql('postgres',
		"SELECT i.session_token FROM secret, authz_start_secret_session(1, secret.value, 'ann', session_privileges => '$privileges') i");
}

# What a client prints that sends these statements under the session, one line each.
sub client
{
	my ($token, $sql, %params) = @_;
	my $server = delete $params{server} // $node;
	my ($ret, $stdout) = $server->psql(
		'postgres',
		"SET authz.session = '$token';\n$sql",
		on_error_stop => 0,
		connstr       => $tcp,
		%params);

	return $stdout;
}

my $who   = q(SELECT coalesce(authz_current_user_id(), 'nobody'););
my $local = 'dbname=postgres user=reader host=' . $node->host . ' port=' . $node->port;

# ---- so often ---------------------------------------------------------------

# How many of the transactions of so many clients at once have been Ann's; every
# other one is rolled back.
sub used
{
	my ($token, $clients, $transactions) = @_;
	my $script = "SET authz.session = '$token';\n"
	  . join '', map { "BEGIN; $who $who " . ($_ % 2 ? 'ROLLBACK' : 'COMMIT') . ";\n" } 1 .. $transactions;
	my @in  = ($script) x $clients;
	my @out = ('') x $clients;
	my @runs;

	for my $n (0 .. $clients - 1)
	{
		push @runs, IPC::Run::start([ 'psql', '-XAtq', '-d', $tcp ], '<', \$in[$n], '>', \$out[$n]);
	}
	IPC::Run::finish($_) foreach @runs;

	my $answers = join '', @out;
	my $ann     = () = $answers =~ /^ann$/mg;
	my $nobody  = () = $answers =~ /^nobody$/mg;
	is($ann + $nobody, 2 * $clients * $transactions, "all of $clients clients have been answered")
	  or diag $answers;
	return $ann / 2;
}

is(used(token('actionslimit:7'), 6, 4), 7, 'of 24 transactions at once just as many count as may');
is(used(token('actionslimit:24'), 6, 4), 24, 'and all of them if they may');
is(used(token('actionslimit:*'), 2, 2), 4, 'without a limit all');

my $restarted = token('actionslimit:3');
is(client($restarted, $who x 2), "ann\nann", 'two of three');
$node->stop('immediate');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'authz'");
$node->start;
is(client($restarted, $who x 2), "ann\nnobody", 'a crash gives none back');
is(used(token('actionslimit:7'), 6, 4), 7, 'as exact where the library is preloaded');

# A client that is cancelled or ends while it is counted has had its action.
my $cancelled = token('actionslimit:2');
client($cancelled, "SET statement_timeout = 1; $who $who $who");
my $left = client($cancelled, $who x 3) =~ s/nobody\n?//gr;
like($left, qr/^(ann\n?){0,2}$/, 'a cancelled action may count, but no more than are left');
is(client($cancelled, $who), 'nobody', 'and in the end none is left');

$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
is(client(token('actionslimit:5'), $who), 'nobody', 'who cannot be counted is not let in');
is(client(token(''), $who), 'ann', 'others are');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;

# What is over is not kept.
$node->safe_psql('postgres',
	q(INSERT INTO authz.action_count SELECT 1, 'old' || g, 1, now() - interval '1 minute' FROM generate_series(1, 50) g));
client(token('actionslimit:5'), $who);
ok($node->poll_query_until('postgres', q(SELECT count(*) = 0 FROM authz.action_count WHERE session_id LIKE 'old%')),
	'counts of expired sessions are purged');

# ---- where the client is ------------------------------------------------------

my $loopback = token('iprestrict:127.0.0.0/8');
is(client($loopback, $who), 'ann', 'a client is where it connects from');
is(client($loopback, $who, connstr => $local), 'nobody', 'on a socket of the machine it is nowhere');
is(client(token('iprestrict:0.0.0.0/0/::/0'), $who, connstr => $local), 'nobody', 'nor anywhere');
is(client(token('iprestrict:10.0.0.0/8'), $who), 'nobody', 'and not elsewhere');
is(client(token('iprestrict:::ffff:127.0.0.1'), $who), 'ann', 'in any spelling');

# Nothing that a client can do moves it.
is( client(
		token('iprestrict:10.0.0.0/8'), qq(
SET authz.request_address = '10.0.0.1';
SELECT set_config('authz.request_address', '10.0.0.1', false);
CREATE TEMP TABLE pg_stat_activity AS SELECT pg_backend_pid() AS pid, '10.0.0.1'::inet AS client_addr;
CREATE FUNCTION pg_temp.inet_client_addr() RETURNS inet LANGUAGE sql AS \$\$ SELECT '10.0.0.1'::inet \$\$;
SET search_path = pg_temp, pg_catalog, public;
$who)),
	'nobody', 'a client is not elsewhere because it says so');
is( client(
		token('iprestrict:127.0.0.1'), "RESET ALL; SELECT set_config('authz.session', '', false); $who"),
	"\nnobody", 'and nobody without its session');

# In whatever way the settings come in before the library does.
foreach my $preload ("'authz'", "''")
{
	$node->append_conf('postgresql.conf', "shared_preload_libraries = $preload");
	$node->restart;
	my $path = token('urirestrict:/a');

	is(client($path, "SET authz.request_path = '/a'; $who"), 'nobody', "no client sets the path, preload $preload");
	is(client($path, "SELECT count(*) FROM authz_stats; SET authz.request_path = '/a'; $who") =~ s/^1\n//r,
		'nobody', 'later either');
	local $ENV{PGOPTIONS} = '-c authz.request_path=/a -c authz.request_address=10.0.0.1';
	my $seen = client($path, $who);
	ok($seen eq 'nobody' || $seen eq '', 'nor with the connection');
}

# A gateway speaks for its clients, and they cannot make it silent.
$node->safe_psql('postgres',
	q(CREATE ROLE gateway LOGIN; GRANT reader TO gateway; GRANT SET ON PARAMETER authz.request_address, authz.request_path TO gateway));
my $gateway = $tcp =~ s/user=reader/user=gateway/r;
foreach my $attack (
	'', 'SET authz.request_address = \'\';', 'COMMIT; SET ROLE reader;', 'ROLLBACK; SET ROLE reader;', 'COMMIT; RESET ALL; SET ROLE reader;',
	'COMMIT; DISCARD ALL; SET ROLE reader;', 'SET authz.request_address = DEFAULT;', 'RESET authz.request_address;')
{
	is( client(
			$loopback,
			"BEGIN; SET LOCAL authz.request_address = '203.0.113.9'; SET ROLE reader; $attack SET authz.session = '$loopback'; $who",
			connstr => $gateway),
		'nobody', "a client of a gateway is not the gateway: '$attack'");
}
is(client(token('iprestrict:203.0.113.0/24'), "SET authz.request_address = '203.0.113.9'; SET ROLE reader; $who", connstr => $gateway),
	'ann', 'and counts where the gateway says it is');

# ---- on a standby -------------------------------------------------------------

my $limited = token('actionslimit:5');
my $used    = token('actionslimit:1');
client($used, $who);
my ($path, $expired) = (token('urirestrict:/a'), undef);
$node->safe_psql('postgres',
	q(SELECT authz_account_update(1, settings => '{"accept_ks": true}'), authz_account_rotate_secret(1, 60, 'sesame')));
my $ks  = $node->safe_psql('postgres', q(SELECT authz_ks_encode(1, 'sesame', 'ann')));
my $old = $node->safe_psql('postgres', q(SELECT authz_ks_encode(1, 'sesame', 'ann', expiry => now() - interval '1 second')));
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $there = 'dbname=postgres user=reader host=127.0.0.1 port=' . $standby->port;

sub on_standby
{
	my ($token) = @_;

	return client($token, $who, server => $standby, connstr => $there);
}

is(on_standby($loopback), 'ann', 'addresses are judged on a standby');
is(on_standby($path), 'nobody', 'paths too');
is(on_standby($limited), 'nobody', 'nothing can be counted there');
is(on_standby($used), 'nobody', 'and what is used up is used up');
is(on_standby($ks), 'ann', 'a KS is accepted there');
my $offset = -s $standby->logfile;
is(on_standby($old), 'nobody', 'an expired one is not');
like(slurp_file($standby->logfile, $offset), qr/LOG:\s+session of account 1 is refused: expired/,
	'the reason is in the log, where there is no audit to write');

done_testing();
