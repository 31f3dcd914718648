# With the library preloaded PostgreSQL's own regression suite passes as it does
# without. The suite is part of PostgreSQL's source, of which PG_REGRESS_SUITE
# names the directory src/test/regress.

use strict;
use warnings;

use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $suite = $ENV{PG_REGRESS_SUITE};
plan skip_all => 'PG_REGRESS_SUITE does not name PostgreSQL\'s regression suite'
  if !defined $suite || !-e "$suite/parallel_schedule";

my $directory = PostgreSQL::Test::Utils::tempdir();
my ($cc)      = run_command([ 'pg_config', '--cc' ]);
my ($include) = run_command([ 'pg_config', '--includedir-server' ]);
my ($libraries) = run_command([ 'pg_config', '--pkglibdir' ]);
copy("$libraries/$_.so", $directory) foreach ('autoinc', 'refint');
system_or_bail(split(' ', $cc), '-shared', '-fPIC', "-I$include", '-o', "$directory/regress.so", "$suite/regress.c");

# The tests that fail on a server with these settings.
sub failures
{
	my ($name, $settings) = @_;
	my $node   = PostgreSQL::Test::Cluster->new($name);
	my $output = "$directory/$name";

	$node->init;
	$node->append_conf('postgresql.conf', "max_prepared_transactions = 10\n$settings");
	$node->start;
	mkdir $output;
	system_log(
		$ENV{PG_REGRESS}, '--bindir=', "--dlpath=$directory", "--inputdir=$suite", "--outputdir=$output",
		"--schedule=$suite/parallel_schedule", '--max-concurrent-tests=20',
		'--host=' . $node->host, '--port=' . $node->port);
	$node->stop;

	my $log = slurp_file("$output/regression.out");
	my @run = $log =~ /^(?:(?:test |     )\w+ +\.\.\. |(?:not )?ok ).*$/mg;
	ok(@run > 150, "$name: the suite ran");
	return join ' ', sort map { /^(?:not ok \d+\s+[-+]\s+|(?:test)?\s+)(\w+)/ ? $1 : () } grep { /FAILED|^not ok/ } @run;
}

my $plain     = failures('plain',     '');
my $preloaded = failures('preloaded', q(shared_preload_libraries = 'authz'));
is($preloaded, $plain, 'the same tests pass with authz as without');

# A server of another minor version fails some; then with the same output.
foreach my $test (split / /, $plain)
{
	is(slurp_file("$directory/preloaded/results/$test.out"), slurp_file("$directory/plain/results/$test.out"),
		"$test fails in the same way");
}

done_testing();
