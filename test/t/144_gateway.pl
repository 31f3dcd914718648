# A gateway that is written as doc/sign-in.md says signs users in, and is told who
# has left.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $python = $ENV{PYTHON} || 'python3';
plan skip_all => "there is no $python" if system("$python -c '' 2>/dev/null") != 0;

my $node = PostgreSQL::Test::Cluster->new('gateway');
$node->init;
$node->start;
my $secret = 'a secret of gateway and application';
$node->safe_psql('postgres', qq(
SET client_min_messages = error;
CREATE EXTENSION authz CASCADE;
SELECT authz_account_add('test', 1);
CREATE TABLE app AS SELECT application_id AS id FROM authz_application_add('portal');
SELECT authz_role_add('viewer', application_id => id), authz_sign_in_configure(id, 'sso', 'sso'),
	authz_sso_configure(id, 'gate', '$secret', 'https://www.example.org/login', 'https://www.example.org/bye') FROM app;
));
my $app = $node->safe_psql('postgres', 'SELECT id FROM app');

# All that the page has in Python is one program.
my $page = slurp_file("$FindBin::RealBin/../../doc/sign-in.md");
my $program = join "\n", $page =~ /^```python\n(.*?)^```$/msg;
my $file = "${PostgreSQL::Test::Utils::tmp_check}/gateway.py";
append_to_file($file, "$program\nimport sys\nprint(eval(sys.argv[1]), end='')\n");

# What the program says to an expression.
sub gateway
{
	my ($expression) = @_;
	local $ENV{PYTHONIOENCODING} = 'utf-8';
	my ($stdout, $stderr) = run_command([ $python, $file, $expression ]);

	diag($stderr) if $stderr ne '';
	return $stdout;
}

my $key = gateway("login_key('$app', '$secret', 'Zo\\u00eb', 'viewer', 'Zo\\u00eb', 'Zimmer', 'zoe\@example.org')");
like($key, qr/^k2\.login\.[\w.-]+$/, 'a key is made');
is($node->safe_psql('postgres', "SELECT status, user_id, role FROM authz_login_sso('$app', '$key')"),
	'ok|Zoë|viewer', 'it signs in');
is($node->safe_psql('postgres', "SELECT status FROM authz_login_sso('$app', '$key')"), 'failed', 'once');
is($node->safe_psql('postgres', "SELECT first_name, last_name, email FROM authz_users WHERE user_id = 'Zoë'"),
	'Zoë|Zimmer|zoe@example.org', 'and tells of the user');
$key = gateway("login_key('$app', '$secret' + 'x', 'ann', 'viewer')");
is($node->safe_psql('postgres', "SELECT status FROM authz_login_sso('$app', '$key')"), 'failed', 'not by another secret');

$key = gateway("login_key('$app', '$secret', 'ann', 'viewer')");
my $url = $node->safe_psql('postgres', qq(
SELECT session_token FROM authz_login_sso('$app', '$key') \\gset
SELECT set_config('authz.session', :'session_token', false) \\g /dev/null
SELECT authz_logout()));
my ($left) = $url =~ m{^https://www\.example\.org/bye\?sessionKey=(k2\.logout\.[\w.-]+)$};
ok($left, 'who leaves comes with a key');
is(gateway("who_has_left('$app', '$secret', '$left')"), 'ann', 'that tells who');
is(gateway("who_has_left('$app', '$secret' + 'x', '$left')"), 'None', 'by the secret alone');
is(gateway("who_has_left('$app', '$secret', '$key')"), 'None', 'that signed in tells nobody who has left');
is($node->safe_psql('postgres', "SELECT status FROM authz_login_sso('$app', '$left')"), 'failed', 'nor the other way round');

done_testing();
