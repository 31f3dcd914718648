# A backend is killed in the middle of authz's functions, again and again. After
# recovery all is there that was committed, and nothing else.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf(
	'postgresql.conf', q(
restart_after_crash = on
shared_preload_libraries = 'authz'
));
$node->start;
World::create($node);

# One user after the other, each in a transaction: a member of category 4, with
# a session and an app token.
$node->safe_psql(
	'postgres', q(
CREATE TABLE made (name text, value text);
CREATE EXTENSION amcheck;
CREATE PROCEDURE work(prefix text) LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOR i IN 1 .. 100000 LOOP
		name := prefix || i;
		PERFORM authz_user_add(name), authz_category_user_add(4, name), authz_apptoken_add(id => name, session_user_id => name);
		INSERT INTO made SELECT name, session_token FROM secret, authz_start_secret_session(1, value, name);
		IF i % 10 = 0 THEN
			PERFORM authz_user_delete(name), authz_apptoken_delete(name);
		END IF;
		COMMIT;
	END LOOP;
END $$;
));

# What does not fit together.
my $misfits = q(
SELECT 'users and audit', u.n, a.n
FROM (SELECT count(*) AS n FROM authz.principal WHERE kind = 'person') u,
	(SELECT count(*) AS n FROM authz.audit_event WHERE action = 'user.add') a
WHERE u.n <> a.n
UNION ALL
SELECT 'deleted users and audit', u.n, a.n
FROM (SELECT count(*) AS n FROM authz.principal WHERE status = 'deleted') u,
	(SELECT count(*) AS n FROM authz.audit_event WHERE action = 'user.delete') a
WHERE u.n <> a.n
UNION ALL
SELECT 'users and members', u.n, m.n
FROM (SELECT count(*) AS n FROM made m JOIN authz.principal p ON p.user_id = m.name WHERE status = 'active') u,
	(SELECT count(*) AS n FROM authz.category_user WHERE category_id = 4) m
WHERE u.n <> m.n
UNION ALL
SELECT 'users and sessions', u.n, s.n
FROM (SELECT count(*) AS n FROM made m JOIN authz.principal p ON p.user_id = m.name WHERE status = 'active') u,
	(SELECT count(*) AS n FROM authz.session s JOIN authz.principal p USING (principal_id) WHERE p.user_id NOT IN ('ann', 'bob')) s
WHERE u.n <> s.n
UNION ALL
SELECT 'app tokens and secrets', t.n, s.n
FROM (SELECT count(*) AS n FROM authz.apptoken WHERE status = 'active') t,
	(SELECT count(*) AS n FROM authz.secret WHERE secret_id NOT IN (SELECT secret_id FROM authz.signing_key)) s
WHERE t.n <> s.n);

my $round = 0;
foreach my $victim ('CALL work', 'SELECT seen', 'CALL work')
{
	$round++;
	my $log    = -s $node->logfile;
	my $reader = $node->background_psql('postgres', on_error_stop => 0);
	my @workers = map { $node->background_psql('postgres', on_error_stop => 0) } (1, 2);

	World::send_query($workers[$_], "CALL work('r${round}_w$_')") foreach (0, 1);
	World::send_query($reader, q(SELECT seen('ann') FROM generate_series(1, 10000000)));
	$node->poll_query_until('postgres', "SELECT count(*) >= 40 FROM made WHERE name LIKE 'r$round%'")
	  or die 'nothing is made';
	my $pid = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE query LIKE '$victim%' LIMIT 1");
	is(PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid), 0, "round $round: a backend is killed at $victim");
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log);
	$node->poll_query_until('postgres', 'SELECT 1', 1)
	  or die 'the server does not recover';
	eval { $_->quit } foreach (@workers, $reader);

	is($node->safe_psql('postgres', $misfits), '', "round $round: all fits together");
	World::is_seen($node, '1,3', '2', "round $round: everybody sees what is his");
	is( $node->safe_psql('postgres', q(
SELECT count(*) FILTER (WHERE seen(m.name) <> CASE p.status WHEN 'active' THEN '4' ELSE 'nothing' END)
FROM (SELECT * FROM made WHERE name LIKE 'r) . $round . q(%' ORDER BY random() LIMIT 40) m JOIN authz.principal p ON p.user_id = m.name)),
		0, "round $round: sessions that were started are in force");
}

$node->safe_psql(
	'postgres', q(
DO $$ BEGIN
	PERFORM bt_index_check(i.indexrelid, true)
	FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
	WHERE c.relnamespace = 'authz'::regnamespace AND a.amname = 'btree';
END $$));
pass('the indexes are sound');

# The same for the server as a whole.
my $before = $node->safe_psql('postgres', 'SELECT count(*), max(name) FROM made');
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', 'SELECT count(*), max(name) FROM made'), $before, 'nothing is lost by an immediate stop');
is($node->safe_psql('postgres', $misfits), '', 'all fits together');
World::is_seen($node, '1,3', '2', 'everybody sees what is his');

$node->stop;
done_testing();
