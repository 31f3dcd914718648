# A session means the same whenever the library comes: preloaded by the server,
# by the connection, or at the first call, in the middle of a transaction.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('loading');
$node->init;
$node->start;
World::create($node);
$node->safe_psql('postgres', 'CREATE DATABASE empty');
my %token = map { $_ => World::token($node, $_) } ('ann', 'bob');

# Runs statements as the reader, in a connection with these options; what they
# print, and what they complain of.
sub run_sql
{
	my ($sql, %params) = @_;
	my $connstr = $node->connstr($params{database} // 'postgres') . ' user=' . ($params{user} // 'reader');

	$sql =~ s/:(ann|bob)\b/'$token{$1}'/g;
	$connstr .= " options='-c authz.session=$params{session}'" if exists $params{session};
	my ($ret, $stdout, $stderr) = $node->psql('postgres', $sql, connstr => $connstr, on_error_stop => 0);
	return ($stdout, $stderr);
}

sub gives
{
	my ($sql, $expected, $name, %params) = @_;
	my ($stdout, $stderr) = run_sql($sql, %params);

	$sql =~ s/\s+/ /g;
	is($stdout, $expected, "$name: $sql");
	foreach my $secret (values %token)
	{
		unlike($stderr, qr/\Q$secret\E/, "$name: and no token is in what is complained of") if $stderr ne '';
	}
	return $stderr;
}

my $who = q(SELECT coalesce(authz_current_user_id(), 'nobody'), string_agg(id::text, ',' ORDER BY id) FROM video;);

sub test_loading
{
	my ($how) = @_;

	gives($who, 'nobody|', $how);
	gives($who, 'ann|1,3', "$how, as connection option", session => $token{ann});
	gives("SET authz.session = :bob; $who RESET authz.session; $who", "bob|2\nann|1,3", "$how, as connection option",
		session => $token{ann});
	gives("SET authz.session = :bob; $who DISCARD ALL; $who", "bob|2\nann|1,3", "$how, as connection option",
		session => $token{ann});
	gives("BEGIN; SET LOCAL authz.session = :bob; $who COMMIT; $who", "bob|2\nann|1,3", "$how, as connection option",
		session => $token{ann});
	gives("DISCARD ALL; $who", 'ann|1,3', "$how, as connection option", session => $token{ann});
	gives($who, 'nobody|', "$how, nonsense as connection option", session => 'nonsense');

	gives("SET authz.session = :ann; $who", 'ann|1,3', $how);
	gives("SET authz.session = :ann; BEGIN; $who COMMIT; $who", "ann|1,3\nann|1,3", $how);
	gives("BEGIN; SET authz.session = :ann; $who COMMIT; $who", "ann|1,3\nann|1,3", $how);
	gives("BEGIN; SET authz.session = :ann; $who ROLLBACK; $who", "ann|1,3\nnobody|", $how);
	gives("BEGIN; SET LOCAL authz.session = :ann; $who COMMIT; $who", "ann|1,3\nnobody|", $how);
	gives("BEGIN; SET LOCAL authz.session = :ann; COMMIT; $who", 'nobody|', $how);
	gives("BEGIN; SET authz.session = :ann; ROLLBACK; $who", 'nobody|', $how);
	gives("SET authz.session = :ann; BEGIN; SET LOCAL authz.session = :bob; $who ROLLBACK; $who", "bob|2\nann|1,3", $how);
	gives("SET authz.session = :ann; BEGIN; SET LOCAL authz.session = :bob; SAVEPOINT s; SET LOCAL authz.session = :ann; $who ROLLBACK TO s; $who COMMIT; $who",
		"ann|1,3\nbob|2\nann|1,3", $how);
	gives("BEGIN; SAVEPOINT s; SET LOCAL authz.session = :ann; RELEASE s; $who ROLLBACK; $who", "ann|1,3\nnobody|", $how);
	gives("SET authz.session = :ann; RESET authz.session; $who", 'nobody|', $how);
	gives("SET authz.session = :ann; RESET ALL; $who", 'nobody|', $how);
	gives("SET authz.session = :ann; DISCARD ALL; $who", 'nobody|', $how);
	gives("SELECT FROM set_config('authz.session', :ann, true); $who", 'nobody|', $how);
	gives("SELECT FROM set_config('authz.session', :ann, false); $who", 'ann|1,3', $how);

	# Once the library is there nobody reads the token.
	gives("SET authz.session = :ann; SELECT authz_can_view(1); SHOW authz.session; SELECT current_setting('authz.session');",
		"t\n(redacted)\n(redacted)", $how);
	gives("SET authz.session = :ann; SELECT authz_can_view(1); SELECT count(*) FROM pg_settings WHERE concat(setting, reset_val, boot_val) ~ 'eyJ';",
		"t\n0", $how);

	# What is no token.
	my $stderr = gives("SET authz.session = E'\\u00e4'; $who", 'nobody|', "$how, not printable");
	unlike($stderr, qr/\xc3\xa4/, "$how: the complaint does not repeat it");
	$stderr = gives("SELECT FROM set_config('authz.session', repeat('q', 17000), false); $who", 'nobody|', "$how, too long");
	unlike($stderr, qr/qqq/, "$how: the complaint does not repeat it");

	# Workers believe what their leader's backend has set; nobody else may.
	gives("SET authz.handoff = 5; SET authz.session = :ann; $who SHOW authz.handoff;", "ann|1,3\n0", "$how, a setting of authz's own");
	gives("SELECT authz_can_view(1); SET authz.handoff = 5; SHOW authz.handoff;", "f\n0", "$how, a setting of authz's own");

	# A database that does not have the extension.
	gives("SET authz.session = :ann; SELECT 1;", '1', "$how, without extension", database => 'empty');

	# Nothing is stored where all can read it.
	foreach my $target ('ROLE reader', 'DATABASE postgres', 'ROLE reader IN DATABASE postgres', 'SYSTEM')
	{
		is(World::sqlstate($node, "SELECT authz_can_view(1); ALTER $target SET authz.session = '$token{ann}'"),
			$target eq 'SYSTEM' ? '55P02' : '0A000', "$how: ALTER $target is refused");
		is( World::sqlstate($node, "ALTER $target SET authz.session = '$token{ann}'", extra_params => [ '-U', 'reader' ]),
			'42501', "$how: for others, too")
		  if $target !~ /SYSTEM/ && $how !~ /preload/;
	}
	is( World::sqlstate($node,
			"SELECT authz_can_view(1); CREATE FUNCTION f() RETURNS int LANGUAGE sql SET authz.session = '$token{ann}' RETURN 1"),
		'0A000', "$how: so is a function's setting");
	return;
}

test_loading('at the first call');

# What a superuser stores without the library is refused where it would count.
$node->safe_psql('postgres', "ALTER ROLE reader SET authz.session = '$token{ann}'");
gives($who, 'nobody|', 'stored for the role');
$node->append_conf('postgresql.conf', q(session_preload_libraries = 'authz'));
$node->reload;
gives($who, 'nobody|', 'stored for the role, preloaded');
$node->safe_psql('postgres', 'ALTER ROLE reader RESET ALL');
test_loading('session_preload_libraries');

$node->append_conf('postgresql.conf', q(
session_preload_libraries = ''
shared_preload_libraries = 'authz'
));
$node->restart;
test_loading('shared_preload_libraries');

# The server's own file is not for sessions.
$node->append_conf('postgresql.conf', "authz.session = '$token{ann}'");
$node->reload;
gives($who, 'nobody|', 'in postgresql.conf');

$node->stop;
done_testing();
