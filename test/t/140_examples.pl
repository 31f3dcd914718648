# The client programs of examples/ do what they say, against a server of their
# own and as an ordinary database role.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('examples');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
$node->start;
World::create($node);
my $examples = "$FindBin::RealBin/../../examples/python";

# Programs find the server as libpq does.
$ENV{PGHOST}     = $node->host;
$ENV{PGPORT}     = $node->port;
$ENV{PGDATABASE} = 'postgres';

# An app token is exchanged, its user's rows are shown, and nobody's afterwards.
$ENV{APPTOKEN} = $node->safe_psql('postgres',
	q(SELECT token FROM authz_apptoken_add(id => 'example', session_user_id => 'ann')));
my ($stdout, $stderr) = run_command([ "$examples/sessions.py", '_1', 'example', 'SELECT id FROM video ORDER BY id' ]);
is($stdout, "ann sees:\n    1\n    3\nafter the transaction, nobody sees: 0 rows", 'sessions.py');
is($stderr, '', 'and nothing is complained of');

# A service makes an application that it manages for a person.
my $owner = '79dc4216-83a0-4c7f-86ac-3f04e1f74c05';
($ENV{CLIENT_ID}, $ENV{CLIENT_SECRET}) = split /\|/, $node->safe_psql(
	'postgres', qq(
SET client_min_messages = error;
SELECT authz_user_add('$owner') \\g /dev/null
SELECT application_id AS app FROM authz_application_add('webframeworks') \\gset
SELECT authz_group_add('authorization-service-applications-managers'),
	authz_group_user_add('authorization-service-applications-managers', 'service-account-webframeworks') \\g /dev/null
SELECT client_id, client_secret
FROM authz_registration_add(:'app', 'oidc', '{"client_type": "confidential", "grant_types": ["client_credentials"]}')));
($stdout, $stderr) = run_command([ "$examples/managed_application.py" ]);
like($stdout, qr/^I am service-account-webframeworks\n/, 'managed_application.py: who it is');
like($stdout, qr/^made [0-9a-f-]{36}, which is service-account-webframeworks-test1-myapps_name23$/m, 'and what it has made');
is($stderr, '', 'and nothing is complained of');
is($node->safe_psql('postgres', q(SELECT application_identifier, display_name, description, home_page, owner_id, manager_id
		FROM authz_applications WHERE manager_id IS NOT NULL)),
	"webframeworks-test1-myapps_name23|Web frameworks site myapps_name23 (test1)|this is a sample|https://example.cern.ch|$owner|service-account-webframeworks",
	'it is there');
($stdout, $stderr) = run_command([ "$examples/managed_application.py" ]);
like($stderr, qr/is taken/, 'but once');
$ENV{CLIENT_SECRET} = 'wrong';
($stdout, $stderr) = run_command([ "$examples/managed_application.py", $owner, 'another' ]);
is("$stdout$stderr", 'no token: failed', 'a wrong secret gets no token');

$node->stop;
done_testing();
