# A round: something changes, then authz and the oracle are asked the same.
#
# Where and when it changes is the round's manner. What differs is returned as
# a list of disagreements; of each, who asked what, and both answers.

package Oracle::Round;

use strict;
use warnings;

use Oracle::Connection qw(quote);
use Oracle::Random;
use Oracle::Row;
use Oracle::Trial;

my %MANNERS = (
	committed   => \&play_committed,
	own         => \&play_own,
	savepoint   => \&play_savepoint,
	old         => \&play_old);

# A random round of a world, after what the oracle said in the one before.
sub of
{
	my ($world, $last) = @_;
	my @changes = $world->step;
	my $manner = pick_weighted([ 12, 'committed' ], [ 2, 'own' ], [ 1, 'savepoint' ],
		(grep { $_->{alone} } @changes) ? () : [ 4, 'old' ]);
	# A row that changes meanwhile is a serialization failure for who changes it too.
	my $writes = $manner ne 'old' || !grep { $_->{row} } @changes;

	return {
		changes => \@changes,
		manner  => $manner,
		ask     => {
			sessions => [ shuffled($world->sessions) ],
			writers  => [ $writes ? (shuffled($world->sessions))[ 0 .. 2 ] : () ],
			content  => pick($world->tables)->{content},
			attempts => [ $writes ? map { Oracle::Row::attempt($world, $last) } 1 .. 10 : () ],
			way      => chance(15) ? pick(Oracle::Trial::ways()) : undef
		}
	};
}

sub play
{
	my ($trial, $round) = @_;

	return $MANNERS{ $round->{manner} }->($trial, $round->{ask}, @{ $round->{changes} });
}

# Another connection changes the world and commits.
sub play_committed
{
	my ($trial, $ask, @changes) = @_;

	Oracle::Trial::change($trial->{writer}, @changes);
	return compare_with_writer($trial, $ask);
}

# One's own transaction changes it, and is undone.
sub play_own
{
	my ($trial, $ask, @changes) = @_;
	my $reader = $trial->{reader};
	my @found;

	$reader->query('BEGIN');
	Oracle::Trial::change($reader, @changes);
	@found = compare_with_reader($trial, $ask);
	$reader->query('ROLLBACK');
	return @found if @found;
	return compare_with_writer($trial, $ask);
}

# It is undone by a savepoint, and once more by the transaction.
sub play_savepoint
{
	my ($trial, $ask, @changes) = @_;
	my $reader = $trial->{reader};
	my @found;

	$reader->query('BEGIN; SAVEPOINT before');
	Oracle::Trial::change($reader, @changes);
	@found = compare_with_reader($trial, $ask);
	$reader->query('ROLLBACK TO before');
	@found = compare_with_reader($trial, $ask) if !@found;
	$reader->query('ROLLBACK');
	return @found;
}

# Another connection changes it while one's snapshot is older: what rights there
# are both then and now. Where the reasons for one are not the same, it need not
# be had; more must not.
sub play_old
{
	my ($trial, $ask, @changes) = @_;
	my $reader = $trial->{reader};

	$reader->query('BEGIN ISOLATION LEVEL REPEATABLE READ');
	my $before = $reader->value('EXECUTE rights');
	Oracle::Trial::change($trial->{writer}, @changes);
	my $now = $trial->{writer}->value('EXECUTE rights');
	my $both = 'oracle.both(' . quote($before) . ', ' . quote($now) . ')';
	my %steady = map { ($_->[0] => 1) } @{ $reader->query('EXECUTE steady(' . quote($before) . ', ' . quote($now) . ')') };
	my @found = compare($trial->ask($ask), by_question($reader->query(Oracle::Trial::judge_sql($ask, $both))));
	$reader->query('COMMIT');
	return grep { $steady{ $_->{session} } || exceeds($_) } @found;
}

# Whether authz lets through more than the oracle.
sub exceeds
{
	my ($disagreement) = @_;
	my ($authz, $oracle) = @{$disagreement}{qw(authz oracle)};

	return $authz !~ /^(?:0|42501)$/ unless $authz =~ /^\{/;
	my ($more, $most) = map { [ split /,/, s/[{}]//gr ] } $authz, $oracle;
	my %granted = map { ($_ => 1) } @$most;
	return grep { !$granted{$_} } @$more;
}

# ---- comparing ----

# The oracle reads in the other connection what is committed, at the same time.
sub compare_with_writer
{
	my ($trial, $ask) = @_;
	my ($reader, $writer) = @{$trial}{qw(reader writer)};

	$writer->send(Oracle::Trial::everything_sql($ask));
	$reader->query('BEGIN') if defined $ask->{way};
	my $answers = $trial->ask($ask);
	$reader->query('COMMIT') if defined $ask->{way};
	$trial->{last} = by_question($writer->receive);
	return compare($answers, $trial->{last});
}

# The oracle reads what the transaction that asks authz has made of it.
sub compare_with_reader
{
	my ($trial, $ask) = @_;

	return compare($trial->ask($ask), by_question($trial->{reader}->query(Oracle::Trial::everything_sql($ask))));
}

sub by_question
{
	my ($answers) = @_;

	return { map { ("$_->[0]: $_->[1]" => $_->[2]) } @$answers };
}

# What of the answers is not as it should be. The way in which something was
# asked comes after a slash; what the oracle does not mention is nothing.
sub compare
{
	my ($answers, $expected) = @_;
	my @found;

	foreach my $answer (@$answers)
	{
		my ($session, $question, $authz) = @$answer;
		my ($what) = $question =~ m{^([^/]*)};
		my $oracle = $expected->{"$session: $what"} // '{}';

		push @found, { session => $session, question => $question, authz => $authz // 'NULL', oracle => $oracle }
		  if ($authz // 'NULL') ne $oracle;
	}
	return @found;
}

1;
