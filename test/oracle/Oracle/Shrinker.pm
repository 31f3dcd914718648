# Makes a failure small: what of the world's history is not needed for authz and
# the oracle to disagree is left out.
#
# A failure is a history (changes), the round after it, and the disagreement. A
# replay begins with an empty world and a new connection. Where that does not
# disagree, what the connection had loaded on the way matters: then everything
# is asked after each change, as it was at first.

package Oracle::Shrinker;

use strict;
use warnings;

use Oracle::Round;
use Oracle::Trial;
use Oracle::World;

# Returns the failure made small, or the same one where it does not come back.
sub shrink
{
	my ($trial, $failure) = @_;
	my ($again) = grep { fails($trial, $_) } simplest($failure);

	return { %$failure, steps => 1, lost => 1 } unless $again;
	foreach my $part (sub { $again->{history} }, sub { $again->{round}{changes} })
	{
		my $changes = $part->();
		my $try = sub {
			my @kept = @$changes;

			@$changes = @_;
			return 1 if fails($trial, $again);
			@$changes = @kept;
			return 0;
		};

		minimize([@$changes], $try);
		simplify($changes, $try);
	}
	fails($trial, $again);
	return $again;
}

# The failure in other manners, the simplest first: what is committed is history
# when it is asked about.
sub simplest
{
	my ($failure) = @_;
	my ($history, $round, $disagreement) = @{$failure}{qw(history round disagreement)};
	my $question = question($round, $disagreement);
	my @ways;

	foreach my $steps (0, 1)
	{
		push @ways, { history => [ @$history, @$_ ], round => { %$question, manner => 'committed', changes => [] }, steps => $steps }
		  foreach $round->{changes}, [];
		push @ways, { history => [@$history], round => { %$question, changes => [ @{ $round->{changes} } ] }, steps => $steps };
	}
	return map { { %$_, disagreement => $disagreement } } @ways;
}

# The round with nothing but the question that was answered in two ways.
sub question
{
	my ($round, $disagreement) = @_;
	my ($session, $question) = @{$disagreement}{qw(session question)};
	my ($attempt) = grep { $_->{session} eq $session && $_->{statement} eq $question } @{ $round->{ask}{attempts} };
	my $way = $round->{ask}{way};
	my $writes = !$attempt && $question =~ /^(?:change|delete) /;

	return {
		manner => $round->{manner},
		ask    => {
			sessions => $attempt || $writes ? [] : [$session],
			writers  => $writes ? [$session] : [],
			content  => $round->{ask}{content},
			attempts => $attempt ? [$attempt] : [],
			way      => defined $way && $question =~ m{/$way$} ? $way : undef
		}
	};
}

# Whether the same disagreement comes back.
sub fails
{
	my ($trial, $failure) = @_;
	my ($session, $question) = @{ $failure->{disagreement} }{qw(session question)};
	my $sessions = Oracle::Trial::names_sql(Oracle::World->sessions);

	$trial->forget;
	$trial->meet;
	foreach my $changes ($failure->{steps} ? map { [$_] } @{ $failure->{history} } : $failure->{history})
	{
		Oracle::Trial::change($trial->{writer}, @$changes);
		$trial->{reader}->query("SET ROLE world_reader; SELECT count(*) FROM world.ask($sessions); RESET ROLE") if $failure->{steps};
	}
	foreach my $found (Oracle::Round::play($trial, $failure->{round}))
	{
		next unless $found->{session} eq $session && $found->{question} eq $question;
		$failure->{disagreement} = $found;
		return 1;
	}
	return 0;
}

# Leaves out parts of the list, smaller and smaller ones, as long as the rest does.
sub minimize
{
	my ($list, $try) = @_;
	my $size = @$list;

	while ($size >= 1 && @$list)
	{
		my $shorter = 0;

		for (my $at = 0; $at < @$list;)
		{
			my @rest = @$list;

			splice @rest, $at, $size;
			if ($try->(@rest))
			{
				$list = \@rest;
				$shorter = 1;
			}
			else
			{
				$at += $size;
			}
		}
		next if $size == 1 && $shorter;
		$size = $size == 1 ? 0 : int(($size + 1) / 2);
	}
	return;
}

# Leaves out optional arguments of statements, and elements of lists in them.
sub simplify
{
	my ($changes, $try) = @_;

	foreach my $i (0 .. $#$changes)
	{
		foreach my $optional (qr/, (?!category_id|role_id)\w+ => (?:'[^']*'|now\(\)[^,)]*|[^,()']+)/, qr/(?<=[{',])[^{}',() ]+,|,[^{}',() ]+(?=[}'])/)
		{
			my $from = 0;

			while (substr($changes->[$i]{sql}, $from) =~ /$optional/)
			{
				my ($start, $length) = ($from + $-[0], $+[0] - $-[0]);
				my @simpler = @$changes;
				my $sql = $changes->[$i]{sql};

				substr $sql, $start, $length, '';
				$simpler[$i] = { %{ $changes->[$i] }, sql => $sql };
				$from = $start + 1 unless $try->(@simpler);
			}
		}
	}
	return;
}

1;
