# The differential test: worlds that change at random, and in each round the
# same answers from authz, by its checks and its row security, and the oracle.

package Oracle;

use strict;
use warnings;

use File::Basename;
use File::Spec;
use Oracle::Connection;
use Oracle::Round;
use Oracle::Script;
use Oracle::Shrinker;
use Oracle::Trial;
use Oracle::World;

my $DIRECTORY = dirname(File::Spec->rel2abs(__FILE__));

# What a world of few changes does not meet, another one does.
our $ROUNDS = 60;

# Makes the database of the parameters (of a connection), with the extension and
# all that the oracle needs.
sub new
{
	my ($class, %params) = @_;
	my $postgres = Oracle::Connection->new(%params, dbname => 'postgres');

	$postgres->query("CREATE DATABASE $params{dbname}");
	my $connection = Oracle::Connection->new(%params);
	$connection->query('SET client_min_messages = error');
	$connection->query('CREATE EXTENSION authz CASCADE');
	$connection->query(Oracle::Script::slurp("$DIRECTORY/$_.sql")) foreach @Oracle::Script::SQL;
	return bless { trial => Oracle::Trial->new(%params) }, $class;
}

# One world, made from a seed and changed in so many rounds. Returns a failure,
# or nothing.
sub run
{
	my ($self, $seed, $rounds) = @_;
	my $trial = $self->{trial};
	my $world = Oracle::World->new(seed => $seed, tables => [ $trial->tables ]);
	my @history = $world->beginning;

	$trial->forget;
	$trial->{last} = {};
	$trial->meet($world->memory);
	Oracle::Trial::change($trial->{writer}, @history);
	foreach my $n (1 .. $rounds)
	{
		my $round = Oracle::Round::of($world, $trial->{last});
		my @found = Oracle::Round::play($trial, $round);

		return { title => "seed $seed, round $n", history => \@history, round => $round, disagreement => $found[0], all => \@found }
		  if @found;
		push @history, @{ $round->{changes} } if $round->{manner} =~ /^(?:committed|old)$/;
	}
	return;
}

# Makes a failure small and writes it into a file. Returns the file's name, and
# the part of it that tells what happens.
sub report
{
	my ($self, $failure, $directory) = @_;
	my $small = Oracle::Shrinker::shrink($self->{trial}, $failure);
	my ($story, $whole) = Oracle::Script::text(failure => $small, title => $failure->{title}, directory => $DIRECTORY);
	my $name = "$directory/oracle " . $failure->{title} . '.sql';

	$name =~ s/,? /-/g;
	open my $file, '>', $name or die "$name: $!\n";
	print $file $whole;
	close $file or die "$name: $!\n";
	return ($name, $story, $small);
}

1;
