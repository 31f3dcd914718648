# Link tables in dumps and in logical replication: wherever the rows come from,
# and in whatever order, the array is what the link table says, and goes on so.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

# Table film has a foreign key from its link table, table clip has none; a clip
# is missing, and one has no assignment.
my $tables = q(
SET client_min_messages = error;
CREATE TABLE film (id int PRIMARY KEY, owner text);
CREATE TABLE film_link (id int REFERENCES film ON DELETE CASCADE, category int, status text DEFAULT 'active', PRIMARY KEY (id, category));
CREATE TABLE clip (id text PRIMARY KEY, owner text) PARTITION BY LIST (id);
CREATE TABLE clip_a PARTITION OF clip FOR VALUES IN ('a');
CREATE TABLE clip_other PARTITION OF clip DEFAULT;
CREATE TABLE clip_link (category int, id text, UNIQUE (category, id)) PARTITION BY LIST (category);
CREATE TABLE clip_link_1 PARTITION OF clip_link FOR VALUES IN (1);
CREATE TABLE clip_link_other PARTITION OF clip_link DEFAULT;
GRANT SELECT, INSERT, UPDATE, DELETE ON film, film_link, clip, clip_link TO reader;
);
my $protect = q(
SELECT authz_protect_linked('film', 'id', 'film_link', 'id', 'category', 'status', owner_column => 'owner');
SELECT authz_protect_linked('clip', 'id', 'clip_link', 'id', 'category', owner_column => 'owner');
);
my $rows = q(
INSERT INTO film SELECT g, 'bob' FROM generate_series(1, 4) g;
INSERT INTO film_link VALUES (1, 1), (1, 2), (2, 2), (3, 3), (3, 4);
INSERT INTO film_link VALUES (2, 1, 'pending');
INSERT INTO clip VALUES ('a'), ('b'), ('c');
INSERT INTO clip_link VALUES (1, 'a'), (2, 'a'), (2, 'b'), (3, 'd');
);

# What the arrays are, and what Ann sees.
my $look = q(
SELECT 'film', id::text, ARRAY(SELECT unnest(authz_categories) ORDER BY 1), ARRAY(SELECT category FROM film_link l WHERE l.id = film.id AND status = 'active' ORDER BY 1) FROM film
	UNION ALL SELECT 'clip', id, ARRAY(SELECT unnest(authz_categories) ORDER BY 1), ARRAY(SELECT category FROM clip_link l WHERE l.id = clip.id ORDER BY 1) FROM clip ORDER BY 1, 2;
SELECT set_config('authz.session', value, false) IS NULL FROM token WHERE name = 'ann';
SET ROLE reader;
SELECT coalesce(string_agg(id, ',' ORDER BY id), 'nothing') FROM (SELECT id::text FROM film UNION ALL SELECT id FROM clip) t;
SELECT coalesce(string_agg(id || category, ',' ORDER BY id, category), 'nothing') FROM (SELECT id::text, category FROM film_link UNION ALL SELECT id, category FROM clip_link) t;
);

sub looks
{
	my ($node, $database, $arrays, $rows, $links, $name) = @_;
	my @lines = split /\n/, $node->safe_psql($database, $look);
	my @bad   = grep { !/\|(\{.*\})\|\1$/ } @lines[ 0 .. $#lines - 3 ];

	is("@bad", '', "$name: every array is what the link table says");
	is(join(' ', map { (split /\|/)[2] } @lines[ 0 .. $#lines - 3 ]), $arrays, "$name: the arrays");
	is($lines[-2], $rows,  "$name: what is seen");
	is($lines[-1], $links, "$name: and of the assignments");
	return;
}

my @before = ('{1,2} {2} {} {1,2} {2} {3,4} {}', '1,3,a', '11,12,33,34,a1,a2');
my $more   = q(
DELETE FROM film_link WHERE id = 1 AND category = 1;
UPDATE film_link SET status = 'active' WHERE status = 'pending';
INSERT INTO film_link VALUES (4, 3);
UPDATE clip_link SET category = 1 WHERE id = 'b';
UPDATE clip SET id = 'x' WHERE id = 'a';
INSERT INTO clip VALUES ('d');
);
my @after = ('{1} {} {3} {} {2} {1,2} {3,4} {3}', '2,3,4,b,d', '21,22,33,34,43,b1,d3');

my $node = PostgreSQL::Test::Cluster->new('linked');
$node->init(allows_streaming => 'logical');
$node->start;
World::create($node);
$node->safe_psql('postgres', "$tables $protect $rows");
looks($node, 'postgres', @before, 'made');

# Dumps
my $dump = $node->backup_dir . '/linked';
mkdir $node->backup_dir;
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'postgres' ], 'it is dumped');

sub database
{
	my ($name) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	return $name;
}

sub restored
{
	my ($to, $name, @options) = @_;

	$node->command_ok([ 'pg_restore', '--exit-on-error', @options, '-d', $to, $dump ], "$name is restored");
	return;
}

restored(database('whole'), 'the whole');
looks($node, 'whole', @before, 'restored');
$node->safe_psql('whole', $more);
looks($node, 'whole', @after, 'restored and changed');

# Data into tables that are protected already: what authz itself keeps first.
my %orders = (
	'content first'    => [ [qw(film clip_a clip_other)], [qw(film_link clip_link_1 clip_link_other)] ],
	'links first'      => [ [qw(clip_link_1 clip_link_other)], [qw(film)], [qw(clip_a clip_other film_link)] ],
	'one by the other' => [ [qw(clip_link_1)], [qw(clip_a)], [qw(clip_other)], [qw(clip_link_other)], [qw(film)], [qw(film_link)] ]);
my $number = 0;
foreach my $order (sort keys %orders)
{
	my $to = database('data' . ++$number);

	restored($to, "$order: the schema", '--schema-only');
	restored($to, "$order: what authz keeps", '--data-only', '--schema=authz');
	restored($to, "$order: the sessions", '--data-only', '--table=token');
	foreach my $tables (@{ $orders{$order} })
	{
		restored($to, "$order: @$tables", '--data-only', map { "--table=$_" } @$tables);
	}
	looks($node, $to, @before, $order);
	$node->safe_psql($to, $more);
	looks($node, $to, @after, "$order, and changed");
}

# Replication: the array comes with its row, and is not kept twice.
$node->safe_psql('postgres', 'CREATE PUBLICATION linked FOR TABLES IN SCHEMA authz, TABLE token, film, film_link, clip, clip_link');
$node->safe_psql('postgres', "ALTER TABLE $_ REPLICA IDENTITY FULL") foreach ('clip_link_1', 'clip_link_other');
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql('postgres', "SET client_min_messages = error; CREATE EXTENSION authz CASCADE; CREATE ROLE reader LOGIN;
CREATE TABLE token (name text, value text); GRANT SELECT ON token TO reader; $tables");
my $connection = $node->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "ALTER TABLE $_ ADD authz_categories bigint[] NOT NULL DEFAULT '{}'") foreach ('film', 'clip');
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION linked CONNECTION '$connection' PUBLICATION linked");
$subscriber->wait_for_subscription_sync($node, 'linked');
$subscriber->safe_psql('postgres', "SET client_min_messages = error; SET authz.account = 1; $protect");
looks($subscriber, 'postgres', @before, 'replicated');
$node->safe_psql('postgres', $more);
$node->wait_for_catchup('linked');
looks($node,       'postgres', @after, 'changed');
looks($subscriber, 'postgres', @after, 'changed and replicated');
$node->safe_psql('postgres', 'TRUNCATE film_link; DELETE FROM clip_link');
$node->wait_for_catchup('linked');
looks($subscriber, 'postgres', '{} {} {} {} {} {} {} {}', 'nothing', 'nothing', 'emptied and replicated');

$subscriber->stop;
$node->stop;
done_testing();
