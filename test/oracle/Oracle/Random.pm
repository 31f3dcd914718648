# Chance that can be repeated: everything follows from what was given to srand.

package Oracle::Random;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(chance pick pick_weighted shuffled);

# True so many times in a hundred.
sub chance
{
	my ($percent) = @_;

	return rand 100 < $percent;
}

sub pick
{
	return $_[ rand @_ ];
}

# The second of one of the pairs; the first is its weight.
sub pick_weighted
{
	my (@pairs) = @_;
	my $sum = 0;

	$sum += $_->[0] foreach @pairs;
	my $at = rand $sum;
	foreach my $pair (@pairs)
	{
		return $pair->[1] if ($at -= $pair->[0]) < 0;
	}
	return $pairs[-1][1];
}

sub shuffled
{
	my @list = @_;

	for (my $i = @list; --$i > 0;)
	{
		my $j = int rand $i + 1;
		@list[ $i, $j ] = @list[ $j, $i ];
	}
	return @list;
}

1;
