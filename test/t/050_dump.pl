# What is dumped and restored is all there and goes on: every row, every
# session, every number; the content stays protected.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
my $backups = $node->backup_dir;
mkdir $backups;

# Something in every table, and something that is no more.
my $more = q(
SET client_min_messages = error;
CREATE FUNCTION knows(credential jsonb) RETURNS jsonb LANGUAGE sql RETURN credential;
CREATE TABLE film (id bigint PRIMARY KEY, category_id int, owner text);
INSERT INTO film VALUES (1, 1, 'bob'), (2, 2, 'ann'), (3, NULL, 'ann'), (4, 4, NULL), (5, 2, NULL);
GRANT SELECT, INSERT ON film TO reader;
SELECT authz_protect('film', 'category_id', 'owner', 'video', 'users');
SELECT authz_user_add(u) FROM unnest('{old,late,"O''Neil; --"}'::text[]) u;
SELECT authz_user_add('ann2', primary_user_id => 'ann'), authz_user_delete('old'), authz_user_add('old', reuse => true);
SELECT authz_role_user_add(1, 'bob');
SELECT authz_category_user_add(4, 'late', 'manager', valid_from => '2001-01-01', valid_until => '2101-01-01');
SELECT authz_category_add('below', 1, 'all', 'portal', 'inherit', category_id => 70);
SELECT authz_role_add('gone', role_id => 50), authz_role_delete(50);
SELECT authz_account_update(1, settings => '{"max_session_duration": 7200}');
SELECT authz_account_rotate_secret(1), authz_signing_key_rotate('ES256');
SELECT authz_apptoken_add(id => 'app', session_user_id => 'ann', session_privileges => 'setrole:viewer');
SELECT authz_apptoken_add(id => 'deleted'), authz_apptoken_delete('deleted');
SELECT authz_sessions_revoke(session_id => 'a widget''s');
CREATE TABLE client (id text, secret text);
DO $$
DECLARE
	app uuid := (authz_application_add('tool', owner_id => 'ann', app_secret => 'chosen by the caller')).application_id;
	key text := authz_request_authorization(app::text, 'chosen by the caller', 'bob');
	client record := authz_registration_add(app, 'oidc', '{"grant_types": ["client_credentials"]}');
BEGIN
	PERFORM authz_role_add('user', application_id => app, role_id => 60), authz_role_user_add(60, 'bob'), authz_application_change_owner(app, 'bob');
	PERFORM authz_sign_in_configure(app, 'ldap', 'ldap', groups_matching_order => '{user}'), authz_directory_role_add(app, 'cn=staff', 'user');
	PERFORM authz_header_configure(app, 'Remote-User', repeat('x', 32), 'https://www.example.org/'), authz_adapter_configure(app, 'knows(jsonb)');
	PERFORM authz_user_set_password('ann', 'a lantern over sand'), authz_blocked_password_add('{a common one}');
	INSERT INTO authz.ldap_setting (application_id, account_id, uris, base_dn, bind_method, start_tls, nested_groups, timeout)
	VALUES (app, 1, '{ldaps://directory.example.org}', 'dc=example,dc=org', 'search', false, false, 5);
	PERFORM authz_sso_configure(app, 'gate', repeat('y', 32), 'https://www.example.org/login', 'https://www.example.org/logout', true);
	INSERT INTO authz.spent_proof VALUES (app, 'x', now());
	PERFORM set_config('authz.session', value, true) FROM token WHERE name = 'bob';
	PERFORM authz_set_application_authorization(id, 'approved', '{video.*}', 2, '2101-01-01') FROM authz_application_requests;
	PERFORM set_config('authz.session', '', true);
	INSERT INTO token SELECT 'tool', session_token FROM authz_authorize(app::text, 'chosen by the caller', key);
	PERFORM authz_category_user_add(4, 'service-account-tool');
	INSERT INTO token SELECT 'client', access_token FROM authz_client_credentials(client.client_id, client.client_secret, 'tool');
	INSERT INTO client VALUES (client.client_id, client.client_secret);
	PERFORM authz_registration_add(app, 'saml', '{"entity_id": "urn:example:tool", "acs_urls": ["https://tool.example.org/acs"]}');
END $$;
DO $$
DECLARE
	keys jsonb := '{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';
BEGIN
	PERFORM authz_issuer_add('https://id.example.org', keys, 'files', '{EdDSA}', role_claim => 'groups', direct => true), authz_issuer_role_add('https://id.example.org', 'staff', 1);
END $$;
SELECT authz_account_add('other', 7);
INSERT INTO authz.failure VALUES (repeat('s', 32), repeat('f', 32), 1, now());
INSERT INTO authz.action_count VALUES (7, 's', 3, '2101-01-01');
);

my $tables = q(
SELECT relname FROM pg_class
WHERE relnamespace = 'authz'::regnamespace AND relkind = 'r' ORDER BY 1);

# All rows of a table as text.
sub rows
{
	my ($database, $table) = @_;

	return $node->safe_psql($database, "SELECT t::text FROM authz.$table t ORDER BY 1");
}

sub sees
{
	my ($database) = @_;

	return $node->safe_psql(
		$database, q(
SELECT name, seen(name) FROM token ORDER BY name;
CREATE FUNCTION pg_temp.films(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', value, true) FROM token t WHERE t.name = films.name;
	SET LOCAL ROLE reader;
	RETURN authz_current_user_id() || ' ' || (SELECT string_agg(id::text, ',' ORDER BY id) FROM film);
END $$;
SELECT pg_temp.films('ann'), pg_temp.films('bob');
SELECT * FROM authz_protected_tables ORDER BY content::text;
SELECT tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2;
SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname IN ('video', 'film') ORDER BY 1;
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname));
}

my %ways = (
	'custom format' => sub {
		my ($from, $to) = @_;
		$node->command_ok([ 'pg_dump', '-Fc', '-f', "$backups/$from", $from ], "$from is dumped");
		$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $to, "$backups/$from" ], 'and restored');
	},
	'plain text' => sub {
		my ($from, $to) = @_;
		$node->command_ok([ 'pg_dump', '-f', "$backups/$from.sql", $from ], "$from is dumped");
		$node->command_ok([ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-d', $to, '-f', "$backups/$from.sql" ], 'and restored');
	},
	'schema, then data' => sub {
		my ($from, $to) = @_;
		$node->command_ok([ 'pg_dump', '-Fc', '-f', "$backups/$from.two", $from ], "$from is dumped");
		$node->command_ok([ 'pg_restore', '--exit-on-error', "--section=$_", '-d', $to, "$backups/$from.two" ], "and its $_ restored")
		  foreach ('pre-data', 'data', 'post-data');
	});

$node->safe_psql('postgres', 'CREATE DATABASE plain');
World::create($node, 'plain');
$node->safe_psql('plain', $more);
$node->safe_psql('postgres', q(CREATE DATABASE elsewhere; ALTER DATABASE elsewhere SET search_path = tools, public));
$node->safe_psql('elsewhere', 'CREATE SCHEMA tools; GRANT USAGE ON SCHEMA tools TO PUBLIC');
World::create($node, 'elsewhere');
$node->safe_psql('elsewhere', $more);

my $number = 0;
foreach my $from ('plain', 'elsewhere')
{
	foreach my $way (sort keys %ways)
	{
		my $to   = 'copy' . ++$number;
		my $name = "$from, $way";

		my $before = sees($from);
		my %rows   = map { $_ => rows($from, $_) } split /\n/, $node->safe_psql($from, $tables);

		like($before, qr/^ann\|1,3\nbob\|2\nclient\|4\ntool\|2\nann 1,2,3\|bob 1,2,3,5\n/, "$name: what is seen") if $number == 1;
		$node->safe_psql('postgres', "CREATE DATABASE $to");
		$node->safe_psql('postgres', "ALTER DATABASE $to SET search_path = tools, public") if $from eq 'elsewhere';
		$ways{$way}->($from, $to);

		is($node->safe_psql($to, $tables), join("\n", sort keys %rows), "$name: the same tables");
		foreach my $table (sort keys %rows)
		{
			if ($table eq 'failure')
			{
				is(rows($to, $table), '', "$name: failures are not in a dump");
				next;
			}
			isnt($rows{$table}, '', "$name: there is something in $table");
			is(rows($to, $table), $rows{$table}, "$name: and restored it is the same");
		}
		is(sees($to), $before, "$name: everybody sees the same");

		# Secrets prove what they did.
		is($node->safe_psql($to, q(SELECT (authz_client_credentials(id, secret, 'tool')).status FROM client)),
			'ok', "$name: a client proves itself");

		# Numbers go on.
		$node->safe_psql(
			$to, q(
SET client_min_messages = error;
SET authz.account = 1;
SELECT authz_user_add('new'), authz_group_add('new group'), authz_category_add('new'), authz_role_add('new');
SELECT authz_sign_in_configure(application_id, 'internal', 'internal'), authz_sign_in_configure(application_id, 'custom', 'internal') FROM authz_application_add('new-tool');
SELECT authz_apptoken_add(), authz_signing_key_rotate(), authz_account_rotate_secret(1), authz_permission_add('new.one');
SELECT authz_sessions_revoke(session_id => 'another widget''s');
SELECT authz_account_add('new');
INSERT INTO secret SELECT admin_secret FROM authz_account_add('newest');));
		is($node->safe_psql($to, 'SELECT string_agg(account_id::text, $$,$$ ORDER BY account_id) FROM authz.account'),
			'1,7,8,9', "$name: the numbers go on");
		is($node->safe_psql($to, q(SELECT (authz_start_secret_session(9, max(value))).account_id FROM secret WHERE value NOT IN (SELECT value FROM secret LIMIT 1))),
			'9', "$name: sessions can be started");
		$node->safe_psql('postgres', "DROP DATABASE $to");
	}
}

$node->stop;
done_testing();
