# A random world: who and what there is, and how it begins.
#
# A change is one SQL statement in the database plane of an account. All ids in
# it are chosen here, from few, so that any part of a list of changes makes a
# world too, and what was deleted comes back.

package Oracle::World;

use strict;
use warnings;

use Oracle::Change;
use Oracle::Random;
use Oracle::Row;

my %USERS = (1 => [qw(Ann bob Cid dan eve)], 2 => [qw(Ann bob zoe)]);
my %GROUPS = (1 => [qw(staff Team crew club)], 2 => [qw(staff)]);
my %ROLES = (1 => [ 1 .. 6 ], 2 => [ 31, 32 ]);
my %CATEGORIES = (1 => [ 1 .. 24 ], 2 => [ 31 .. 36 ]);
my $NO_CATEGORY = 50;

# Parameters: seed; tables, the rows of world.protected as hashes.
sub new
{
	my ($class, %params) = @_;

	srand $params{seed};
	return bless {
		tables     => $params{tables},
		rows       => { map { $_->{content} => 0 } @{ $params{tables} } },
		categories => { 1 => [], 2 => [] },
	}, $class;
}

sub tables
{
	my ($self) = @_;

	return @{ $self->{tables} };
}

# What a connection may keep of loaded rights: in some worlds next to nothing.
sub memory
{
	return chance(25) ? '64kB' : undef;
}

sub sessions
{
	return map { "s$_" } 1 .. 8;
}

# ---- names of what is there, was there, or will be ----

sub account
{
	return chance(85) ? 1 : 2;
}

sub user
{
	my ($self, $account) = @_;

	return pick(@{ $USERS{$account} });
}

sub group
{
	my ($self, $account) = @_;

	return pick(@{ $GROUPS{$account} });
}

sub principal
{
	my ($self, $account) = @_;

	return chance(65) ? $self->user($account) : $self->group($account);
}

sub role
{
	my ($self, $account) = @_;

	return pick(@{ $ROLES{$account} });
}

# One that was made, if any was.
sub made_category
{
	my ($self, $account) = @_;

	return pick(@{ $self->{categories}{$account} });
}

sub category
{
	my ($self, $account) = @_;

	return $self->made_category($account) // $CATEGORIES{$account}[0];
}

# An id for a new one, or none when all are taken.
sub free_category
{
	my ($self, $account) = @_;
	my %taken = map { $_ => 1 } @{ $self->{categories}{$account} };
	my $id = pick(grep { !$taken{$_} } @{ $CATEGORIES{$account} });

	push @{ $self->{categories}{$account} }, $id if defined $id;
	return $id;
}

sub forget_category
{
	my ($self, $account, $id) = @_;
	my $made = $self->{categories}{$account};

	@$made = grep { $_ != $id } @$made if @$made > 4;
	return;
}

# What a row may say: mostly a category of its account.
sub any_category
{
	my ($self, $account) = @_;

	return pick(@{ $CATEGORIES{ 3 - $account } }) if chance(6);
	return pick(@{ $CATEGORIES{$account} }, $NO_CATEGORY) if chance(12);
	return $self->category($account);
}

sub new_row
{
	my ($self, $table) = @_;

	return ++$self->{rows}{ $table->{content} };
}

sub row
{
	my ($self, $table) = @_;

	return 1 + int rand $self->{rows}{ $table->{content} };
}

# ---- the beginning ----

sub beginning
{
	my ($self) = @_;
	my @changes = map { Oracle::Change::of($_, "SELECT world.make_account($_)") } 1, 2;

	push @changes, Oracle::Change::settings($self, 1) if chance(30);
	foreach my $table (grep { defined $_->{prefix} } $self->tables)
	{
		foreach my $account ($table->{account_id} // (1, 2))
		{
			push @changes, map { Oracle::Change::add_permission($self, $account, "$table->{prefix}.$_") }
			  grep { chance(95) } qw(view add update delete);
		}
	}
	foreach my $account (1, 2)
	{
		my $share = $account == 1 ? 1 : 0.4;

		push @changes, map { Oracle::Change::add_user($self, $account, $_) } @{ $USERS{$account} };
		push @changes, map { Oracle::Change::add_group($self, $account, $_) } @{ $GROUPS{$account} };
		push @changes, map { Oracle::Change::add_role($self, $account, $_) } @{ $ROLES{$account} };
		push @changes, Oracle::Change::of($account, "SELECT authz_role_update($ROLES{$account}[0], permissions => '{*}', everyone => true)")
		  if chance(40);
		push @changes, map { Oracle::Change::add_to_group($self, $account) } 1 .. 8 * $share;
		push @changes, map { Oracle::Change::give_role($self, $account) } 1 .. 6 * $share;
		push @changes, map { Oracle::Change::add_category($self, $account) } 1 .. 10 * $share;
		push @changes, map { Oracle::Change::add_member($self, $account) } 1 .. 16 * $share;
	}
	push @changes, map { Oracle::Change::start_session($self, $_) } $self->sessions;
	foreach my $table ($self->tables)
	{
		push @changes, map { Oracle::Row::add($self, $table) } 1 .. 9;
	}
	return @changes;
}

# ---- one step on ----

# What changes in it: mostly one thing, else some together.
sub step
{
	my ($self) = @_;
	my $n = chance(90) ? 1 : 2 + int rand 5;

	return map {
		my $kind = pick_weighted([ 80, 'rights' ], [ 12, 'row' ], [ 8, 'session' ]);

		$kind eq 'rights' ? Oracle::Change::any($self, account())
		  : $kind eq 'row' ? Oracle::Row::change($self)
		  : Oracle::Change::change_session($self);
	} 1 .. $n;
}

1;
