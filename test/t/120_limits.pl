# Limits are exact when many come at once, at every isolation level: twenty that
# have all taken their snapshot before the first of them adds anything.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $many = 20;
my $most = 10;

my $node = PostgreSQL::Test::Cluster->new('limits');
$node->init;
$node->start;
World::create($node);
$node->safe_psql('postgres', qq(
	SELECT authz_user_add('u' || g), authz_group_add('g' || g) FROM generate_series(1, 4 * $many) g;
	SELECT authz_account_update(1, settings => '{"max_category_members": $most, "max_user_groups": $most}');
));

my $gate = $node->background_psql('postgres');
my @adders = map { $node->background_psql('postgres', on_error_stop => 0) } 1 .. $many;
$_->query_safe(q(\set VERBOSITY sqlstate)) foreach @adders;

# Each begins, and all add when the gate opens; a serialization failure is tried
# again. How often each outcome came.
sub add_at_once
{
	my ($isolation, @statements) = @_;
	my %outcomes;

	$gate->query_safe('SELECT pg_advisory_lock(1)');
	foreach my $i (0 .. $#adders)
	{
		$adders[$i]->query_safe("BEGIN ISOLATION LEVEL $isolation; SELECT count(*) FROM authz.category_user");
		World::send_query($adders[$i], 'SELECT pg_advisory_lock_shared(1)');
	}
	$node->poll_query_until('postgres',
		qq(SELECT count(*) = $many FROM pg_locks WHERE locktype = 'advisory' AND NOT granted))
	  or die 'they did not come to the gate';
	$gate->query_safe('SELECT pg_advisory_unlock(1)');
	$_->query('SELECT 1') foreach @adders;

	World::send_query($adders[$_], "$statements[$_]; COMMIT") foreach 0 .. $#adders;
	foreach my $i (0 .. $#adders)
	{
		while (1)
		{
			$adders[$i]->query('SELECT pg_advisory_unlock_all()');
			my $outcome = $adders[$i]->{stderr} =~ /ERROR:\s+(\w{5})/ ? $1 : 'ok';

			$adders[$i]->{stderr} = '';
			$outcomes{$outcome}++ if $outcome ne '40001';
			last if $outcome ne '40001';
			$adders[$i]->query("BEGIN ISOLATION LEVEL $isolation; $statements[$i]; COMMIT");
		}
	}
	return \%outcomes;
}

foreach my $isolation ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
{
	my @one_by_one = map { "SELECT authz_category_user_add(4, 'u$_')" } 1 .. $many;
	my $outcomes = add_at_once($isolation, @one_by_one);

	is_deeply($outcomes, { ok => $most, 54000 => $many - $most }, "$isolation: members, one by one");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM authz.category_user WHERE category_id = 4'),
		$most, "$isolation: as many as the limit allows are in");

	# Those who come three at a time leave the last place to one alone.
	my @mixed = map { $_ % 2 ? "SELECT authz_category_user_add(5, 'u$_')"
		  : "SELECT authz_category_user_add(5, ARRAY['u@{[$many + 3 * $_]}', 'u@{[$many + 3 * $_ - 1]}', 'u@{[$many + 3 * $_ - 2]}'])" }
	  1 .. $many;
	$outcomes = add_at_once($isolation, @mixed);
	is($node->safe_psql('postgres', 'SELECT count(*) FROM authz.category_user WHERE category_id = 5'),
		$most, "$isolation: members, some by threes");

	my @groups = map { "SELECT authz_group_user_add('g$_', 'bob')" } 1 .. $many;
	$outcomes = add_at_once($isolation, @groups);
	is_deeply($outcomes, { ok => $most, 54000 => $many - $most }, "$isolation: groups of a user");
	is($node->safe_psql('postgres', q(SELECT count(*) FROM authz_group_users WHERE user_id = 'bob')),
		$most, "$isolation: as many as the limit allows");

	$node->safe_psql('postgres', q(
		SELECT authz_category_user_delete(category_id, user_id) FROM authz_category_users WHERE category_id IN (4, 5);
		SELECT authz_group_user_delete(group_id, user_id) FROM authz_group_users WHERE user_id = 'bob';
	));
}

$_->quit foreach $gate, @adders;
$node->stop;
done_testing();
