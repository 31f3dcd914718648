#!/usr/bin/perl
# oracle.pl - asks authz and the oracle about random worlds, on a running server
#
#   oracle.pl [--seed n] [--rounds n] [--directory d]
#
# The server is the one of PGHOST (a directory) and PGPORT; it gets a database
# and two roles. Without a number of rounds it goes on until they disagree, or
# somebody ends it. A failure is made small and written into the directory.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Getopt::Long;
use Oracle;

my %option = (seed => int rand 1_000_000, rounds => 0, directory => '/tmp');
GetOptions(\%option, 'seed=i', 'rounds=i', 'directory=s') && !@ARGV
  or die "usage: oracle.pl [--seed n] [--rounds n] [--directory d]\n";

$| = 1;
print "seed $option{seed}\n";
my $oracle = Oracle->new(
	host   => $ENV{PGHOST},
	port   => $ENV{PGPORT} // 5432,
	user   => $ENV{PGUSER} // 'postgres',
	dbname => 'oracle');
my $start = time;
my $done = 0;

for (my $seed = $option{seed}; !$option{rounds} || $done < $option{rounds}; $seed++)
{
	my $rounds = $option{rounds} && $option{rounds} - $done < $Oracle::ROUNDS ? $option{rounds} - $done : $Oracle::ROUNDS;
	my $failure = $oracle->run($seed, $rounds);

	if ($failure)
	{
		my ($name, $story) = $oracle->report($failure, $option{directory});

		print "\n$story\nThe whole script: $name\n";
		exit 1;
	}
	$done += $rounds;
	printf "\r%d rounds in %d s, all agree", $done, time - $start;
}
print "\n";
