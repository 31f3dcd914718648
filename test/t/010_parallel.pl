# Parallel workers judge as their leader does: the same rows as without them,
# nothing that is withdrawn while they start, nothing twice.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf(
	'postgresql.conf', q(
autovacuum = off
jit = off
));
$node->start;
World::create($node);

# The policy is of categories alone, so that every kind of scan can serve it.
# Film n is in category 1 + n / 200; Ann sees categories 1 to 10, Bob every second one.
$node->safe_psql(
	'postgres', q(
SET client_min_messages = error;
CREATE TABLE film (id int PRIMARY KEY, category_id bigint, filler text DEFAULT repeat('x', 100));
INSERT INTO film SELECT g, 1 + g / 200 FROM generate_series(0, 199999) g;
CREATE INDEX film_category ON film (category_id);
ALTER TABLE film SET (parallel_workers = 2);
VACUUM ANALYZE film;
GRANT SELECT ON film TO reader;
SELECT authz_category_add('c' || g, category_id => g) FROM generate_series(6, 1000) g;
SELECT authz_category_user_add(g, 'ann') FROM generate_series(2, 10) g WHERE g <> 3;
SELECT authz_category_user_add(g, 'bob') FROM generate_series(4, 1000, 2) g;
ALTER TABLE film ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON film USING (authz_can_view(category_id));
INSERT INTO token SELECT 'widget', session_token FROM authz_start_widget_session('_1');
));

my $parallel = q(
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET random_page_cost = 0.01;
SET seq_page_cost = 0.01;
SET min_parallel_table_scan_size = 0;
SET min_parallel_index_scan_size = 0;
);

# Settings and a session, for the role that row security binds.
sub as
{
	my ($name, $settings) = @_;
	my $token = $name eq 'nobody' ? '' : World::token($node, $name);

	return "SET ROLE reader; SET authz.session = '$token'; $settings";
}

# Statements and what may serve them.
my %kinds = (
	'seq scan' => [ 'SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;', qr/Parallel Seq Scan/ ],
	'bitmap scan' => [ 'SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off;', qr/Parallel Bitmap Heap Scan/ ],
	'index scan' => [ 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;', qr/Parallel Index Scan/ ]);
my $query = 'SELECT count(*), sum(id), count(DISTINCT id), sum(length(filler)) FROM film';
my %expected;

foreach my $name ('ann', 'bob', 'widget', 'nobody')
{
	$expected{$name} =
	  $node->safe_psql('postgres', as($name, 'SET max_parallel_workers_per_gather = 0;') . $query);
}
is($expected{ann}, '2000|1999000|2000|200000', 'Ann sees the first 2000 films');
like($expected{bob}, qr/^100000\|/, 'Bob sees every second category');
like($expected{$_}, qr/^0\|/, "$_ sees none") foreach ('widget', 'nobody');

foreach my $kind (sort keys %kinds)
{
	my ($settings, $shape) = @{ $kinds{$kind} };

	foreach my $name ('ann', 'bob', 'widget', 'nobody')
	{
		is( $node->safe_psql('postgres', as($name, $parallel . $settings) . $query),
			$expected{$name}, "$kind: $name sees the same in parallel");
	}
	my $plan = $node->safe_psql('postgres',
		as('ann', $parallel . $settings) . "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $query");
	like($plan, $shape, "$kind: that is the plan for Ann")
	  or diag $plan;
	like($plan, qr/Workers Launched: 2/, "$kind: there were workers");
}

# Everything that a check can be asked, in a worker alone.
my $forced = $node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name = 'debug_parallel_query'")
  ? 'debug_parallel_query' : 'force_parallel_mode';
foreach my $name ('ann', 'nobody')
{
	my $checks = q(SELECT authz_can_view(1), authz_can_view(11), authz_can_manage(1), authz_visible_categories(),
		authz_has_permission('video.view'), authz_has_role('viewer'), authz_owner_ids(), authz_is_owner('ann'),
		authz_current_user_id(), authz_current_account_id(), authz_has_privilege('view'), current_setting('authz.session'));
	my $serial = $node->safe_psql('postgres', as($name, '') . $checks);

	like($serial, $name eq 'ann' ? qr/^t\|f\|f\|\{1,2,3,/ : qr/^f\|f\|f\|\{\}/, "checks of $name without a worker");
	is($node->safe_psql('postgres', as($name, "SET $forced = on;") . $checks), $serial, "and in a worker");
	like($node->safe_psql('postgres', as($name, "SET $forced = on;") . "EXPLAIN (COSTS OFF) $checks"),
		qr/Single Copy: true/, 'there was one');
}

# The leader begins with what it has kept. A worker that loads is held up by the
# writer's lock until the change is committed.
sub start_query
{
	my ($reader, $sql) = @_;

	World::send_query($reader, $sql);
	$node->poll_query_until(
		'postgres', q(
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND wait_event_type = 'Lock')
	OR EXISTS (SELECT FROM pg_stat_activity WHERE state LIKE 'idle%' AND query LIKE 'WITH r AS%')))
	  or die 'the query neither waits nor ends';
	return;
}

my $slow = q(SELECT id, category_id, pg_sleep(0.001) FROM film);
foreach my $kind (sort keys %kinds)
{
	my ($settings) = @{ $kinds{$kind} };
	my $reader = $node->background_psql('postgres');
	my $writer = $node->background_psql('postgres');

	$reader->query_safe(as('ann', $parallel . $settings));
	is($reader->query_safe('SELECT count(*) FROM film'), 2000, "$kind: the leader has loaded");
	$writer->query_safe(q(
BEGIN;
LOCK TABLE authz.category_user;
SELECT authz_category_user_delete(2, 'ann');));
	start_query($reader,
		"WITH r AS MATERIALIZED ($slow) SELECT count(*) - count(DISTINCT id), count(DISTINCT id) FILTER (WHERE category_id <> 2) FROM r");
	$writer->query_safe('COMMIT');
	is($reader->query_safe('SELECT 1'), "0|1800\n1", "$kind: no row twice, and none lost of what is left");
	is($reader->query_safe('SELECT count(*) FROM film'), 1800, "$kind: the next statement obeys");
	$writer->query_safe(q(SELECT authz_category_user_add(2, 'ann')));
	$writer->quit;
	$reader->quit;
}

# Workers have newer rights than the leader's snapshot has rows. What is hidden
# in the snapshot stays hidden, also where the leader has changed something itself.
foreach my $own ('', q(INSERT INTO noted VALUES (1);))
{
	my $what   = $own ? 'a leader that writes' : 'a leader that reads';
	my $reader = $node->background_psql('postgres');
	my $writer = $node->background_psql('postgres');
	my $other  = $node->background_psql('postgres');

	$node->safe_psql('postgres', 'DROP TABLE IF EXISTS noted; CREATE TABLE noted (id int); GRANT ALL ON noted TO reader');
	$reader->query_safe(as('ann', $parallel . $kinds{'seq scan'}->[0]) . 'SET parallel_leader_participation = off');
	is($reader->query_safe('SELECT count(*) FROM film'), 2000, "$what: it has loaded");

	# The leader's transaction is older than the writer's, and neither is the latest to end.
	$reader->query_safe("BEGIN; $own");
	$writer->query_safe(q(
BEGIN;
LOCK TABLE authz.category_user;
UPDATE film SET filler = 'declassified' WHERE category_id = 500;
SELECT authz_category_user_add(500, 'ann');));
	$other->query_safe('SELECT pg_current_xact_id()');
	start_query($reader,
		"WITH r AS MATERIALIZED (SELECT id, category_id, filler FROM film) SELECT count(*) FILTER (WHERE category_id = 500 AND filler <> 'declassified') FROM r");
	$writer->query_safe('COMMIT');
	is($reader->query_safe('SELECT 1'), "0\n1", "$what: no row that was secret in the snapshot");
	is($reader->query_safe(q(SELECT count(*) FROM film WHERE filler = 'declassified')),
		200, "$what: the next statement sees what was given");
	$reader->query_safe('COMMIT');
	$writer->query_safe(q(SELECT authz_category_user_delete(500, 'ann')));
	$writer->query_safe(q(UPDATE film SET filler = repeat('x', 100) WHERE category_id = 500));
	$_->quit foreach ($reader, $writer, $other);
}

$node->stop;
done_testing();
