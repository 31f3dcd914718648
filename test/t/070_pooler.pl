# A pooler in transaction mode: clients share one connection to the server, and
# none ever sees anything by the session of another.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my ($pgbouncer) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
plan skip_all => 'pgbouncer is not installed' if !defined $pgbouncer;

my $node = PostgreSQL::Test::Cluster->new('pooler');
$node->init;
$node->start;
World::create($node);

my $directory = PostgreSQL::Test::Utils::tempdir_short();
my $port      = PostgreSQL::Test::Cluster::get_free_port();
append_to_file(
	"$directory/pgbouncer.ini", qq(
[databases]
postgres = host=@{[ $node->host ]} port=@{[ $node->port ]} dbname=postgres user=reader
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $directory
auth_type = any
pool_mode = transaction
default_pool_size = 1
logfile = $directory/pgbouncer.log
pidfile = $directory/pgbouncer.pid
ignore_startup_parameters = extra_float_digits
));
system_or_bail($pgbouncer, '-q', '-d', "$directory/pgbouncer.ini");

END
{
	my $status = $?;
	if (defined $directory && -e "$directory/pgbouncer.pid")
	{
		my ($pid) = slurp_file("$directory/pgbouncer.pid") =~ /(\d+)/;
		kill 'INT', $pid;
	}
	$? = $status;
}

my $connstr = "host=$directory port=$port dbname=postgres user=reader";

sub pooled
{
	my ($sql) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres', $sql, connstr => $connstr);

	is($stderr, '', 'no complaint');
	return $stdout;
}

foreach (1 .. 10)
{
	last if system("psql -qXAt -c 'SELECT' '$connstr' >$directory/psql.log 2>&1") == 0;
	sleep 1;
}
my $backend = pooled('SELECT pg_backend_pid()');
is(pooled('SELECT pg_backend_pid()'), $backend, 'there is one connection to the server');

# Literals, and what is left for the next client.
my %token  = map { $_ => World::token($node, $_) } ('ann', 'bob');
my $videos = q(SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'nothing') FROM video);
is(pooled("BEGIN; SET LOCAL authz.session = '$token{ann}'; $videos; COMMIT"), '1,3', 'Ann in a transaction');
is(pooled($videos), 'nothing', 'nobody after it');
is(pooled("BEGIN; SET LOCAL authz.session = '$token{bob}'; $videos; ROLLBACK"), '2', 'Bob in a transaction');
is(pooled($videos), 'nothing', 'nobody after it');
is(pooled("BEGIN; SELECT user_id FROM authz_use_session('$token{ann}'); $videos; COMMIT"), "ann\n1,3", 'by authz_use_session');
is(pooled($videos), 'nothing', 'nobody after it');

# Clients at the same time, with bind parameters. Each divides by zero if it
# ever sees what is not its own.
my %sees = (ann => '1,3', bob => '2', nobody => 'nothing');
foreach my $name (sort keys %sees)
{
	my $check = "SELECT 1 / (coalesce(string_agg(id::text, ',' ORDER BY id), 'nothing') = '$sees{$name}')::int FROM video;";
	my $use   = $name eq 'nobody' ? '' : q(SELECT set_config('authz.session', :token, true) IS NOT NULL;);

	append_to_file("$directory/$name.sql", "BEGIN;\n$use\n$check\n$check\nCOMMIT;\n");
	append_to_file("$directory/$name.sql", "$check\n") if $name eq 'nobody';
}

foreach my $protocol ('simple', 'extended')
{
	my %client;

	foreach my $name (sort keys %sees)
	{
		my $in    = '';
		my $token = $token{$name} // 'none';

		# The simple protocol has the text put into the statement.
		$token = "'$token'" if $protocol eq 'simple';

		$client{$name} = {};
		$client{$name}->{run} = IPC::Run::start(
			[
				'pgbench', '-n', '-M', $protocol, '-c', 2, '-t', 300, '-f', "$directory/$name.sql",
				'-D', "token=$token", $connstr
			],
			'<', \$in, '>&', \$client{$name}->{out});
	}
	foreach my $name (sort keys %sees)
	{
		ok(IPC::Run::finish($client{$name}->{run}), "$protocol protocol: $name sees only what is his")
		  or diag $client{$name}->{out};
		like($client{$name}->{out}, qr{actually processed: 600/600}, "$protocol protocol: each time");
	}
}
is(pooled('SELECT pg_backend_pid()'), $backend, 'it was the same connection all along');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'"), 1, 'and the only one');

$node->stop;
done_testing();
