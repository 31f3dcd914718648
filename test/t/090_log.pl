# However much the server logs, no token and no secret that comes as a bind
# parameter is in its log or in what the client is told.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('log');
$node->init;
$node->start;
World::create($node);

# The parameters themselves are logged by PostgreSQL unless it is told not to.
$node->append_conf(
	'postgresql.conf', q(
log_statement = all
log_min_duration_statement = 0
log_min_messages = debug5
log_error_verbosity = verbose
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
session_preload_libraries = 'authz'
authz.require_ssl = off
));
$node->restart;

my %secret = (
	ann     => World::token($node, 'ann'),
	account => $node->safe_psql('postgres', 'SELECT value FROM secret'),
	widget  => $node->safe_psql('postgres', q(SELECT session_token FROM authz_start_widget_session('_1'))),
	chosen  => 'chosen-for-the-app-token-7f3a',
	admin   => 'chosen-for-the-account-91bc',
	app     => 'chosen-for-the-application-c04e',
	client  => $node->safe_psql('postgres', q(SELECT client_secret FROM authz_application_add('client'),
		authz_registration_add(application_id, 'oidc', '{"grant_types": ["client_credentials"]}'))),
	long    => 'chosen-but-too-long-' . 'x5' x 40,
	mine    => 'the-password-of-bob-a81d',
	mine2   => 'another-password-of-bob-03be',
	easy    => 'Password-Password-77',
	proxy   => 'secret-of-proxy-and-application-6d2f',
	pin     => '{"user_id": "bob", "pin": "chosen-as-a-pin-4e90"}',
	import  => "*action,userId,partnerData\n2,bob,pw=5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
	guess   => 'guessed-secret-55e1');
$secret{forged} = substr($secret{ann}, 0, -6) . 'AAAAAA';
$secret{broken} = substr($secret{ann}, 20);
$secret{hash}   = $node->safe_psql('postgres',
	"SELECT encode(sha256('$secret{widget}$secret{chosen}'::bytea), 'hex')");
my $offset = -s $node->logfile;
my $scripts = 0;

# Runs statements with the secrets as bind parameters and looks for these in the
# log and in the client's output.
sub keeps_secret
{
	my ($name, $sql, $outcome, @which) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/' . ++$scripts . '.sql';
	my @variables = map { ('-D', "$_=$secret{$_}") } @which;

	append_to_file($file, $sql);
	my ($stdout, $stderr) =
	  run_command([ 'pgbench', '-n', '-M', 'extended', '-t', '1', '-f', $file, @variables, $node->connstr('postgres') ]);
	my $log = slurp_file($node->logfile, $offset);

	like("$stdout\n$stderr", $outcome, "$name: that is what happens");
	like($log, qr/(execute|parse|statement).*authz_/, "$name: it was logged");
	foreach my $what (sort keys %secret)
	{
		# Parts give away as much: the signature of a token, the half of a secret.
		my $length = length $secret{$what};
		my $tail = substr($secret{$what}, -int($length / 3));

		unlike($log, qr/\Q$tail\E/, "$name: $what is not in the log");
		unlike("$stdout\n$stderr", qr/\Q$tail\E/, "$name: the client is not told $what");
	}
	$offset = -s $node->logfile;
	return;
}

my $done = qr{processed: 1/1};

keeps_secret('the setting', "SELECT set_config('authz.session', :ann, false);\nSELECT authz_current_user_id();\n", $done, 'ann');
keeps_secret('authz_use_session', "SELECT (authz_use_session(:ann, false)).user_id;\n", $done, 'ann');
keeps_secret('a forged token', "SELECT (authz_use_session(:forged, false)).user_id;\n", qr/not signed by a key/, 'forged');
keeps_secret('a broken token', "SELECT (authz_use_session(:broken, false)).user_id;\n", qr/malformed/, 'broken');
keeps_secret('the account\'s secret', "SELECT (authz_start_secret_session(1, :account, 'ann')).user_id;\n", $done, 'account');
keeps_secret('a wrong one', "SELECT (authz_start_secret_session(1, :guess, 'ann')).user_id;\n", qr/wrong id, hash or secret/, 'guess');
keeps_secret('an app token of one\'s choice', "SELECT (authz_apptoken_add(id => 'app', token => :chosen)).id;\n", $done, 'chosen');
keeps_secret('the same again', "SELECT (authz_apptoken_add(id => 'app', token => :chosen)).id;\n", qr/ERROR/, 'chosen');
keeps_secret('its exchange', "SELECT set_config('authz.session', :widget, false);\nSELECT (authz_start_session('app', :hash)).actor;\n",
	$done, 'widget', 'hash');
keeps_secret('a wrong hash', "SELECT set_config('authz.session', :widget, false);\nSELECT (authz_start_session('app', :guess)).actor;\n",
	qr/wrong id, hash or secret/, 'widget', 'guess');
my $app = q((SELECT application_id::text FROM authz_applications WHERE application_identifier = 'tool'));
keeps_secret('an application\'s secret of one\'s choice', "SELECT (authz_application_add('tool', app_secret => :app)).identity_id;\n", $done, 'app');
keeps_secret('a request to act', "SELECT length(authz_request_authorization($app, :app, 'ann'));\n", $done, 'app');
keeps_secret('one with a wrong secret', "SELECT length(authz_request_authorization($app, :guess, 'ann'));\n", qr/wrong id, hash or secret/, 'guess');
keeps_secret('a wrong key', "SELECT (authz_authorize($app, :app, :guess)).status;\n", $done, 'app', 'guess');
keeps_secret('a token to exchange', "SELECT (authz_authorize(:ann)).status;\n", $done, 'ann');
my $client = '(SELECT client_id FROM authz_registrations)';
keeps_secret('a client\'s secret', "SELECT (authz_client_credentials($client, :client, 'client')).status;\n", $done, 'client');
keeps_secret('a wrong one', "SELECT (authz_client_credentials($client, :guess, 'client')).status;\n", $done, 'guess');
keeps_secret('a secret as an id', "SELECT (authz_client_credentials(:client, 'x', 'client')).status;\n", $done, 'client');
keeps_secret('a secret in a definition', "SELECT authz_registration_update(registration_id, jsonb_build_object('client_secret', :client::text)) FROM authz_registrations;\n",
	qr/There is no member/, 'client');

# Signing in: what proves somebody, what is set, and what is refused.
$node->safe_psql('postgres', q(
CREATE FUNCTION knows(credential jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE 'the pin is %', credential ->> 'pin'; END $$;
SELECT authz_user_add(u) FROM unnest('{bobby}'::text[]) u;
SELECT authz_role_add('user', application_id => application_id), authz_sign_in_configure(application_id, 'internal', 'internal'),
	authz_role_user_set(application_id, 'bob', 'user') FROM authz_applications WHERE application_identifier = 'tool'));
keeps_secret('a password', "SELECT authz_user_set_password('bob', :mine);\n", $done, 'mine');
keeps_secret('one that is easy', "SELECT authz_user_set_password('bob', :easy);\n", qr/too easy/, 'easy');
keeps_secret('one that is too long', "SELECT authz_user_set_password('bob', :long);\n", qr/too long/, 'long');
keeps_secret('blocked ones', "SELECT authz_blocked_password_add(ARRAY[:easy]);\n", $done, 'easy');
keeps_secret('to sign in by it', "SELECT 1 / (status = 'ok')::int FROM authz_login($app\:\:uuid, 'bob', :mine);\n", $done, 'mine');
keeps_secret('by a wrong one', "SELECT 1 / (status = 'failed')::int FROM authz_login($app\:\:uuid, 'bob', :guess);\n", $done, 'guess');
keeps_secret('as nobody', "SELECT 1 / (status = 'failed')::int FROM authz_login($app\:\:uuid, :guess, :mine);\n", $done, 'guess', 'mine');
keeps_secret('to change it', "SELECT set_config('authz.session', session_token, false) IS NULL FROM authz_login($app\:\:uuid, 'bob', :mine);\n"
	  . "SELECT authz_user_set_password('bob', :mine2, :mine);\n", $done, 'mine', 'mine2');
keeps_secret('passwords in an import', "SELECT 1 / (count(*) = 1 AND min(error) LIKE '22023%')::int FROM authz_user_import(:import);\n", $done, 'import');
$node->safe_psql('postgres', q(SELECT authz_account_update(1, settings => '{"legacy_passwords": true}')));
keeps_secret('where they are taken', "SELECT 1 / (count(*) = 1 AND count(error) = 0)::int FROM authz_user_import(:import);\n", $done, 'import');
keeps_secret('a proxy\'s secret', "SELECT authz_header_configure($app\:\:uuid, 'Remote-User', :proxy, NULL);\n", $done, 'proxy');
keeps_secret('an address that is one', "SELECT authz_header_configure($app\:\:uuid, 'Remote-User', NULL, :proxy);\n", qr/invalid logout address/, 'proxy');
$node->safe_psql('postgres', q(SELECT authz_sign_in_configure(application_id, 'header', 'internal') FROM authz_applications WHERE application_identifier = 'tool'));
keeps_secret('a value that is none', "SELECT 1 / (status = 'failed')::int FROM authz_login_header($app\:\:uuid, :proxy);\n", $done, 'proxy');
keeps_secret('a gateway\'s secret', "SELECT authz_sso_configure($app\:\:uuid, 'gate', :proxy, NULL, NULL, true);\n", $done, 'proxy');
keeps_secret('an address that is one', "SELECT authz_sso_configure($app\:\:uuid, NULL, NULL, :proxy, NULL);\n", qr/invalid login address/, 'proxy');
$node->safe_psql('postgres', q(SELECT authz_sign_in_configure(application_id, 'sso', 'internal') FROM authz_applications WHERE application_identifier = 'tool'));
keeps_secret('a key that is none', "SELECT 1 / (status = 'failed')::int FROM authz_login_sso($app\:\:uuid, :proxy);\n", $done, 'proxy');
$node->safe_psql('postgres',
	q(SELECT authz_adapter_configure(application_id, 'knows(jsonb)'), authz_sign_in_configure(application_id, 'custom', 'internal') FROM authz_applications WHERE application_identifier = 'tool'));
keeps_secret('what a function is given, and raises', "SELECT 1 / (status = 'failed')::int FROM authz_login_custom($app\:\:uuid, :pin);\n", $done, 'pin');

keeps_secret('an account\'s secret of one\'s choice', "SELECT (authz_account_add('two', 2, :admin)).account_id;\n", $done, 'admin');
keeps_secret('one that is too long', "SELECT (authz_account_add('three', 3, :long)).account_id;\n", qr/too long/, 'long');
keeps_secret('a secret as an id', "SELECT (authz_start_session(:account, :account)).actor;\n", qr/no session is set/, 'account');
keeps_secret('an error behind it', "SELECT set_config('authz.session', :ann, false);\nSELECT authz_current_user_id(), 1 / (length(:ann) - length(:ann));\n",
	qr/division by zero/, 'ann');
keeps_secret('a timeout behind it', "SET statement_timeout = 10;\nSELECT (authz_use_session(:ann, false)).user_id, pg_sleep(1);\n",
	qr/statement timeout/, 'ann');

# What the server makes is told to who asked, not to the log; private keys to nobody.
my $made = $node->safe_psql(
	'postgres', q(
SET authz.account = 1;
DO $$ BEGIN
	PERFORM authz_signing_key_rotate('ES256'), authz_signing_key_rotate('EdDSA'), authz_signing_key_rotate('HS256');
END $$;
SELECT coalesce(jwk ->> 'd', jwk ->> 'k')
	FROM authz.secret JOIN authz.signing_key USING (secret_id), LATERAL (SELECT convert_from(value, 'UTF8')::jsonb) AS j (jwk);
SELECT admin_secret FROM authz_account_add('four', 4);
SELECT authz_account_rotate_secret(1);
SELECT token FROM authz_apptoken_add();
SELECT app_secret FROM authz_application_add('another');
SELECT app_secret FROM authz_applications, authz_application_secret_add(application_id) WHERE application_identifier = 'tool';
SELECT authz_request_authorization(application_id::text, 'chosen-for-the-application-c04e', 'bob')
	FROM authz_applications WHERE application_identifier = 'tool';
SELECT client_secret, access_token FROM authz_application_add('one-more'), authz_registration_add(application_id, 'oidc', '{"grant_types": ["client_credentials"]}') r,
	authz_client_credentials(r.client_id, r.client_secret, 'one-more');
SELECT authz_registration_rotate_secret(registration_id) FROM authz_registrations WHERE application_identifier = 'client';
SELECT session_token FROM authz_start_widget_session('_1');
));
my $log = slurp_file($node->logfile, $offset);
foreach my $value (split /[\n|]/, $made)
{
	my $tail = substr($value, -int(length($value) / 3));

	ok(length $tail >= 8, 'a secret was made');
	unlike($log, qr/\Q$tail\E/, 'it is not in the log');
}

$node->stop;
done_testing();
