# Secrets are sealed by a key that is in a file: what has the rows and not the
# file has nothing, and what needs no secret needs no file.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('seal');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
World::create($node);
my $file = $node->data_dir . '/../authz.key';
my ($one, $two) = ('1:' . '1f' x 32, '2:' . '2e' x 32);

sub write_keys
{
	my ($lines, $mode) = @_;

	unlink $file;
	open my $out, '>', $file or die "$file: $!";
	print $out $lines;
	close $out;
	chmod $mode // 0600, $file;
	return;
}

# Tells the server where the keys are; new connections know it then.
sub set_key_file
{
	my ($server, $path) = @_;

	$server->safe_psql('postgres', "LOAD 'authz';\nALTER SYSTEM SET authz.key_file = '$path'");
	$server->reload;
	$server->poll_query_until('postgres', "SELECT current_setting('authz.key_file', true) = '$path'")
	  or die 'the setting does not arrive';
	return;
}

sub versions
{
	my ($database) = @_;

	return $node->safe_psql($database // 'postgres',
		"SELECT string_agg(DISTINCT key_version::text, ',' ORDER BY key_version::text) FROM authz.secret");
}

# All that a statement is answered with.
sub answer
{
	my ($server, $sql, %params) = @_;
	my ($ret, $out, $err) =
	  $server->psql($params{database} // 'postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 0,
		extra_params => $params{role} ? [ '-U', $params{role} ] : []);

	return $out . $err;
}

# What a dump shows of the secrets, as text or as bytes.
sub shown
{
	my $dump = $node->backup_dir . '/dump.sql';
	my $jwk  = unpack('H*', '"kty"');

	$node->command_ok([ 'pg_dump', '-f', $dump, 'postgres' ], 'a dump');
	my $text = slurp_file($dump);
	return join(',', grep { my $bytes = unpack('H*', $_); $text =~ /\Q$_\E|$bytes/ }
		  qw(Xsecret-token Xsecret-of-kaltura Xsecret-that-proxy Xsecret-late "k":));
}

$node->safe_psql('postgres', q(
SET client_min_messages = error;
SELECT authz_apptoken_add(id => 'app', token => 'Xsecret-token', session_user_id => 'ann');
SELECT authz_account_update(1, settings => '{"accept_ks": true}'), authz_account_rotate_secret(1, 86400, 'Xsecret-of-kaltura');
SELECT application_id AS app FROM authz_application_add('tool') \gset
SELECT authz_header_configure(:'app', 'Remote-User', 'Xsecret-that-proxy-and-application-share', NULL),
	authz_sign_in_configure(:'app', 'header', 'internal'), authz_role_add('user', application_id => :'app', role_id => 60),
	authz_role_user_set(:'app', 'ann', 'user');));
mkdir $node->backup_dir;

# An exchange of the app token uses its secret, and the key that signs.
my $exchange = q(
CREATE FUNCTION pg_temp.exchange() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	widget text := (authz_start_widget_session('_1')).session_token;
BEGIN
	PERFORM set_config('authz.session', widget, true);
	RETURN (authz_start_session('app', encode(sha256(convert_to(widget || 'Xsecret-token', 'UTF8')), 'hex'))).user_id;
END $$;
SELECT pg_temp.exchange());
my $header = q(
SELECT h.status FROM (
	SELECT application_id AS app, concat_ws('.', 'v1', 'YW5u', extract(epoch FROM now())::bigint, replace(gen_random_uuid()::text, '-', '')) AS value
	FROM authz.application) v,
	authz_login_header(app, value || '.' || encode(hmac('authz header ' || app || chr(10) || value, 'Xsecret-that-proxy-and-application-share', 'sha256'), 'hex')) h);
my $ks = "SELECT seen(authz_ks_encode(1, 'Xsecret-of-kaltura', 'ann'))";

# In clear: a dump has all of it.
is(versions(), '0', 'nothing is sealed without the setting');
is(shown(), 'Xsecret-token,Xsecret-of-kaltura,Xsecret-that-proxy,"k":', 'and a dump has the secrets');
like(answer($node, 'SELECT authz_seal()'), qr/ERROR:  55000.*HINT:  Set authz\.key_file/s, 'there is no key to seal by');

my $finding = q(SELECT string_agg(finding, ', ') FROM authz_check_setup() WHERE object = 'authz.key_file');
like($node->safe_psql('postgres', $finding), qr/^it is not set: .*: \d+$/, 'which is told');

# A file that others might know, or that is none, is not used: no new secret is kept.
my %bad = (
	'readable by its group' => sub { write_keys("$one\n", 0640) },
	'readable by all'       => sub { write_keys("$one\n", 0604) },
	'not there'             => sub { unlink $file },
	'a directory'           => sub { unlink $file; mkdir $file },
	'a pipe'                => sub { rmdir $file; unlink $file; POSIX::mkfifo($file, 0600) },
	'empty'                 => sub { write_keys('') },
	'no key'                => sub { write_keys("1:secret\n") },
	'of one version twice'  => sub { write_keys("$one\n1:" . 'aa' x 32) });
set_key_file($node, $file);
foreach my $how (sort keys %bad)
{
	rmdir $file;
	$bad{$how}->();
	like(answer($node, 'SELECT authz_seal()'), qr/ERROR:  55000.*DETAIL:  "\Q$file\E"/s, "a file that is $how");
	is(World::sqlstate($node, q(SELECT authz_apptoken_add())), '55000', 'keeps no secret');
}
World::is_seen($node, '1,3', '2', 'sessions need none of it yet');
$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION authz_administer() TO reader');
my $told = answer($node, 'SELECT authz_seal()', role => 'reader');
like($told, qr/ERROR:  55000/, 'who is no superuser is refused as well');
unlike($told, qr{/authz\.key|DETAIL}, 'and not told where the file is');

# Sealing.
write_keys("# the first\n$one\n");
my $open = $node->background_psql('postgres');
$open->query_safe("SELECT seen('ann')");
my $secrets = $node->safe_psql('postgres', 'SELECT count(*) FROM authz.secret');
is($node->safe_psql('postgres', $finding), "secrets that are not sealed: $secrets", 'those that are not sealed are told');
like(answer($node, 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT authz_seal()'), qr/ERROR:  55000/, 'not with an old snapshot');
is($node->safe_psql('postgres', "SELECT authz_seal();\nSELECT authz_seal()"), "$secrets\n0", 'all are sealed, once');
is(versions(), '1', 'by the version of the file');
World::is_seen($node, '1,3', '2', 'sessions that were started before go on');
is($open->query_safe("SELECT seen('ann')"), '1,3', 'in connections that were open, too');
is($node->safe_psql('postgres', $exchange), 'ann', 'an app token is exchanged');
is($node->safe_psql('postgres', $ks), '1,3', 'a Kaltura session is known');
is($node->safe_psql('postgres', $header), 'ok', 'a user signs in by a header');
$node->safe_psql('postgres', q(SELECT authz_apptoken_add(id => 'late', token => 'Xsecret-late'), authz_signing_key_rotate()));
is(versions(), '1', 'new secrets are sealed when they are made');
World::is_seen($node, '1,3', '2', 'with a new key sessions go on');
is(shown(), '', 'a dump shows none of them');
is($node->safe_psql('postgres', "SELECT count(*) FROM authz.audit_event WHERE action = 'secret.seal'"), '1', 'it is in the audit');

# Parallel workers know sessions, too.
is($node->safe_psql('postgres', q(
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT set_config('authz.session', value, false) IS NOT NULL FROM token WHERE name = 'ann';
SELECT string_agg(DISTINCT authz_current_user_id(), ',') FROM video)), "t\nann", 'parallel workers as well');

# Rotation: a version is added, everything is sealed anew, the former one goes.
write_keys("$two\n$one\n");
$node->reload;
$secrets = $node->safe_psql('postgres', 'SELECT count(*) FROM authz.secret');
is($node->safe_psql('postgres', 'SELECT authz_seal()'), $secrets, 'all are sealed by the newer version');
is(versions(), '2', 'by no other');
write_keys("$two\n");
$node->reload;
is($_->query_safe("SELECT seen('ann')"), '1,3', 'the former one is not needed any more') foreach ($open);
World::is_seen($node, '1,3', '2', 'by new connections either');
is($node->safe_psql('postgres', $exchange), 'ann', 'nor by app tokens');

# Who has read the file before keeps secrets by what it has now, and who is keeping
# one by a former version is waited for.
$open->query_safe('BEGIN');
$open->query_safe(q(SELECT authz_apptoken_add(id => 'slow')));
write_keys("$two\n3:" . '3d' x 32);
my $sealing = $node->background_psql('postgres');
$sealing->query_safe(q(SELECT authz_apptoken_add(id => 'latest')));
is(versions(), '2,3', 'the newest version of this moment');
like($node->safe_psql('postgres', $finding), qr/^secrets that are sealed by former keys: \d+$/, 'which is told');
World::send_query($sealing, 'SELECT authz_seal() > 1');
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND relation = 'authz.secret'::regclass))
  or die 'nobody waits';
World::is_seen($node, '1,3', '2', 'sessions go on');
$open->query_safe('COMMIT');
is($sealing->query_safe('SELECT 1'), "t\n1", 'the rest follows when it has committed');
is(versions(), '3', 'with its secret');
is($node->safe_psql('postgres', $finding), '', 'and nothing is told any more');
$sealing->quit;
write_keys("$two\n");
$node->reload;
like(answer($node, "SELECT seen('ann')"), qr/ERROR:  55000: .*version 3.*HINT:  Put it back/s, 'a version that is gone');
write_keys('3:' . '3d' x 32);
World::is_seen($node, '1,3', '2', 'and back, without a reload');
write_keys('3:' . '4c' x 32);
$node->reload;
like(answer($node, "SELECT seen('ann')"), qr/ERROR:  XX001: .*another key/s, 'another key by the same number');
write_keys('3:' . '3d' x 32);
$node->reload;

# Rows that were changed are noticed.
sub tampered
{
	my ($change) = @_;

	return answer($node, "BEGIN; $change; $exchange; ROLLBACK");
}
my $app = q((SELECT secret_id FROM authz.apptoken WHERE apptoken_id = 'app'));
my $late = q((SELECT secret_id FROM authz.apptoken WHERE apptoken_id = 'late'));
like(tampered('SELECT'), qr/ann/, 'as it is');
like(tampered("UPDATE authz.secret SET value = set_byte(value, 15, get_byte(value, 15) # 1) WHERE secret_id = $app"), qr/ERROR:  XX001/, 'a bit is another');
like(tampered("UPDATE authz.secret SET value = '' WHERE secret_id = $app"), qr/ERROR:  XX001/, 'nothing is left');
like(tampered("UPDATE authz.secret SET value = (SELECT value FROM authz.secret WHERE secret_id = $late) WHERE secret_id = $app"), qr/ERROR:  XX001/, 'it is another\'s');
like(tampered("UPDATE authz.secret SET key_version = 2 WHERE secret_id = $app"), qr/ERROR:  55000/, 'it names another version');
like(tampered("UPDATE authz.secret SET key_version = 0 WHERE secret_id = $app"), qr/ERROR:  28P01/, 'it is passed for one that is not sealed');

# A standby opens them with the same file.
$node->backup('sealed');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'sealed', has_streaming => 1);
$standby->append_conf('postgresql.auto.conf', "authz.key_file = ''");
$standby->start;
like(answer($standby, "SELECT seen('ann')"), qr/ERROR:  55000: .*version 3.*HINT:  Set authz\.key_file/s, 'a standby without the file');
is($standby->safe_psql('postgres', q(SELECT count(*) FROM authz_users)), 3, 'what needs no secret works there');
is($standby->safe_psql('postgres', q(SELECT seen(''))), 'nothing', 'nobody sees nothing');
$standby->append_conf('postgresql.auto.conf', "authz.key_file = '$file'");
$standby->restart;
World::is_seen($standby, '1,3', '2', 'with it sessions are in force there');
is(World::sqlstate($standby, 'SELECT authz_seal()'), '25006', 'where nothing is sealed');
$standby->stop;

# A dump that is restored where there is no key.
$node->command_ok([ 'pg_dump', '-Fc', '-f', $node->backup_dir . '/sealed.dump', 'postgres' ], 'a dump of sealed secrets');
set_key_file($node, '');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $node->backup_dir . '/sealed.dump' ], 'is restored without the key');
$told = answer($node, "SELECT seen('ann')", database => 'restored');
like($told, qr/ERROR:  55000: .*version 3.*HINT:  Set authz\.key_file/s, 'no session is known there');
is($node->safe_psql('restored', "SELECT seen('')"), 'nothing', 'nobody sees nothing');
is($node->safe_psql('restored', q(SELECT authz_user_add('eve'), authz_category_user_add(1, 'eve'), authz_apptoken_delete('late'))), 'eve|active|t',
	'users are managed');
foreach my $call ('authz_apptoken_add()', 'authz_signing_key_rotate()', "authz_start_widget_session('_1')", 'authz_seal()')
{
	like(answer($node, "SELECT $call", database => 'restored'), qr/ERROR:  55000/, "$call needs the key");
}

# The key is lost: another, by a higher version, for new secrets.
write_keys('4:' . '5b' x 32);
set_key_file($node, $file);
like(answer($node, 'SELECT authz_seal()', database => 'restored'), qr/ERROR:  55000: .*version 3/, 'what was sealed stays so');
$node->safe_psql('restored', q(SELECT authz_account_update(1, settings => '{"accept_ks": false}')));
is($node->safe_psql('restored', q(SELECT count(authz_signing_key_rotate(overlap => 0)); SELECT session_type FROM authz_start_widget_session('_1'))),
	"1\nwidget", 'a new signing key serves');
is($node->safe_psql('restored', "SELECT seen('ann')"), 'nothing', 'former sessions are nobody\'s');

# And with the key of the dump everything goes on.
write_keys('3:' . '3d' x 32);
$node->reload;
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'again', $node->backup_dir . '/sealed.dump' ], 'restored with the key');
is($node->safe_psql('again', "SELECT seen('ann'), seen('bob')"), '1,3|2', 'it goes on');
is($node->safe_psql('again', $exchange), 'ann', 'with its app tokens');

# The setting is the server's: nobody sets it for himself or looks at it.
is(World::sqlstate($node, "LOAD 'authz'; SET authz.key_file = '/tmp/mine'"), '55P02', 'not even a superuser sets it');
like(answer($node, 'SELECT authz_current_user_id(); SHOW authz.key_file', role => 'reader'), qr/ERROR:  42501/, 'ordinary roles do not see it');
unlike(slurp_file($node->logfile), qr/(?:3d){8}/, 'no key is in the log');

$open->quit;
done_testing();
