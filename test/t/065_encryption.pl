# Over TCP without encryption no door takes a secret, or gives one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('encryption');
$node->init;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->append_conf('pg_hba.conf', "host all all 127.0.0.1/32 trust");
$node->start;
World::create($node);
$node->safe_psql(
	'postgres', q(
CREATE TABLE made AS SELECT application_id, registration_id, client_id
	FROM authz_application_add('tool'), authz_registration_add(application_id, 'oidc', '{"grant_types": ["client_credentials"]}');
));

# What a statement ends with: an SQLSTATE, over TCP or a socket.
sub outcome
{
	my ($sql, $host) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nBEGIN;\nSELECT $sql;\nROLLBACK;",
		connstr => sprintf('host=%s port=%d dbname=postgres', $host, $node->port));

	return $stderr =~ /ERROR:  (\w+)/ ? $1 : 'ok';
}

my %doors = (
	'an account\'s secret'      => q(authz_start_secret_session(1, 'x')),
	'an account\'s chosen one'  => q(authz_account_add('new', admin_secret => 'chosen by the caller')),
	'a chosen app token'        => q(authz_apptoken_add(session_user_id => 'ann', token => 'chosen by the caller')),
	'an application\'s secret'  => q(authz_application_add('new-tool', app_secret => 'chosen by the caller')),
	'a registered one'          => q(authz_register_application('new', NULL, NULL, 'chosen by the caller')),
	'a further one'             => q(authz_application_secret_add(application_id, app_secret => 'chosen by the caller') FROM made),
	'a request'                 => q(authz_request_authorization(application_id::text, 'x', 'ann') FROM made),
	'an authorization'          => q(authz_authorize(application_id::text, 'x', '1-x') FROM made),
	'a token to exchange'       => q(authz_authorize('x')),
	'a new client\'s secret'    => q(authz_registration_add(application_id, 'oidc', '{"grant_types": ["client_credentials"]}') FROM made),
	'a rotated client\'s secret' => q(authz_registration_rotate_secret(registration_id) FROM made),
	'a client\'s credentials'   => q(authz_client_credentials(client_id, 'x', 'tool') FROM made));

foreach my $what (sort keys %doors)
{
	is(outcome($doors{$what}, '127.0.0.1'), '28000', "$what: refused over TCP");
	isnt(outcome($doors{$what}, $node->host), '28000', "$what: not over a socket");
}
$node->append_conf('postgresql.conf', 'authz.require_ssl = off');
$node->reload;
foreach my $what (sort keys %doors)
{
	isnt(outcome($doors{$what}, '127.0.0.1'), '28000', "$what: where it is allowed");
}

$node->stop;
done_testing();
