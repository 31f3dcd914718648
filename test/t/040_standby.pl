# A hot standby obeys as soon as it has replayed; a session that it cannot know
# yet is judged by its signature, until it could; nothing is written there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'autovacuum = off');
$primary->start;
World::create($primary);

# Tokens that are nobody's: the one was ended, the other never came to be.
my $ended = $primary->safe_psql(
	'postgres', q(
SELECT session_token AS t FROM secret, authz_start_secret_session(1, value, 'ann') \gset
SELECT set_config('authz.session', :'t', false), authz_end_session() \gset
SELECT :'t'));
my $undone = $primary->safe_psql('postgres',
	q(BEGIN; SELECT session_token FROM secret, authz_start_secret_session(1, value, 'ann'); ROLLBACK));
is($primary->safe_psql('postgres', "SELECT seen('$ended'), seen('$undone')"), 'nothing|nothing', 'two tokens are nobody\'s');

$primary->safe_psql('postgres', 'CREATE TABLE film (id int PRIMARY KEY, category_id bigint); CHECKPOINT');
$primary->backup('fresh');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'fresh', has_streaming => 1);
$standby->start;

# A standby that has replayed no commit knows no time.
is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()'), 't|', 'a fresh standby');
is($standby->safe_psql('postgres', "SELECT seen('$ended'), seen('$undone')"), 'nothing|nothing', 'they are nobody\'s there');
World::is_seen($standby, '1,3', '2', 'sessions of the primary are in force there');

my $videos = q(SELECT coalesce(string_agg(id::text || ' ' || title, ',' ORDER BY id), 'nothing') FROM video);

sub reader
{
	my ($token) = @_;
	my $reader = $standby->background_psql('postgres');

	$reader->query_safe("SET ROLE reader; SET authz.session = '$token'");
	return $reader;
}

sub change
{
	my ($sql) = @_;

	$primary->safe_psql('postgres', $sql);
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	return;
}

# Withdrawals, in an open connection, an open transaction, an old snapshot.
my $ann = reader(World::token($primary, 'ann'));
my $bob = reader(World::token($primary, 'bob'));
my $old = reader(World::token($primary, 'ann'));
$old->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
is($_->query_safe($videos), '1 title,3 title', 'Ann sees hers') foreach ($ann, $old);
is($bob->query_safe($videos), '2 title', 'Bob sees his');
$bob->query_safe("BEGIN; $videos");
change(q(SELECT authz_category_user_delete(1, 'ann'), authz_category_user_delete(2, 'bob')));
is($ann->query_safe($videos), '3 title', 'what is withdrawn is gone');
is($bob->query_safe($videos), 'nothing', 'in an open transaction');
is($old->query_safe($videos), '3 title', 'and in an old snapshot');
change(q(UPDATE video SET title = 'declassified' WHERE id = 5));
change(q(SELECT authz_category_user_add(5, 'ann')));
is($ann->query_safe($videos), '3 title,5 declassified', 'what is given is there');
is($old->query_safe($videos), '3 title', 'but not in an old snapshot');
$_->query_safe('COMMIT') foreach ($old, $bob);

# What is announced is what is committed, whatever was rolled back before.
change(q(
BEGIN;
SAVEPOINT s;
SELECT authz_category_user_delete(5, 'ann');
ROLLBACK TO s;
SELECT authz_category_user_delete(5, 'ann');
COMMIT;));
is($ann->query_safe($videos), '3 title', 'what is withdrawn after a savepoint is gone');
change(q(
SELECT authz_user_add('user' || g) FROM generate_series(1, 100) g;
BEGIN;
SAVEPOINT s;
SELECT authz_category_user_add(5, 'user' || g) FROM generate_series(1, 100) g;
ROLLBACK TO s;
SELECT authz_category_user_add(5, 'ann');
COMMIT;));
is($ann->query_safe($videos), '3 title,5 declassified', 'so is there what is given after many changes that were not');
change(q(SELECT authz_user_update('ann', status => 'blocked')));
is($ann->query_safe($videos), 'nothing', 'who is blocked is nobody');
change(q(SELECT authz_user_update('ann', status => 'active')));
is($ann->query_safe($videos), '3 title,5 declassified', 'until unblocked');
my $loads = 'SELECT subjects_loaded, sessions_verified FROM authz_stats';
my $loaded = $ann->query_safe($loads);
change(q(SELECT authz_category_user_add(2, 'bob')));
is($ann->query_safe($videos), '3 title,5 declassified', 'what concerns Bob does not change what Ann sees');
is($ann->query_safe($loads), $loaded, 'and loads nothing for her');
change(q(SELECT authz_sessions_revoke(user_id => 'ann')));
is($ann->query_safe($videos), 'nothing', 'what is revoked is gone');

# Sessions that the standby has not heard of yet.
my $start = q(SELECT session_token FROM secret, authz_start_secret_session(1, value, 'ann'));
change(q(SELECT pg_current_xact_id()));
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$standby->poll_query_until('postgres', q(SELECT pg_get_wal_replay_pause_state() = 'paused'));
sleep 1;	# tokens count in seconds
my $young  = reader($primary->safe_psql('postgres', $start));
my $undead = reader($primary->safe_psql('postgres', "BEGIN; $start; ROLLBACK"));
is($_->query_safe($videos), '3 title,5 declassified', 'a session ahead of replay') foreach ($young, $undead);
is($standby->safe_psql('postgres', "SELECT seen('$ended'), seen('$undone')"), 'nothing|nothing', 'older ones are not');
my $forged = $primary->safe_psql('postgres', $start);
$forged =~ s/.{8}$/AAAAAAAA/;
is($standby->safe_psql('postgres', "SELECT seen('$forged')"), 'nothing', 'nor is one with a wrong signature');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
sleep 1;
change(q(SELECT pg_current_xact_id()));
is($young->query_safe($videos), '3 title,5 declassified', 'replay has caught up with it');
is($undead->query_safe($videos), 'nothing', 'and with one that was rolled back');

# What writes says that it cannot; what does not works.
my %calls = (
	q(SELECT authz_start_session('x', 'y'))                        => 1,
	q(SELECT authz_start_secret_session(1, (SELECT value FROM secret), 'ann')) => 0,
	q(SELECT authz_end_session())                                  => 1,
	q(SELECT authz_sessions_revoke(user_id => 'ann'))              => 0,
	q(SELECT authz_user_add('eve'))                                => 0,
	q(SELECT authz_user_delete('ann'))                             => 0,
	q(SELECT authz_category_user_add(1, 'ann'))                    => 0,
	q(SELECT authz_category_add('c6'))                             => 0,
	q(SELECT authz_role_add('r'))                                  => 0,
	q(SELECT authz_apptoken_add())                                 => 0,
	q(SELECT authz_account_add('other'))                           => 0,
	q(SELECT authz_account_rotate_secret(1))                       => 0,
	q(SELECT authz_signing_key_rotate())                           => 0,
	q(SELECT authz_protect('film', 'category_id'))                       => 0);
my $bobs = World::token($primary, 'bob');
foreach my $call (sort keys %calls)
{
	my $session = $calls{$call} ? $bobs : '';

	is(World::sqlstate($standby, "SET authz.session = '$session'; $call"), '25006', "$call is refused");
}
is($standby->safe_psql('postgres',
		q(SELECT (authz_use_session(session_token, false)).session_type FROM authz_start_widget_session('_1'))),
	'widget', 'a widget session can be started');

# Promotion. The primary's last session never arrives.
$standby->append_conf('postgresql.conf', q(primary_conninfo = ''));
$standby->reload;
$standby->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_wal_receiver')
  or die 'the standby still receives';
sleep 1;
my $lost = reader($primary->safe_psql('postgres', $start));
is($lost->query_safe($videos), '3 title,5 declassified', 'a session that the standby will never hear of');
$primary->stop('immediate');
$standby->promote;
is($lost->query_safe($videos), 'nothing', 'is nobody\'s after promotion');
is($young->query_safe($videos), '3 title,5 declassified', 'others go on');
$standby->safe_psql('postgres', q(SELECT authz_category_user_delete(5, 'ann')));
is($young->query_safe($videos), '3 title', 'and obey what is changed there');
is($standby->safe_psql('postgres', q(SELECT count(*) FROM secret, authz_start_secret_session(1, value, 'ann'))),
	1, 'where sessions can be started now');

$_->quit foreach ($ann, $bob, $old, $young, $undead, $lost);
$standby->stop;
done_testing();
