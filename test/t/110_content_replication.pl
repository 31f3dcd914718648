# Logical replication of protected tables, of one category and of several: what
# is applied at the subscriber, who may apply it, and what publishing gives away.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

# Row n is in category n; in the arrays beside the fifth, which is nobody's.
my $tables = q(
SET client_min_messages = error;
DO $$ BEGIN CREATE ROLE author; CREATE ROLE copier LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE film (id int PRIMARY KEY, category_id bigint, owner text);
CREATE TABLE clip (id int PRIMARY KEY, categories int[], owner text, editors text[]) PARTITION BY RANGE (id);
CREATE TABLE clip_1 PARTITION OF clip FOR VALUES FROM (0) TO (100);
CREATE TABLE clip_2 PARTITION OF clip FOR VALUES FROM (100) TO (200);
CREATE INDEX ON clip USING gin (categories);
ALTER TABLE film OWNER TO author;
ALTER TABLE clip OWNER TO author;
ALTER TABLE clip_1 OWNER TO author;
ALTER TABLE clip_2 OWNER TO author;
GRANT SELECT, INSERT, UPDATE, DELETE ON film, clip TO reader;
GRANT SELECT ON film, clip, clip_1, clip_2 TO copier;
);
my $protect = q(SELECT authz_protect('film', 'category_id', 'owner'), authz_protect('clip', 'categories', 'owner', editors_column => 'editors'));

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
World::create($publisher);
$publisher->safe_psql(
	'postgres', "$tables
INSERT INTO film SELECT n, n FROM generate_series(1, 5) n;
INSERT INTO clip SELECT n, ARRAY[n, 5] FROM generate_series(1, 5) n;
$protect;
CREATE PUBLICATION everything FOR TABLES IN SCHEMA authz, TABLE token, film, clip;
CREATE PUBLICATION content FOR TABLE film, clip WITH (publish_via_partition_root)");

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->append_conf('postgresql.conf', "wal_retrieve_retry_interval = 100ms");
$subscriber->start;
my $publishing = $publisher->connstr . ' dbname=postgres';

# A database that subscribes; from PostgreSQL 16 on, only as the subscription's owner can rows be applied to forced tables.
my $as_owner = $subscriber->pg_version >= 16 ? ', run_as_owner = true' : '';

sub subscribe
{
	my ($database, $publication, $user, $with) = @_;

	$subscriber->safe_psql('postgres', "CREATE DATABASE $database");
	$subscriber->safe_psql(
		$database, qq(
SET client_min_messages = error;
CREATE EXTENSION authz CASCADE;
DO \$\$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$;
CREATE TABLE token (name text, value text);
GRANT SELECT ON token TO reader;
$tables));
	$subscriber->safe_psql($database, "SET client_min_messages = error; SELECT authz_account_add('copy', 1)")
	  if $publication ne 'everything';
	$subscriber->safe_psql($database, $protect) if $publication ne 'everything';
	$subscriber->safe_psql($database,
		"CREATE SUBSCRIPTION $database CONNECTION '$publishing user=$user' PUBLICATION $publication WITH (slot_name = $database$with)");
	return;
}

# What somebody sees and does; undone where it is asked so.
sub as
{
	my ($node, $database, $who, $sql) = @_;
	my $token = World::token($publisher, $who);

	return $node->safe_psql($database, "SET authz.session = '$token'; SET ROLE reader; $sql");
}

sub is_seen
{
	my ($database, $ann, $bob, $name) = @_;

	for my $who (['ann', $ann], ['bob', $bob])
	{
		is( as(
				$subscriber, $database, $who->[0],
				"SELECT (SELECT string_agg(id::text, ',' ORDER BY id) FROM film), (SELECT string_agg(id::text, ',' ORDER BY id) FROM clip)"),
			$who->[1],
			"$name: $who->[0]");
	}
	return;
}

# Applied by a superuser: everything arrives, and the sessions of the publisher see the same here.
subscribe('copy', 'everything', 'postgres', $as_owner);
$subscriber->wait_for_subscription_sync($publisher, 'copy', 'copy');
$subscriber->safe_psql('copy', "SET client_min_messages = error; $protect");
is($subscriber->safe_psql('copy', 'SELECT count(*) FROM film'), 5, 'all rows are copied');
is_seen('copy', '1,3|1,3', '2|2', 'what was copied');

as($publisher, 'postgres', 'ann', q(INSERT INTO film (id) VALUES (11); INSERT INTO clip (id, editors) VALUES (11, '{bob}')));
$publisher->wait_for_catchup('copy');
is_seen('copy', '1,3,11|1,3,11', '2|2,11', 'what was added there, with the owner that was filled in');
$publisher->safe_psql(
	'postgres', q(
UPDATE film SET category_id = 2 WHERE id = 1;
UPDATE clip SET categories = '{2,5}', id = 101 WHERE id = 1;
UPDATE clip SET categories = categories || 2 WHERE id = 3;
DELETE FROM film WHERE id = 2;
DELETE FROM clip WHERE id = 2));
$publisher->wait_for_catchup('copy');
is_seen('copy', '3,11|3,11', '1|3,11,101', 'what was moved between categories and partitions there');
$publisher->safe_psql('postgres', q(SELECT authz_category_user_add(2, 'ann')));
$publisher->wait_for_catchup('copy');
is_seen('copy', '1,3,11|3,11,101', '1|3,11,101', 'what was granted there');
my $bob = World::token($publisher, 'bob');
is( World::sqlstate(
		$subscriber, "\\c copy\nSET authz.session = '$bob'; SET ROLE reader; UPDATE clip SET categories = '{1}' WHERE id = 11"),
	'42501',
	'and changes at the subscriber are judged as ever');
$publisher->safe_psql('postgres', 'TRUNCATE film');
$publisher->wait_for_catchup('copy');
is_seen('copy', '|3,11,101', '|3,11,101', 'what was emptied there');
$publisher->safe_psql('postgres', 'INSERT INTO film SELECT n, n FROM generate_series(1, 5) n');

# Applied by a role that row security binds: PostgreSQL refuses it, and nothing arrives.
subscribe('bound', 'content', 'postgres', $as_owner . ', enabled = false');
$subscriber->safe_psql(
	'bound', q(
CREATE ROLE applier LOGIN SUPERUSER;
ALTER SUBSCRIPTION bound OWNER TO applier;
ALTER ROLE applier NOSUPERUSER;
GRANT author, pg_read_all_data, pg_write_all_data TO applier;
GRANT CREATE ON DATABASE bound TO applier));
$subscriber->safe_psql('bound', 'ALTER SUBSCRIPTION bound SET (password_required = false)') if $as_owner;
my $offset = -s $subscriber->logfile;
$subscriber->safe_psql('bound', 'ALTER SUBSCRIPTION bound ENABLE');
ok($subscriber->wait_for_log(qr/cannot replicate into relation with row-level security enabled: "(film|clip)"/, $offset),
	'a bound role applies nothing');
is($subscriber->safe_psql('bound', 'SELECT count(*) FROM film'), 0, 'nothing has arrived');
$subscriber->safe_psql('bound', 'ALTER ROLE applier BYPASSRLS');
$subscriber->wait_for_subscription_sync($publisher, 'bound', 'bound');
is($subscriber->safe_psql('bound', 'SELECT (SELECT count(*) FROM film), (SELECT count(*) FROM clip)'),
	'5|5', 'one that bypasses row security applies all');

# Copied by a role that row security binds at the publisher: it has no session, so its first copy is empty, or refused if it says so.
is($publisher->safe_psql('postgres', 'COPY film TO STDOUT', extra_params => ['-U', 'copier']), '', 'a copy without a session is empty');
is( World::sqlstate($publisher, 'SET row_security = off; COPY film TO STDOUT', extra_params => ['-U', 'copier']),
	'42501',
	'or refused');
subscribe('partial', 'content', 'copier', $as_owner);
$subscriber->wait_for_subscription_sync($publisher, 'partial', 'partial');
is($subscriber->safe_psql('partial', 'SELECT (SELECT count(*) FROM film), (SELECT count(*) FROM clip)'),
	'0|0', 'its subscription begins with nothing');

# What changes afterwards is decoded from the log, which knows no row security: REPLICATION is a right to everything.
$publisher->safe_psql('postgres', q(INSERT INTO film VALUES (21, 5, 'nobody'); INSERT INTO clip VALUES (21, '{5}', 'nobody')));
$publisher->wait_for_catchup('partial');
is($subscriber->safe_psql('partial', 'SELECT (SELECT string_agg(id::text, $$,$$) FROM film), (SELECT string_agg(id::text, $$,$$) FROM clip)'),
	'21|21', 'and gets all that changes, hidden or not');
is( World::sqlstate($publisher, q(SELECT pg_create_logical_replication_slot('r', 'test_decoding')), extra_params => ['-U', 'reader']),
	'42501',
	'an ordinary role decodes nothing');

# Both are told of before they happen.
is( $publisher->safe_psql(
		'postgres',
		q(SELECT severity, object, finding FROM authz_check_setup() WHERE finding LIKE '%publication%' AND object <> 'public.video' OR finding LIKE '%by replication%')),
	q(info|copier|role may log in and read all rows by replication
info|public.clip|publication "content" sends all of its rows
info|public.clip|publication "everything" sends all of its rows
info|public.film|publication "content" sends all of its rows
info|public.film|publication "everything" sends all of its rows),
	'authz_check_setup() tells what publishing gives away');

$subscriber->stop;
$publisher->stop;
done_testing();
