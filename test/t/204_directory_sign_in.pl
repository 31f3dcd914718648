# Signing in by a directory, from SQL to the server and back: who comes in and as
# what, what nobody is told, what ends a wait, and what is counted.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Proxy;
use Slapd;
use Test::More;

my $missing = Slapd::missing();
plan skip_all => $missing if defined $missing;

my $base   = $Slapd::base;
my $people = "ou=people,$base";
my $groups = "ou=groups,$base";
my $soon   = 30;     # seconds, well below the timeouts of what is cancelled

sub person
{
	my ($name, @more) = @_;

	return ("uid=$name,$people" =>
		  [ objectClass => 'inetOrgPerson', uid => $name =~ s/\\(.)/$1/gr, cn => 'x', sn => 'Of Many', userPassword => "pw of $name", @more ]);
}

sub group
{
	my ($name, @members) = @_;

	return ("cn=$name,$groups" => [ objectClass => 'groupOfNames', cn => $name, member => \@members ]);
}

sub users { return map { "uid=$_,$people" } @_; }

# Nobody goes there.
my $trap = Proxy::start(0);

Slapd::certificates();
my $slapd = Slapd::start(
	lines => qq(
overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="$Slapd::searcher" read by anonymous auth by self read by * none
),
	entries => [
		$base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ],
		(map { ("ou=$_,$base" => [ objectClass => 'organizationalUnit', ou => $_ ]) } qw(people groups services)),
		$Slapd::searcher => [ objectClass => 'person', cn => 'searcher', sn => 's', userPassword => 'searching' ],
		person('ann', mail => 'ann@example.org', givenName => 'Ann'),
		(map { person($_) } qw(bob carol dan eve frank grace loner), 'Ärger', '*)(uid\=*', 'back\\\\slash', 'a\,b'),
		"ou=branch,$base" => [ objectClass => [ 'referral', 'extensibleObject' ], ou => 'branch', ref => "ldaps://127.0.0.1:$trap->{port}/ou=branch,$base" ],
	]);
$slapd->add(
	group('viewers', users('ann', 'bob', 'carol', 'dan', 'eve', 'frank', 'Ärger', '*)(uid\=*', 'back\\\\slash', 'a\,b')),
	group('admins', users('ann')), group('staff', users('grace')), group('inner', "cn=staff,$groups"), group('top', "cn=inner,$groups"));

my $node = PostgreSQL::Test::Cluster->new('directory');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'authz'");
$node->start;
$node->safe_psql('postgres', q(
SET client_min_messages = error;
CREATE EXTENSION authz CASCADE;
SELECT authz_account_add('test', 1);
CREATE TABLE app AS SELECT n AS name, application_id AS id FROM unnest('{portal,intranet,desk,gate}'::text[]) n, authz_application_add(n);
SELECT authz_role_add(r, application_id => id, label => initcap(r), rank => m::int)
	FROM app, unnest('{viewer,editor,admin}'::text[]) WITH ORDINALITY t (r, m);
SELECT authz_sign_in_configure(id, w[1], w[2]) FROM app
	JOIN (VALUES ('portal', '{ldap,ldap}'::text[]), ('intranet', '{ldap,internal}'), ('desk', '{internal,ldap}'), ('gate', '{header,ldap}')) AS m (name, w) USING (name);
CREATE ROLE reader LOGIN;
GRANT SELECT ON app TO reader;
CREATE FUNCTION header(app uuid, user_id text) RETURNS text LANGUAGE sql AS $$
	SELECT v.text || '.' || encode(hmac(convert_to('authz header ' || app || chr(10) || v.text, 'UTF8'), convert_to(repeat('x', 32), 'UTF8'), 'sha256'), 'hex')
	FROM (SELECT concat_ws('.', 'v1', rtrim(translate(replace(encode(convert_to(user_id, 'UTF8'), 'base64'), chr(10), ''), '+/', '-_'), '='),
		extract(epoch FROM clock_timestamp())::bigint, replace(gen_random_uuid()::text, '-', ''))) AS v (text)
$$;
));

# ---- helpers --------------------------------------------------------------------

sub literal
{
	my ($value) = @_;

	return 'NULL' unless defined $value;
	return 'ARRAY[' . join(', ', map { literal($_) } @$value) . ']' if ref $value;
	utf8::encode($value) if utf8::is_utf8($value);
	return "'" . $value =~ s/'/''/gr . "'";
}

my %search = (
	uris                => [ $slapd->ldaps_uri ],
	base_dn             => $base,
	search_user         => $Slapd::searcher,
	search_password     => 'searching',
	user_search_pattern => '(uid=@@USERNAME@@)',
	ca_certificate      => slurp_file("$Slapd::directory/authority.crt"),
	email_attribute     => 'mail',
	first_name_attribute => 'givenName',
	last_name_attribute => 'sn',
	group_search        => 'by_user',
	timeout             => 60);
my %direct = (%search, bind_method => 'direct', search_user => undef, search_password => '', user_search_pattern => undef,
	user_dn_format => "uid=\@\@USERNAME\@\@,$people");

sub configure
{
	my ($app, %settings) = @_;
	my $arguments = join ', ', map { "$_ => " . literal($settings{$_}) } sort keys %settings;

	$node->safe_psql('postgres', "SELECT authz_ldap_configure(id, $arguments) FROM app WHERE name = '$app'");
	return;
}

# As the attacker, who may run any SQL; the outcome, or the SQLSTATE.
sub attempt
{
	my ($call, $app, $before) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres',
		"\\set VERBOSITY sqlstate\n" . ($before // '') . ";\nSELECT status, user_id, role FROM app, $call WHERE name = '$app'",
		extra_params => [ '-U', 'reader' ]);

	return $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : $stdout =~ s/\|\|$//r;
}

sub login
{
	my ($app, $user, $password, $before) = @_;

	return attempt('authz_login(id, ' . literal($user) . ', ' . literal($password) . ')', $app, $before);
}

# What is written down of the last attempt.
sub noted
{
	my ($what) = @_;

	return $node->safe_psql('postgres', "SELECT detail ->> '$what' FROM authz.audit_event WHERE action = 'sign_in' ORDER BY event_id DESC LIMIT 1");
}

sub fails
{
	my ($app, $user, $password, $reason, $name) = @_;

	is(login($app, $user, $password), 'failed', $name);
	is(noted('reason'), $reason, '... for a reason that is written down');
	return;
}

sub text { my ($text) = @_; utf8::encode($text); return $text; }

my $now = time;
sub took { my $elapsed = time - $now; $now = time; return $elapsed; }

# ---- who comes in, and as what ----------------------------------------------------

fails('portal', 'ann', 'pw of ann', 'the directory is not set up', 'without a directory nobody');
configure('portal', %search);
fails('portal', 'ann', 'pw of ann', 'the user is unknown', 'where no group gives a role, nobody');
$node->safe_psql('postgres', q(
SELECT authz_directory_role_add(id, 'cn=admins,ou=groups,dc=example,dc=org', 'admin'), authz_directory_role_add(id, 'viewers', 'Viewer'),
	authz_directory_role_add(id, 'top', 'editor') FROM app));
my %way = (
	'searching' => \%search,
	'directly'  => \%direct,
	'searching, by StartTLS' => { %search, uris => [ $slapd->ldap_uri ], start_tls => 'true' },
	'directly, by StartTLS'  => { %direct, uris => [ $slapd->ldap_uri ], start_tls => 'true' },
	'searching for groups'   => { %search, group_search => 'by_group', group_search_pattern => '(&(objectClass=groupOfNames)(|@@GROUPS_REPLACEMENTS@@))',
		group_search_each_pattern => '(cn=@@GROUPNAME@@)' });
foreach my $way (sort keys %way)
{
	configure('portal', %{ $way{$way} });
	is(login('portal', 'ann', 'pw of ann'), 'ok|ann|admin', "$way: Ann, by the first of her groups");
	is(noted('method'), 'ldap', '... by the directory');
	is(login('portal', 'ANN', 'pw of ann'), 'ok|ann|admin', "$way: she is one, however she spells herself");
	is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', "$way: Bob");
	fails('portal', 'bob', 'pw of ann', 'directory: wrong_password', "$way: a wrong password");
	fails('portal', 'bob', '', 'directory: bad_password', "$way: no password");
	fails('portal', 'bob', undef, 'directory: bad_password', "$way: none at all");
	fails('portal', "nobody $way", 'pw', $way =~ /dir/ ? 'directory: wrong_password' : 'directory: unknown_user', "$way: nobody");
	fails('portal', '', 'pw', 'directory: bad_name', "$way: and nobody's name");
	is(login('portal', 'Ärger', 'pw of Ärger'), text('ok|Ärger|viewer'), "$way: letters of all kinds");
	is(login('portal', '*)(uid=*', 'pw of *)(uid\=*'), 'ok|*)(uid=*|viewer', "$way: a name that means something to filters is a name");
	is(login('portal', 'back\\slash', 'pw of back\\\\slash'), 'ok|back\\slash|viewer', "$way: and one that escapes");
	is(login('portal', 'a,b', 'pw of a\,b'), 'ok|a,b|viewer', "$way: and one that separates");
	foreach my $name ('*', 'an*', 'ann)(uid=*', '*)(objectClass=*', 'ann\\', '\\61nn', "ann,$people", '@@USERNAME@@')
	{
		is(login('portal', $name, 'pw of ann'), 'failed', "$way: nobody is called $name");
	}
	fails('portal', "ann\n", 'pw of ann', 'directory: bad_name', "$way: nor is a line");
	is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', "$way: Bob again");
}
is($node->safe_psql('postgres', q(SELECT user_id FROM authz.principal WHERE kind = 'person' ORDER BY 1)), text("*)(uid=*\na,b\nann\nback\\slash\nbob\nÄrger"),
	'who has come in is a user, once');
is($node->safe_psql('postgres', q(SELECT count(*) FROM authz.password)), '0', 'without a password here');
is($node->safe_psql('postgres', q(SELECT first_name, last_name, email FROM authz_users WHERE user_id = 'ann')), 'Ann|Of Many|ann@example.org', 'with her details');

$node->stop;
done_testing();
