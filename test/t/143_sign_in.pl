# Signing in where it matters where one comes from: who guesses at one place locks
# nobody out elsewhere, unless the account has asked for it; no password comes in
# clear over TCP; nobody signs in on a standby.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('sign_in');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', q(
listen_addresses = '127.0.0.1'
authz.require_ssl = off
));
$node->start;
$node->safe_psql('postgres', q(
SET client_min_messages = error;
CREATE EXTENSION authz CASCADE;
SELECT authz_account_add('test', 1);
CREATE TABLE app AS SELECT application_id AS id FROM authz_application_add('portal');
SELECT authz_role_add('viewer', application_id => id), authz_sign_in_configure(id, 'internal', 'internal') FROM app;
SELECT authz_user_add(u), authz_role_user_set(id, u, 'viewer') FROM app, unnest('{ann,bob,cat,dan}'::text[]) u;
INSERT INTO authz.password (principal_id, account_id, verifier)
SELECT principal_id, 1, v FROM authz.principal, authz.password_verifier(1, 'a lantern over sand') v WHERE kind = 'person';
));

# The status words of attempts in one connection, from the machine's own socket
# or from its network.
sub attempt
{
	my ($user, $passwords, %params) = @_;
	my $statements = join '', map { "SELECT status FROM app, authz_login(id, '$user', '$_');\n" } @$passwords;
	my $where = $params{network} ? 'host=127.0.0.1' : 'host=' . $node->host;
	my ($ret, $stdout, $stderr) = $node->psql(
		'postgres', $statements,
		connstr => "dbname=postgres $where port=" . $node->port,
		on_error_stop => 0);

	return join ' ', split(/\n/, $stdout), $stderr =~ /^psql:.*?ERROR:\s+(.*)$/m ? $1 : ();
}

# Wrong passwords until it has to wait, for some seconds at least.
sub exhaust
{
	my ($user, %params) = @_;
	my $failed = 0;

	while ($failed < 8)
	{
		my $outcome = attempt($user, ['wrong'], %params);

		die "unexpected: $outcome" unless $outcome =~ /^(failed|wait)$/;
		$failed++ if $outcome eq 'failed';
	}
	return;
}

sub test_everywhere
{
	my ($where, $user, $locked) = @_;
	my $right = 'a lantern over sand';

	is(attempt($user, [$right]), 'ok', "$where: in from here");
	is(attempt($user, [$right], network => 1), 'ok', "$where: and from there");
	exhaust($user);
	is(attempt($user, [$right]), 'wait', "$where: who has guessed here waits here");
	is(attempt(uc $user, [$right]), 'wait', "$where: in any spelling");
	is(attempt($user, [$right], network => 1), 'ok', "$where: and nobody waits elsewhere");

	$node->safe_psql('postgres', q(SELECT authz_account_update(1, settings => '{"subject_lock": true}')));
	exhaust($locked, network => 1);
	is(attempt($locked, [$right], network => 1), 'wait', "$where, where the account locks: who has guessed there waits there");
	is(attempt($locked, [$right]), 'wait', "$where, where the account locks: and here");
	is(attempt($locked eq 'dan' ? 'cat' : 'ann', [$right]), 'ok', "$where, where the account locks: others do not");
	$node->safe_psql('postgres', q(SELECT authz_account_update(1, settings => '{"subject_lock": null}')));
	is(attempt($locked, [$right]), 'ok', "$where: when it locks no more he is in again");
	return;
}

note 'not preloaded';
test_everywhere('in the table', 'bob', 'cat');

note 'preloaded';
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'authz'");
$node->restart;
test_everywhere('in shared memory', 'bob', 'dan');

# Over TCP a password, a secret and a value come encrypted or not at all.
$node->append_conf('postgresql.conf', 'authz.require_ssl = on');
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('authz.require_ssl') = 'on'");
is(attempt('ann', ['a lantern over sand']), 'ok', 'the socket of the machine is safe');
foreach my $call (
	q(authz_login(id, 'ann', 'a lantern over sand')),
	q(authz_login_header(id, 'x')),
	q(authz_login_sso(id, 'x')),
	q(authz_sso_configure(id, NULL, repeat('x', 32), NULL, NULL)),
	q(authz_login_custom(id, '{}')),
	q(authz_user_set_password('ann', 'a lantern over rock', 'a lantern over sand')),
	q(authz_user_import('*userId,partnerData')),
	q(authz_ldap_configure(id, '{ldaps://x}', 'dc=x', search_user => 'cn=x', search_password => 'x', user_search_pattern => '(uid=@@USERNAME@@)')),
	q(authz_header_configure(id, 'Remote-User', repeat('x', 32), NULL)))
{
	my ($ret, $stdout, $stderr) = $node->psql(
		'postgres', "\\set VERBOSITY sqlstate\nSELECT $call FROM app",
		connstr => 'dbname=postgres host=127.0.0.1 port=' . $node->port);

	like($stderr, qr/28000/, "refused over TCP: $call");
}

# A standby reads: nobody signs in, and who has is in.
my $token = $node->safe_psql('postgres', q(SELECT session_token FROM app, authz_login(id, 'ann', 'a lantern over sand')));
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $who = "SELECT set_config('authz.session', '$token', false) IS NULL; SELECT coalesce(authz_current_user_id(), 'nobody');";
is($standby->safe_psql('postgres', $who), "f\nann", 'signed in on a standby, too');
my ($ret, $stdout, $stderr) = $standby->psql('postgres',
	"\\set VERBOSITY sqlstate\nSELECT status FROM app, authz_login(id, 'ann', 'a lantern over sand')");
like($stderr, qr/25006/, 'nobody signs in there');
($ret, $stdout, $stderr) = $standby->psql('postgres', "\\set VERBOSITY sqlstate\nSELECT authz_user_import('*userId')");
like($stderr, qr/25006/, 'nor is anybody imported');
$node->safe_psql('postgres', q(SELECT authz_role_update(role_id, status => 'blocked') FROM authz_roles));
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $who), "f\nnobody", 'whose role does not count any more is nobody there');
$node->safe_psql('postgres', q(SELECT authz_role_update(role_id, status => 'active') FROM authz_roles));
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $who), "f\nann", 'and somebody again');
$node->safe_psql('postgres', q(SELECT authz_sign_in_configure(id, 'custom', 'internal') FROM app));
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $who), "f\nnobody", 'whoever came in otherwise is out there');

$standby->stop;
$node->stop;
done_testing();
