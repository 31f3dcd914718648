# Logical replication of authz's tables: a connection to the subscriber obeys
# what was changed at the publisher as soon as it is applied.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
World::create($publisher);
$publisher->safe_psql('postgres', 'CREATE PUBLICATION rights FOR TABLES IN SCHEMA authz, TABLE token, video');

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init;
$subscriber->start;
$subscriber->safe_psql(
	'postgres', q(
SET client_min_messages = error;
CREATE EXTENSION authz CASCADE;
CREATE ROLE reader LOGIN;
CREATE TABLE token (name text, value text);
CREATE TABLE video (id int PRIMARY KEY, category_id bigint, title text);
GRANT SELECT ON token, video TO reader;
));
my $connection = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION rights CONNECTION '$connection' PUBLICATION rights");
$subscriber->wait_for_subscription_sync($publisher, 'rights');
$subscriber->safe_psql('postgres', q(SET client_min_messages = error; SELECT authz_protect('video', 'category_id')));

my $ann = $subscriber->background_psql('postgres');
my $bob = $subscriber->background_psql('postgres');
my $ask = q(SELECT coalesce(authz_current_user_id(), 'nobody'), authz_visible_categories(), authz_has_permission('video.view'),
	(SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'nothing') FROM video));

$ann->query_safe("SET ROLE reader; SET authz.session = '" . World::token($publisher, 'ann') . "'; BEGIN");
$bob->query_safe("SET ROLE reader; SET authz.session = '" . World::token($publisher, 'bob') . "'");

sub changes
{
	my ($sql, $ann_sees, $bob_sees, $name) = @_;

	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup('rights');
	is($ann->query_safe($ask), $ann_sees, "$name: Ann");
	is($bob->query_safe($ask), $bob_sees, "$name: Bob");
	return;
}

is($ann->query_safe($ask), 'ann|{1,3}|t|1,3', "the publisher's session of Ann is one here");
is($bob->query_safe($ask), 'bob|{2}|f|2',     "Bob's, too");

changes(q(SELECT authz_category_user_delete(1, 'ann')), 'ann|{3}|t|3', 'bob|{2}|f|2', 'a membership is withdrawn');
changes(q(SELECT authz_category_user_add(1, 'bob')), 'ann|{3}|t|3', 'bob|{1,2}|f|1,2', 'one is given');
changes(q(SELECT authz_group_user_delete('staff', 'ann')), 'ann|{}|f|nothing', 'bob|{1,2}|f|1,2', 'a group is left');
changes(q(SELECT authz_group_user_add('staff', 'bob')), 'ann|{}|f|nothing', 'bob|{1,2,3}|t|1,2,3', 'one is joined');
changes(q(SELECT authz_role_update(1, status => 'blocked')), 'ann|{}|f|nothing', 'bob|{1,2,3}|f|1,2,3', 'a role is blocked');
changes(q(SELECT authz_category_update(5, privacy => 'all')), 'ann|{5}|f|5', 'bob|{1,2,3,5}|f|1,2,3,5', 'a category is opened');
changes(q(SELECT authz_user_update('bob', status => 'blocked')), 'ann|{5}|f|5', 'nobody|{}|f|nothing', 'a user is blocked');
changes(q(SELECT authz_user_update('bob', status => 'active')), 'ann|{5}|f|5', 'bob|{1,2,3,5}|f|1,2,3,5', 'and unblocked');
$ann->query_safe('COMMIT');
changes('TRUNCATE authz.category_user', 'ann|{5}|f|5', 'bob|{5}|f|5', 'a table is emptied');
changes(q(SELECT authz_sessions_revoke(user_id => 'ann')), 'nobody|{}|f|nothing', 'bob|{5}|f|5', 'a session is revoked');

# What is applied for others is not loaded for Bob.
my $loads = 'SELECT subjects_loaded, shared_loaded FROM authz_stats';
my $loaded = $bob->query_safe($loads);
changes(q(SELECT authz_category_user_add(1, 'ann')), 'nobody|{}|f|nothing', 'bob|{5}|f|5', 'somebody else is made a member');
is($bob->query_safe($loads), $loaded, 'nothing was loaded for that');

$ann->quit;
$bob->quit;
$subscriber->stop;
$publisher->stop;
done_testing();
