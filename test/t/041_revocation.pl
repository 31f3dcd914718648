# A session without a row that is revoked on the primary is nobody's on a standby
# as soon as that has been replayed, and no other is.

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
$primary->safe_psql('postgres', q(
SELECT authz_account_update(1, settings => '{"accept_ks": true}');
SELECT authz_account_rotate_secret(1, 86400, 'a secret of another');
INSERT INTO token SELECT 'widget ' || n, session_token FROM generate_series(1, 4) n, authz_start_widget_session('_1', 1000 + n);
INSERT INTO token
SELECT 'ks ' || u, authz_ks_encode(1, 'a secret of another', u, privileges => 'sessionid:of ' || u) FROM unnest('{ann,bob}'::text[]) u;
-- Who is in force by that name.
CREATE FUNCTION who(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', value, true) FROM token t WHERE t.name = who.name;
	RETURN coalesce((authz_current_session()).session_type::text, '-');
END $$;));
$primary->backup('fresh');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'fresh', has_streaming => 1);
$standby->start;

# Everybody is known to this connection before, and asked for there again.
my $open = $standby->background_psql('postgres');
my $all  = q(SELECT string_agg(name || ': ' || who(name), ', ' ORDER BY name) FROM token);

sub revoked
{
	my ($sql, $expected, $name) = @_;

	$primary->safe_psql('postgres', $sql);
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	is($open->query_safe($all), $expected, $name);
	is($standby->safe_psql('postgres', $all), $expected, 'to new connections as well');
	is($primary->safe_psql('postgres', $all), $expected, 'and on the primary');
	return;
}

revoked('SELECT', 'ann: user, bob: user, ks ann: user, ks bob: user, widget 1: widget, widget 2: widget, widget 3: widget, widget 4: widget', 'all are in force');
revoked(q(SELECT set_config('authz.session', value, false) FROM token WHERE name = 'widget 1'; SELECT authz_end_session()),
	'ann: user, bob: user, ks ann: user, ks bob: user, widget 1: -, widget 2: widget, widget 3: widget, widget 4: widget', 'one has ended');
revoked(q(BEGIN; SELECT authz_sessions_revoke(started_before => now()); ROLLBACK),
	'ann: user, bob: user, ks ann: user, ks bob: user, widget 1: -, widget 2: widget, widget 3: widget, widget 4: widget', 'what is rolled back is none');
revoked(q(SELECT authz_sessions_revoke(session_id => 'of bob')),
	'ann: user, bob: user, ks ann: user, ks bob: -, widget 1: -, widget 2: widget, widget 3: widget, widget 4: widget', 'a group of sessions that others made');
revoked(q(SELECT authz_sessions_revoke(user_id => 'ann')),
	'ann: -, bob: user, ks ann: -, ks bob: -, widget 1: -, widget 2: widget, widget 3: widget, widget 4: widget', 'a user\'s, with a row and without');
revoked(q(SELECT authz_sessions_revoke(issuer => 'https://elsewhere.example.org')),
	'ann: -, bob: user, ks ann: -, ks bob: -, widget 1: -, widget 2: widget, widget 3: widget, widget 4: widget', 'of another issuer none');
sleep 1;	# widget tokens count in seconds
$primary->safe_psql('postgres', q(INSERT INTO token SELECT 'widget 5', session_token FROM authz_start_widget_session('_1')));
revoked(q(SELECT authz_sessions_revoke(started_before => to_timestamp(floor(extract(epoch FROM now())) - 0.5))),
	'ann: -, bob: -, ks ann: -, ks bob: -, widget 1: -, widget 2: -, widget 3: -, widget 4: -, widget 5: widget', 'all that were started before a moment');
revoked(q(SELECT authz_sessions_revoke(issuer => 'urn:uuid:' || issuer) FROM authz.account),
	'ann: -, bob: -, ks ann: -, ks bob: -, widget 1: -, widget 2: -, widget 3: -, widget 4: -, widget 5: -', 'all of the database itself');

# What is started after that is in force on both.
sleep 1;
$primary->safe_psql('postgres', q(UPDATE token SET value = session_token FROM authz_start_widget_session('_1') WHERE name = 'widget 5'));
revoked('SELECT', 'ann: -, bob: -, ks ann: -, ks bob: -, widget 1: -, widget 2: -, widget 3: -, widget 4: -, widget 5: widget', 'what starts later is in force');

# Revocations that are over go, which concerns nobody.
my $verified = 'SELECT sessions_verified FROM authz_stats';
$primary->safe_psql('postgres', q(UPDATE authz.revocation SET expires_at = now()));
revoked('SELECT', 'ann: -, bob: -, ks ann: -, ks bob: -, widget 1: -, widget 2: -, widget 3: -, widget 4: -, widget 5: widget', 'they hold while they are there');
my $before = $open->query_safe("SELECT who('widget 5'); $verified");
$primary->safe_psql('postgres', q(SELECT count(*) FROM secret, generate_series(1, 100) n, authz_start_secret_session(1, value, 'bob', expiry => 1000 + n)));
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($primary->safe_psql('postgres', 'SELECT count(*) FROM authz.revocation'), 0, 'starting sessions purges them');
is($open->query_safe("SELECT who('widget 5'); $verified"), $before, 'and what is known is not verified anew');

$open->quit;
done_testing();
