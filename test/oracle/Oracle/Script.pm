# A failure as a script for psql, which needs nothing but a new database: it
# makes the world, asks, and shows both answers side by side.

package Oracle::Script;

use strict;
use warnings;

use Oracle::Connection qw(quote);
use Oracle::Trial;
use Oracle::World;

our @SQL = qw(world tables rules rows ask);

my $ASK = <<'SQL';
SET ROLE world_reader;
CREATE TEMP TABLE said AS %s;
RESET ROLE;
SQL

# The table above is made anew for each question.
my $SHOW = <<'SQL';
SELECT s.session, s.question, s.answer AS authz, coalesce(o.answer, '{}') AS oracle,
	CASE WHEN s.answer IS DISTINCT FROM coalesce(o.answer, '{}') THEN '<<<' ELSE '' END AS " "
FROM said s
LEFT JOIN (
	SELECT * FROM oracle.answers(%1$s)
	UNION ALL SELECT * FROM oracle.outcomes(%1$s, %2$s)) o
	ON o.session = s.session AND o.question = substring(s.question from '^[^/]*');
SQL

my $NOW = '(SELECT array_agg(r) FROM oracle.rights r)';

# Parameters: failure, title, directory (of the world's SQL). Returns what makes
# the world and asks, and with it all that comes before.
sub text
{
	my (%params) = @_;
	my $failure = $params{failure};
	my ($round, $found) = @{$failure}{qw(round disagreement)};
	my $head = <<"SQL";
-- authz and the oracle disagree: $params{title}
--
-- $found->{session}: $found->{question}
--	authz	$found->{authz}
--	oracle	$found->{oracle}
--
-- For psql, as a superuser, in a new database of a server for nothing else.

SQL
	my $story = join '', history($failure), round($round);
	my $whole = $head . "SET client_min_messages = warning;\nCREATE EXTENSION authz CASCADE;\n\n"
	  . join("\n", map { slurp("$params{directory}/$_.sql") } @SQL)
	  . "\n\\pset pager off\n\\setenv PGHOST :HOST\n\\setenv PGPORT :PORT\n\\setenv PGUSER :USER\n\\setenv PGDATABASE :DBNAME\n\n" . $story;

	return ($head . $story, $whole);
}

sub slurp
{
	my ($name) = @_;

	open my $file, '<', $name or die "$name: $!\n";
	local $/;
	return <$file>;
}

sub change_sql
{
	my ($change) = @_;

	return "SELECT world.change($change->{account}, " . quote($change->{sql}) . ')';
}

# By another connection.
sub elsewhere
{
	my ($sql) = @_;

	$sql =~ s/(["\\\$`])/\\$1/g;
	return "\\! psql -qXc \"$sql\"\n";
}

sub ask_sql
{
	my ($ask) = @_;
	my @parts;

	push @parts, 'SELECT * FROM world.ask(' . Oracle::Trial::names_sql(@{ $ask->{sessions} }) . ')' if @{ $ask->{sessions} };
	push @parts, 'SELECT * FROM world.ask_writes(' . Oracle::Trial::names_sql(@{ $ask->{writers} }) . ", '$ask->{content}')"
	  if @{ $ask->{writers} };
	push @parts, 'SELECT * FROM world.try(' . Oracle::Trial::attempts_sql($ask) . ')' if @{ $ask->{attempts} };
	return sprintf $ASK, join ' UNION ALL ', @parts;
}

sub show_sql
{
	my ($ask, $rights) = @_;

	return sprintf($SHOW, $rights, Oracle::Trial::attempts_sql($ask)) . "DROP TABLE said;\n";
}

sub history
{
	my ($failure) = @_;

	return '' unless @{ $failure->{history} };
	return join('', map { change_sql($_) . ";\n" } @{ $failure->{history} }) . "\n" unless $failure->{steps};

	my $sessions = Oracle::Trial::names_sql(Oracle::World->sessions);
	return "\\o /dev/null\n" . join('', map {
			elsewhere(change_sql($_)) . "SET ROLE world_reader; SELECT * FROM world.ask($sessions); RESET ROLE;\n"
	} @{ $failure->{history} }) . "\\o\n\n";
}

sub round
{
	my ($round) = @_;
	my ($manner, $ask) = @{$round}{qw(manner ask)};
	my $way = defined $ask->{way} ? Oracle::Trial::way_sql($ask->{way}) . "; -- before the rows are asked for, in a new statement\n" : '';
	my @here = map { change_sql($_) . ";\n" } @{ $round->{changes} };
	my @elsewhere = map { elsewhere(change_sql($_)) } @{ $round->{changes} };
	my $asked = ask_sql($ask) . show_sql($ask, $NOW);

	return "BEGIN;\n" . $way . join('', @here) . $asked . "ROLLBACK;\n$asked" if $manner eq 'own';
	return "BEGIN;\n" . $way . "SAVEPOINT before;\n" . join('', @here) . $asked . "ROLLBACK TO before;\n$asked" . "ROLLBACK;\n" if $manner eq 'savepoint';
	return "BEGIN ISOLATION LEVEL REPEATABLE READ;\n" . $way
	  . "SELECT array_agg(r) AS before FROM oracle.rights r \\gset\n" . join('', @elsewhere)
	  . "\\set now `psql -qXAtc 'SELECT array_agg(r) FROM oracle.rights r'`\n"
	  . ask_sql($ask) . show_sql($ask, q{oracle.both(:'before', :'now')}) . "COMMIT;\n"
	  if $manner eq 'old';
	return "BEGIN;\n$way" . join('', @elsewhere) . $asked . "COMMIT;\n" if $way ne '';
	return join('', @here) . $asked;
}

1;
