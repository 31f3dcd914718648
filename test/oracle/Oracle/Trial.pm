# A world on trial: one connection that changes it and asks the oracle, one that
# asks authz, as a role that row security binds.

package Oracle::Trial;

use strict;
use warnings;

use Oracle::Connection qw(quote);

# Plans of many small steps are not worth compiling, nor do their hashes hold much.
my $PREPARE = <<'SQL';
SET jit = off;
SET work_mem = 64;
SET lock_timeout = '10s';
PREPARE rights AS SELECT array_agg(r) FROM oracle.rights r;
PREPARE judge AS
	SELECT * FROM oracle.answers($1::oracle.rights[])
	UNION ALL SELECT * FROM oracle.outcomes($1, $2::world.attempt[]);
PREPARE steady AS
	SELECT b.session FROM unnest($1::oracle.rights[]) b JOIN unnest($2::oracle.rights[]) a ON a = b;
PREPARE everything AS
	WITH now AS MATERIALIZED (SELECT array_agg(r) AS rights FROM oracle.rights r)
	SELECT a.* FROM now, oracle.answers(now.rights) a
	UNION ALL SELECT o.* FROM now, oracle.outcomes(now.rights, $1::world.attempt[]) o;
SQL

# Ways of asking for rows: settings under which the statement is planned.
my %WAYS = (
	'index'    => 'SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off',
	'bitmap'   => 'SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off',
	'scan'     => 'SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off',
	'parallel' => 'SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; '
	  . 'SET LOCAL min_parallel_index_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2',
	'worker'   => q(SELECT set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')),
	'prepared' => 'SET LOCAL plan_cache_mode = force_generic_plan');

# Parameters: those of a connection to a database where the world's SQL is.
sub new
{
	my ($class, %params) = @_;
	my $self = bless { params => \%params, writer => Oracle::Connection->new(%params) }, $class;

	$self->{writer}->query($PREPARE);
	$self->{rows} = $self->{writer}->value('SELECT world.rows_query()');
	$self->meet;
	return $self;
}

# The tables of the world: what world.protected says of each.
sub tables
{
	my ($self) = @_;
	my @names = qw(content account_id prefix category_type key_type owned people);
	my $rows = $self->{writer}->query('SELECT ' . join(', ', @names) . ' FROM world.protected ORDER BY content');

	return map {
		my %table;
		@table{@names} = @$_;
		\%table;
	} @$rows;
}

# A new connection to ask authz by, which has loaded nothing yet.
sub meet
{
	my ($self, $memory) = @_;
	my $reader = $self->{reader} = Oracle::Connection->new(%{ $self->{params} });

	$reader->query("$PREPARE; LOAD 'authz'");
	$reader->query("SET authz.cache_memory = '$memory'") if defined $memory;
	$reader->query("SET ROLE world_reader; PREPARE rows AS $self->{rows}; RESET ROLE");
	return;
}

sub forget
{
	my ($self) = @_;

	$self->{writer}->query('SELECT world.forget()');
	return;
}

# Makes changes, together; what was said to those that were refused.
sub change
{
	my ($connection, @changes) = @_;

	return unless @changes;
	my $results = $connection->query('SELECT world.change(ARRAY['
		  . join(', ', map { $_->{account} } @changes) . '], ARRAY['
		  . join(', ', map { quote($_->{sql}) } @changes) . '])');
	return grep { $_ ne 'ok' } map { $_->[0] } @$results;
}

# ---- questions ----

sub names_sql
{
	return "'{" . join(',', @_) . "}'::text[]";
}

sub attempts_sql
{
	my ($ask) = @_;

	return 'ARRAY[' . join(', ', map {
			'(' . join(', ', map { quote($_) } @{$_}{qw(session content command id changes statement)}) . ')::world.attempt'
	} @{ $ask->{attempts} }) . ']::world.attempt[]';
}

# To the oracle: by the rights that a connection sees, or by given ones.
sub everything_sql
{
	my ($ask) = @_;

	return 'EXECUTE everything(' . attempts_sql($ask) . ')';
}

sub judge_sql
{
	my ($ask, $rights) = @_;

	return "EXECUTE judge($rights, " . attempts_sql($ask) . ')';
}

# To authz; in a transaction where rows are asked for in a way of their own.
sub ask
{
	my ($self, $ask) = @_;
	my $reader = $self->{reader};
	my $answers;

	$reader->query('SET ROLE world_reader');
	$answers = $reader->query(
		'SELECT * FROM world.ask(' . names_sql(@{ $ask->{sessions} }) . ')'
		  . ' UNION ALL SELECT * FROM world.ask_writes(' . names_sql(@{ $ask->{writers} }) . ", '$ask->{content}')"
		  . ' UNION ALL SELECT * FROM world.try(' . attempts_sql($ask) . ')');
	push @$answers, $self->ask_rows($ask) if defined $ask->{way};
	$reader->query('RESET ROLE');
	return $answers;
}

sub ask_rows
{
	my ($self, $ask) = @_;
	my $statement = $ask->{way} eq 'prepared' ? 'EXECUTE rows' : $self->{rows};
	my @sessions = @{ $ask->{sessions} };
	my @answers;

	# Workers are started for each, which takes its time.
	splice @sessions, 2 if $ask->{way} eq 'parallel';
	$self->{reader}->query($WAYS{ $ask->{way} });
	foreach my $session (@sessions)
	{
		my $token = "(SELECT token FROM world.session WHERE session = '$session')";
		my $rows = $self->{reader}->query("SELECT set_config('authz.session', $token, true); $statement");

		push @answers, map { [ $session, "$_->[0]/$ask->{way}", $_->[1] ] } @$rows;
	}
	$self->{reader}->query("SET LOCAL authz.session = ''");
	return @answers;
}

sub ways
{
	return sort keys %WAYS;
}

sub way_sql
{
	my ($way) = @_;

	return $WAYS{$way};
}

1;
