# Authz, by its checks and its row security, says the same as the rules once more
# in plain SQL: in worlds that change at random, from these seeds.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../oracle";
use Oracle;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('oracle');
$node->init;
$node->append_conf('postgresql.conf', 'max_parallel_workers = 8');
$node->start;

my $oracle = Oracle->new(host => $node->host, port => $node->port, user => scalar getpwuid $<, dbname => 'oracle');

foreach my $seed (1 .. 40)
{
	my $failure = $oracle->run($seed, $Oracle::ROUNDS);

	ok(!$failure, "world $seed: $Oracle::ROUNDS rounds agree");
	if ($failure)
	{
		my ($name, $story) = $oracle->report($failure, '/tmp');

		diag "$story\nThe whole script: $name";
		last;
	}
}

$node->stop;
done_testing();
