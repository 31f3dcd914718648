# Random rows of the content tables: as a superuser puts them there, and as a
# session would.

package Oracle::Row;

use strict;
use warnings;

use JSON::PP;
use Oracle::Change;
use Oracle::Connection qw(quote);
use Oracle::Random;

my $JSON = JSON::PP->new->canonical;

# What statements of sessions set, so many times in a hundred.
my %PARTS = (
	insert => { categories => 95, owner => 40, account => 100, people => 20 },
	update => { categories => 65, owner => 30, account => 10, people => 10 },
	delete => {});

# ---- columns ----

# Parts of a row by the rules' own names, each so many times in a hundred.
sub parts
{
	my ($world, $table, %percent) = @_;
	my $account = $table->{account_id} // $world->account;
	my %part;

	$part{categories} = [ categories($world, $table, $account) ] if chance($percent{categories} // 0);
	$part{owner} = owner($world, $account) if $table->{owned} eq 't' && chance($percent{owner} // 0);
	if ($table->{people} eq 't')
	{
		$part{$_} = [ people($world, $account) ] foreach grep { chance($percent{people} // 0) } qw(editors publishers viewers);
	}
	$part{account_id} = chance(90) ? $account : pick(1, 2, undef) if !defined $table->{account_id} && chance($percent{account} // 0);
	return %part;
}

sub categories
{
	my ($world, $table, $account) = @_;
	my $n = $table->{category_type} =~ /\[/ ? pick(0, 1, 1, 2, 3) : pick(0, (1) x 9);
	my %distinct = map { ($world->any_category($account) => 1) } 1 .. $n;

	return sort keys %distinct;
}

sub people
{
	my ($world, $account) = @_;

	return map { chance(90) ? $world->principal($account) : pick('ann', 'nobody') } 1 .. pick(0, 0, 1, 2);
}

sub owner
{
	my ($world, $account) = @_;

	return undef if chance(30);
	return pick('ann', 'STAFF', 'nobody', '') if chance(8);
	return $world->principal($account);
}

# The key by which privileges name a row.
sub key
{
	my ($table, $id) = @_;
	my $type = $table->{key_type};

	return !defined $type ? undef : $type eq 'int' ? "$id" : $type eq 'text' ? "f$id" : sprintf '00000000-0000-4000-8000-%012d', $id;
}

# The same as columns of the table and SQL values.
sub columns
{
	my ($table, %part) = @_;
	my %column;

	foreach my $name (keys %part)
	{
		my $value = $part{$name};

		if ($name eq 'categories' && $table->{category_type} !~ /\[/)
		{
			$column{category_id} = quote($value->[0]);
		}
		else
		{
			$column{ $name eq 'categories' ? 'category_ids' : $name } =
			  quote(!ref $value ? $value : $name eq 'categories' ? list(@$value) : '{' . join(',', @$value) . '}');
		}
	}
	return %column;
}

# An array; NULL is as good as an empty one, and as no element.
sub list
{
	my (@elements) = @_;

	return undef if !@elements && chance(30);
	return '{' . join(',', @elements, chance(5) ? 'NULL' : ()) . '}';
}

sub insert
{
	my ($table, $id, %part) = @_;
	my %column = (id => $id, columns($table, %part));
	$column{key} = quote(key($table, $id)) unless ($table->{key_type} // 'int') eq 'int';
	my @names = sort keys %column;

	return "INSERT INTO $table->{content} (" . join(', ', @names) . ') VALUES (' . join(', ', @column{@names}) . ')';
}

sub update
{
	my ($table, $id, %part) = @_;
	my %column = columns($table, %part);

	return "UPDATE $table->{content} SET " . join(', ', map { "$_ = $column{$_}" } sort keys %column) . " WHERE id = $id";
}

# ---- changes by a superuser ----

sub add
{
	my ($world, $table) = @_;
	my %part = parts($world, $table, categories => 100, owner => 100, account => 100, people => 60);

	return of_row(insert($table, $world->new_row($table), %part));
}

sub change
{
	my ($world) = @_;
	my $table = pick($world->tables);
	my $id = $world->row($table);
	my %part = parts($world, $table, categories => 70, owner => 30, account => 10, people => 15);

	return add($world, $table) if chance(35);
	return of_row("DELETE FROM $table->{content} WHERE id = $id") if chance(25) || !%part;
	return of_row(update($table, $id, %part));
}

sub of_row
{
	my ($sql) = @_;

	return { %{ Oracle::Change::of(1, $sql) }, row => 1 };
}

# ---- attempts by a session ----

# A statement that a session may or may not run. What the oracle said at last
# makes it likelier that it may.
sub attempt
{
	my ($world, $last) = @_;
	my $session = pick($world->sessions);
	my $command = pick_weighted([ 5, 'insert' ], [ 6, 'update' ], [ 1, 'delete' ]);
	my ($table, $id) = chance(60) ? likely_row($world, $last, $session, $command) : ();

	$table //= pick($world->tables);
	$id //= $command eq 'insert' ? 1000 + int rand 2 : $world->row($table);	# rows have smaller ids
	my %part = parts($world, $table, %{ $PARTS{$command} });

	$part{categories} = [ likely_categories($table, $last, $session) ] if $part{categories} && chance(60);
	$part{owner} = pick(said($last, $session, 'names')) if exists $part{owner} && chance(40);
	$part{note} = 'changed' if $command eq 'update' && (!%part || chance(20));
	my $statement =
	    $command eq 'insert' ? insert($table, $id, %part)
	  : $command eq 'update' ? update($table, $id, %part)
	  :   "DELETE FROM $table->{content} WHERE id = $id";

	# What the statement does not say of a new row.
	if ($command eq 'insert')
	{
		$part{account_id} = $table->{account_id} if defined $table->{account_id};
		$part{key} = key($table, $id);
	}
	if ($command ne 'delete' && chance(20))
	{
		$command .= ' returning';
		$statement .= ' RETURNING id';
	}
	return {
		session   => $session,
		content   => $table->{content},
		command   => $command,
		id        => $id,
		changes   => $JSON->encode(\%part),
		statement => $statement
	};
}

# What the oracle said: the elements of an array.
sub said
{
	my ($last, $session, $question) = @_;
	my $answer = $last->{"$session: $question"} // '{}';

	return split /,/, $answer =~ s/[{}]//gr;
}

sub likely_row
{
	my ($world, $last, $session, $command) = @_;
	my $question = $command eq 'delete' ? 'delete' : 'change';

	return if $command eq 'insert';
	foreach my $table (shuffled($world->tables))
	{
		my @ids = said($last, $session, "$question $table->{content}");

		return ($table, pick(@ids)) if @ids;
	}
	return;
}

sub likely_categories
{
	my ($table, $last, $session) = @_;
	my @categories = shuffled(said($last, $session, 'contribute'));
	my $most = $table->{category_type} =~ /\[/ ? pick(1, 2) : 1;

	splice @categories, $most if @categories > $most;
	return sort @categories;
}

1;
