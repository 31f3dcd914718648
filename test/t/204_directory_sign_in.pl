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
		person('latin', givenName => '名前'),
		(map { person($_) } qw(bob carol dan eve frank grace loner), 'Ärger', '*)(uid\=*', 'back\\\\slash', 'a\,b'),
		"uid=名前,$people" => [ objectClass => 'inetOrgPerson', uid => '名前', cn => 'x', sn => 'x', userPassword => 'pw of kana', mail => 'kana@example.org' ],
		"uid=primary,$people" => [ objectClass => [ 'inetOrgPerson', 'securityPrincipal' ], uid => 'primary', cn => 'x', sn => 'x', userPassword => 'pw of primary',
			primaryGroupID => 513, objectSid => pack('C2 n N V5', 1, 5, 0, 5, 21, 1, 2, 3, 1000) ],
		"ou=branch,$base" => [ objectClass => [ 'referral', 'extensibleObject' ], ou => 'branch', ref => "ldaps://127.0.0.1:$trap->{port}/ou=branch,$base" ],
	]);
$slapd->add(
	group('viewers', users('ann', 'bob', 'carol', 'dan', 'eve', 'frank', 'latin', '名前', 'Ärger', '*)(uid\=*', 'back\\\\slash', 'a\,b')),
	group('admins', users('ann')), group('staff', users('grace')), group('inner', "cn=staff,$groups"), group('top', "cn=inner,$groups"));

my $node = PostgreSQL::Test::Cluster->new('directory');
$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
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


# ---- roles ------------------------------------------------------------------------

sub sign_in
{
	my ($app, $arguments) = @_;

	$node->safe_psql('postgres', "SELECT authz_sign_in_configure(id, $arguments) FROM app WHERE name = '$app'");
	return;
}

configure('portal', %search);
fails('portal', 'loner', 'pw of loner', 'the user is unknown', 'who is in no group does not come in');
fails('portal', 'grace', 'pw of grace', 'the user is unknown', 'nor who is in a group of a group');
configure('portal', %search, nested_groups => 'true');
is(login('portal', 'grace', 'pw of grace'), 'ok|grace|editor', 'unless groups within groups count');
configure('portal', %search);
fails('portal', 'grace', 'pw of grace', 'no role is given', 'and when they do not any more');
is($node->safe_psql('postgres', q(SELECT count(*) FROM authz_application_users WHERE user_id = 'grace')), '0', '... she loses the role');
sign_in('portal', "'ldap', 'ldap', groups_matching_order => '{Viewer,admin}'");
is(login('portal', 'ann', 'pw of ann'), 'ok|ann|viewer', 'the first in the order of roles');
sign_in('portal', "'ldap', 'ldap', groups_matching_order => '{editor}'");
fails('portal', 'ann', 'pw of ann', 'no role is given', 'roles that the order does not name are not given');
sign_in('portal', "'ldap', 'ldap'");
is(login('portal', 'carol', 'pw of carol'), 'ok|carol|viewer', 'Carol');
$node->safe_psql('postgres', q(SELECT authz_role_update(role_id, status => 'blocked') FROM authz_roles JOIN app ON id = application_id WHERE app.name = 'portal' AND authz_roles.name = 'viewer'));
fails('portal', 'carol', 'pw of carol', 'the role is unknown', 'a blocked role is not given');
$node->safe_psql('postgres', q(SELECT authz_role_update(role_id, status => 'active') FROM authz_roles JOIN app ON id = application_id WHERE app.name = 'portal' AND authz_roles.name = 'viewer'));
is(login('portal', 'carol', 'pw of carol'), 'ok|carol|viewer', 'until it counts again');

configure('portal', %search, primary_group_attribute => 'primaryGroupID');
$node->safe_psql('postgres', q(SELECT authz_directory_role_add(id, NULL, 'editor', '513') FROM app WHERE name = 'portal'));
fails('portal', 'primary', 'pw of primary', 'the user is unknown', 'a primary group gives nothing');
sign_in('portal', "'ldap', 'ldap', match_primary_group => true");
is(login('portal', 'primary', 'pw of primary'), 'ok|primary|editor', '... unless it is to be matched');
sign_in('portal', "'ldap', 'ldap'");
configure('portal', %search);

# What is overridden by hand is overwritten, or not, as is set.
my $override = q(SELECT authz_user_update('bob', first_name => 'Robert', last_name => 'Own'), authz_role_user_set(id, 'bob', 'editor') FROM app WHERE name = 'portal');
my $bob = q(SELECT first_name, last_name FROM authz_users WHERE user_id = 'bob');
foreach my $refresh ('true', 'false')
{
	sign_in('portal', "'ldap', 'ldap', refresh_details_on_login => $refresh, refresh_role_on_login => $refresh");
	$node->safe_psql('postgres', $override);
	is(login('portal', 'bob', 'pw of bob'), $refresh eq 'true' ? 'ok|bob|viewer' : 'ok|bob|editor', "his role, refreshed: $refresh");
	is($node->safe_psql('postgres', $bob), $refresh eq 'true' ? 'Robert|Of Many' : 'Robert|Own', '... what the directory does not tell is not erased');
}
sign_in('portal', "'ldap', 'ldap'");
is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', 'refreshed again');
configure('portal', %search, map { $_ => undef } qw(email_attribute first_name_attribute last_name_attribute));
$node->safe_psql('postgres', $override);
is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', 'without attributes');
is($node->safe_psql('postgres', $bob), 'Robert|Own', '... nothing is told');
configure('portal', %search);
$node->safe_psql('postgres', q(SELECT authz_user_update('bob', status => 'blocked')));
fails('portal', 'bob', 'pw of bob', 'the user is blocked', 'who is blocked here does not come in');
fails('portal', 'BOB', 'pw of bob', 'the user is blocked', '... by any other spelling');
fails('portal', 'ｂｏｂ', 'pw of bob', 'the user is blocked', '... of any width');
$node->safe_psql('postgres', q(SELECT authz_user_update('bob', status => 'active')));

# ---- one says who, another which role -------------------------------------------------

$node->safe_psql('postgres', q(
SELECT authz_user_add('dan'), authz_role_user_set(id, 'dan', 'editor') FROM app WHERE name = 'intranet';
SELECT authz_user_set_password('dan', 'a lantern over sand');
SELECT authz_header_configure(id, 'Remote-User', repeat('x', 32), NULL) FROM app WHERE name = 'gate';
GRANT EXECUTE ON FUNCTION authz_gateway() TO reader));
configure($_, %search) foreach ('intranet', 'desk', 'gate');
is(login('intranet', 'Dan', 'pw of dan'), 'ok|dan|editor', 'who is from there, which role from here');
is($node->safe_psql('postgres', q(SELECT last_name FROM authz_users WHERE user_id = 'dan')), 'Of Many', '... and the details from there');
fails('intranet', 'eve', 'pw of eve', 'the user is unknown', 'who is not here does not come in');
fails('intranet', 'bob', 'pw of bob', 'no role counts', 'nor who has no role here');
is(login('desk', 'dan', 'a lantern over sand'), 'ok|dan|viewer', 'who is from here, which role from there');
fails('desk', 'dan', 'pw of dan', 'proof is wrong', '... by the password from here alone');
sub header { my ($user) = @_; return attempt('authz_login_header(id, header(id, ' . literal($user) . '))', 'gate'); }
is(header('frank'), 'ok|frank|viewer', 'by a header, and the role from there');
is(header('loner'), 'failed', 'who has none');
is(header('nobody'), 'failed', 'whom the directory does not know');
is(noted('reason'), 'directory: unknown_user', '... for that reason');
is(header('*'), 'failed', 'an asterisk is nobody');
is(header('ｆｒａｎｋ'), 'failed', 'whom the directory knows by another name');
is(noted('reason'), 'the directory has another name for the user', '... for that reason');
configure('gate', %direct, map { $_ => $search{$_} } qw(search_user search_password));
is(header('frank'), 'ok|frank|viewer', 'by the name that is made of his');
configure('gate', %direct);
is(header('frank'), 'failed', 'whom nobody may read');
is(noted('reason'), 'directory: configuration', '... for that reason');
configure('gate', %search);

# ---- sessions ---------------------------------------------------------------------------

sub token
{
	my ($app, $user) = @_;

	return $node->safe_psql('postgres', "SELECT session_token FROM app, authz_login(id, '$user', 'pw of $user') WHERE name = '$app'");
}
my $token = token('portal', 'bob');
sub who { return $node->safe_psql('postgres', "SELECT set_config('authz.session', '$token', false) IS NULL; SELECT coalesce(authz_current_user_id(), 'nobody')") =~ s/^f\n//r; }
is(who(), 'bob', 'a session');
configure('portal', %search, timeout => 59, search_password => undef, last_name_attribute => 'cn');
is(who(), 'bob', '... survives what does not say who he is');
is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', '... and the password to search by is kept');
configure('portal', %search, group_search => 'by_user', member_of_attribute => 'memberOf');
is(who(), 'nobody', '... not another way to roles');
$token = token('portal', 'bob');
configure('portal', %search, base_dn => $people);
is(who(), 'nobody', '... nor another directory');
$token = token('intranet', 'dan');
configure('intranet', %search, group_search => undef);
is(who(), 'dan', 'where roles are from here, groups are nothing to it');
configure('portal', %search);

# Also of who has begun to sign in when it was another.
my $slow = Proxy::start($slapd->{ldaps}, delay => 0.4);
configure('portal', %search, uris => ["ldaps://127.0.0.1:$slow->{port}"]);
my $late = "$Slapd::directory/late";
Slapd::in_background(sub { append_to_file($late, token('portal', 'bob')); append_to_file("$late.done", 'x'); });
$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT session_token%authz_login%' AND query_start < clock_timestamp() - interval '0.3 s'));
configure('portal', %search);
foreach (1 .. 600) { last if -e "$late.done"; select undef, undef, undef, 0.1; }
$token = slurp_file($late) =~ s/\s+$//r;
isnt($token, '', 'who has signed in while another directory was set');
is(who(), 'nobody', '... is nobody');

# ---- what goes wrong there --------------------------------------------------------------

my $silent = Proxy::start(0, silent => 1);
my $mute   = "ldaps://127.0.0.1:$silent->{port}";
my $dead   = 'ldaps://127.0.0.1:' . Slapd::port();
my $strange = Slapd::start(name => 'strange', certificate => 'strange', entries => [ $base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ] ]);
foreach my $case (
	[ 'unreachable', 'a server that is down', uris => [$dead] ],
	[ 'tls', 'one that is not who it says', uris => [ $strange->ldaps_uri ] ],
	[ 'tls', 'one whom another authority vouches for', ca_certificate => slurp_file("$Slapd::directory/stranger.crt") ],
	[ 'timeout', 'one that says nothing', uris => [$mute], timeout => 1 ],
	[ 'referral', 'one that says where to go', base_dn => "ou=branch,$base" ],
	[ 'search_user', 'one that does not let search', search_password => 'wrong' ])
{
	my ($reason, $name, %settings) = @$case;

	configure('portal', %search, %settings);
	is(login('portal', 'bob', 'pw of bob'), 'failed', "$name: nobody comes in") foreach (1 .. 9);
	is(noted('reason'), "directory: $reason", '... for a reason that is written down');
	like(noted('diagnostic'), qr{^ldaps://127\.0\.0\.1:\d+, result -?\d+, (none|wrong): }, '... with the server');
	configure('portal', %search);
	is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', '... and nobody has to wait for it');
}
is(Proxy::connections($trap), 0, 'nobody has been elsewhere');
configure('portal', %search, uris => [ $dead, $slapd->ldaps_uri ]);
is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', 'the next server knows');
like(noted('diagnostic'), qr/^\Q@{[ $slapd->ldaps_uri ]}\E, result 0, none: /, '... and it is written down which one did');

# ---- waiting, and no more ---------------------------------------------------------------

configure('portal', %search, uris => [$mute]);
took();
is(login('portal', 'bob', 'pw of bob', q(SET statement_timeout = '500ms')), '57014', 'a timeout of the statement ends the wait');
cmp_ok(took(), '<', $soon, '... at once');
foreach my $end ([ 'pg_cancel_backend', '57014' ], [ 'pg_terminate_backend', '57P01' ])
{
	my ($function, $sqlstate) = @$end;
	my $file = "$Slapd::directory/$function";

	Slapd::in_background(sub { append_to_file($file, login('portal', 'bob', 'pw of bob')) });
	$node->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active' AND query LIKE '%authz_login%' AND query_start < clock_timestamp() - interval '0.5 s'));
	is($node->safe_psql('postgres', q(SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'reader' AND relation IS NOT NULL AND mode <> 'AccessShareLock' AND relation::regclass::text LIKE 'authz.%')),
		'0', 'nothing is locked while a directory is waited for');
	took();
	is($node->safe_psql('postgres', "SELECT $function(pid) FROM pg_stat_activity WHERE usename = 'reader'"), 't', "$function() is heard");
	ok($node->poll_query_until('postgres', q(SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'reader')), '... and ends the wait');
	cmp_ok(took(), '<', $soon, '... at once');
}
configure('portal', %search);
is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', 'and afterwards all is well');

# Neither memory nor descriptors stay behind, whatever becomes of an attempt.
# Files of tables are opened as they grow, a few of them.
cmp_ok($node->safe_psql('postgres', q(
CREATE FUNCTION descriptors() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM pg_ls_dir('/proc/self/fd') $$;
CREATE TABLE before (n bigint);
CREATE PROCEDURE attempts(word text) LANGUAGE plpgsql AS $$
DECLARE portal uuid := (SELECT id FROM app WHERE name = 'portal');
BEGIN
	FOR i IN 1..20 LOOP
		PERFORM authz_login(portal, 'bob', 'pw of bob'), authz_login(portal, word || i, 'x'), authz_login(portal, 'bob', '');
	END LOOP;
END $$;
CALL attempts('a stranger');
INSERT INTO before SELECT descriptors();
CALL attempts('another');
SELECT descriptors() - n FROM before;
)), '<', 10, 'nothing is left open by sixty attempts');

# ---- guessing ---------------------------------------------------------------------------

my @spellings = ('carol', 'CAROL', ' carol', 'carol ', 'ｃａｒｏｌ', ' Carol  ', 'cＡrol', '  carol', 'caro ｌ');
my %outcome;
is(login('portal', 'carol', 'pw of carol'), 'ok|carol|viewer', 'Carol has her password');
$outcome{ login('portal', $_, 'wrong') }++ foreach (@spellings);
is_deeply([ keys %outcome ], ['failed'], 'who guesses at her by many spellings is told nothing else than that it failed');
is(login('portal', 'carol    ', 'pw of carol'), 'failed', '... neither that one is right, at last');
is(noted('reason'), 'other spellings of the name have to wait', '... because she has to wait');
%outcome = ();
$outcome{ login('portal', 'eve', 'wrong') }++ foreach (1 .. 8);
ok($outcome{wait}, 'who guesses by one spelling has to wait');
is(login('portal', 'eve', 'pw of eve'), 'wait', '... even if it is right');
is(login('portal', 'dan', 'pw of dan'), 'ok|dan|viewer', '... and nobody else');
%outcome = ();
$outcome{ login('portal', 'nobody at all', 'wrong') }++ foreach (1 .. 8);
ok($outcome{wait}, 'nobody has to wait, too');
configure('portal', %direct);
%outcome = ();
$outcome{ login('portal', "fra\x{301}nk" . ' ' x $_, 'wrong') }++ foreach (1 .. 9);
is_deeply([ keys %outcome ], ['failed'], 'directly, by other spellings');
is(noted('reason'), 'other spellings of the name have to wait', '... it is one and the same');
configure('portal', %search);

SKIP:
{
	skip 'no IO::Socket::SSL', 4 unless eval { require IO::Socket::SSL; require Responder; 1 };

	# One that takes passwords and says nothing, and one that repeats them.
	my $taking = Responder::start(sub { return ''; });
	my $repeating = Responder::start(sub {
		my ($request) = @_;

		return $request->{type} eq 'bind' ? Responder::message($request->{id}, Responder::bound(49, "not $request->{password}, data 533, no")) : undef;
	});

	configure('portal', %direct, uris => ["ldaps://127.0.0.1:$taking->{port}"]);
	%outcome = ();
	$outcome{ login('portal', 'loner', 'wrong', q(SET statement_timeout = '1s')) }++ foreach (1 .. 7);
	ok($outcome{57014}, 'who cancels what lasts too long');
	ok($outcome{wait}, '... has guessed all the same');
	configure('portal', %direct, uris => ["ldaps://127.0.0.1:$repeating->{port}"]);
	fails('portal', 'heidi', 'a password that is repeated', 'directory: wrong_password', 'a server that repeats a password');
	is(noted('diagnostic'), "ldaps://127.0.0.1:$repeating->{port}, result 49, disabled: ", '... is not quoted');
	configure('portal', %search);
}

# ---- another encoding ----------------------------------------------------------------------

$node->safe_psql('postgres', q(CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'));
my $latin = "SET client_encoding = 'UTF8'; SET client_min_messages = error;";
$node->safe_psql('latin', "$latin CREATE EXTENSION authz CASCADE; SELECT authz_account_add('test', 1);
CREATE TABLE app AS SELECT application_id AS id FROM authz_application_add('portal');
SELECT authz_role_add('viewer', application_id => id), authz_sign_in_configure(id, 'ldap', 'ldap'), authz_directory_role_add(id, 'viewers', 'viewer'),
	authz_ldap_configure(id, " . join(', ', map { "$_ => " . literal({ %search, user_search_pattern => '(|(uid=@@USERNAME@@)(mail=@@USERNAME@@))' }->{$_}) } sort keys %search) . ') FROM app');
sub latin
{
	my ($user, $password) = @_;

	return $node->safe_psql('latin', "$latin SELECT status, user_id FROM app, authz_login(id, " . literal($user) . ', ' . literal($password) . ')');
}
is(latin('Ärger', 'pw of Ärger'), text('ok|Ärger'), 'a name in another encoding');
is($node->safe_psql('latin', q(SELECT octet_length(user_id) FROM authz_users WHERE user_id <> 'service-account-portal')), '5', '... is written in it');
is(latin('latin', 'pw of latin'), 'ok|latin', 'who has details that cannot be written');
is($node->safe_psql('latin', q(SELECT first_name IS NULL, last_name FROM authz_users WHERE user_id = 'latin')), 't|Of Many', '... has none');
is(latin('kana@example.org', 'pw of kana'), 'failed|', 'whose name cannot be written does not come in');
is($node->safe_psql('latin', q(SELECT detail ->> 'reason' FROM authz.audit_event ORDER BY event_id DESC LIMIT 1)), 'the name cannot be written in this database', '... for that reason');

# ---- secrets ----------------------------------------------------------------------------

$node->append_conf('postgresql.conf', q(
log_statement = all
log_min_duration_statement = 0
log_min_messages = debug5
log_error_verbosity = verbose
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
));
$node->restart;
my $offset = -s $node->logfile;
my %secret = (search => 'searching', right => 'pw of frank', wrong => 'pw-of-nobody-at-all-77', other => 'another-search-password-3f');
my $scripts = 0;

sub keeps_secret
{
	my ($name, $sql, $outcome) = @_;
	my $file = "$Slapd::directory/script-" . ++$scripts;

	append_to_file($file, $sql);
	my ($stdout, $stderr) = run_command([ 'pgbench', '-n', '-M', 'extended', '-t', '1', '-f', $file,
			(map { ('-D', "$_=$secret{$_}") } sort keys %secret), $node->connstr('postgres') ]);
	my $log = slurp_file($node->logfile, $offset);

	like("$stdout\n$stderr", $outcome, "$name: that is what happens");
	like($log, qr/execute.*authz_/, "$name: it was logged");
	foreach my $what (sort keys %secret)
	{
		unlike($log, qr/\Q$secret{$what}\E/, "$name: $what is not in the log");
		unlike("$stdout\n$stderr", qr/\Q$secret{$what}\E/, "$name: the client is not told $what");
	}
	$offset = -s $node->logfile;
	return;
}

my $done = qr{processed: 1/1};
my $call = "authz_ldap_configure(id, ARRAY['" . $slapd->ldaps_uri . "'], '$base', search_user => '$Slapd::searcher', user_search_pattern => '(uid=\@\@USERNAME\@\@)', group_search => 'by_user', search_password => :search";
my $from = q(FROM app WHERE name = 'portal');
my $authority = literal($search{ca_certificate});
keeps_secret('the password to search by', "SELECT $call, ca_certificate => $authority) $from;\n", $done);
keeps_secret('where it is refused', "SELECT $call, ca_certificate => 'none') $from;\n", qr/invalid ca_certificate/);
keeps_secret('a right password', "SELECT 1 / (status = 'ok')::int FROM app, authz_login(id, 'frank', :right) WHERE name = 'portal';\n", $done);
keeps_secret('a wrong one', "SELECT 1 / (status = 'failed')::int FROM app, authz_login(id, 'frank', :wrong) WHERE name = 'portal';\n", $done);
keeps_secret('in the place of the name', "SELECT 1 / (status = 'failed')::int FROM app, authz_login(id, :wrong, :right) WHERE name = 'portal';\n", $done);
my $seen = $node->safe_psql('postgres', q(
SELECT to_jsonb(e)::text FROM authz.audit_event e;
SELECT to_jsonb(s)::text FROM authz_sign_in_settings s;
SELECT to_jsonb(l)::text FROM authz.ldap_setting l;
SELECT query FROM pg_stat_activity));
ok($seen =~ /ldap\.configure.*cn=searcher/, 'it is written down how a directory is asked');
ok($seen !~ /\Q$_\E/, "... without what is secret: $_") foreach ('searching', 'pw of', 'pw-of', 'repeated', 'another-');
is($node->safe_psql('postgres', q(SELECT directory -> 'has_search_password', directory -> 'search_user', directory ? 'search_password' FROM authz_sign_in_settings WHERE application_identifier = 'portal')),
	qq(true|"$Slapd::searcher"|f), 'nor shown');

# ---- where failures are counted in a table ---------------------------------------------------

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nlog_min_messages = warning");
$node->restart;
configure('portal', %search);
$outcome{ login('portal', 'dan' . ' ' x $_, 'wrong') }++ foreach (1 .. 9);
is(login('portal', 'dan          ', 'pw of dan'), 'failed', 'many spellings are one user\'s there, too');
is(noted('reason'), 'other spellings of the name have to wait', '... who waits');
is(login('portal', 'bob', 'pw of bob'), 'ok|bob|viewer', '... alone');

$node->stop;
done_testing();
