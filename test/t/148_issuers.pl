# Tokens of other issuers, as npm's jose signs them by every algorithm and as an
# OpenID provider, npm's oidc-provider, hands them out: they are sessions, on a
# standby too, are exchanged for one once, and are nobody's when they are not what
# is registered, from one statement to the next.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use HTTP::Tiny;
use IPC::Run ();
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64url);
use Node;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $json = JSON::PP->new->canonical;
my $node = PostgreSQL::Test::Cluster->new('issuers');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
World::create($node);
$node->safe_psql('postgres', q(SELECT authz_user_add('eve')));

sub call { return $node->safe_psql('postgres', "SET client_min_messages = error; SET authz.account = 1; SELECT $_[0]") }
sub seen { return $node->safe_psql('postgres', "SELECT seen('$_[0]')") }

# A JWK set as an argument.
sub set
{
	return "'" . $json->encode({ keys => [@_] }) . "'";
}

# ---- every algorithm of jose's

my @algorithms = qw(RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA);
my @pairs      = Node::ask('jose.js', map { { pair => $_, kid => "key of $_" } } @algorithms);
my %pair       = map { $algorithms[$_] => $pairs[$_] } 0 .. $#algorithms;
my $name       = 'https://id.example.org';

# A token of Ann's for a minute; what is given comes in the place of the usual, and undef takes it away.
sub request
{
	my ($algorithm, $claims, $header, $key) = @_;
	my $now = time;
	my %all = (iss => $name, aud => 'files', sub => 'ann', iat => $now, exp => $now + 60, %{ $claims // {} });

	return {
		sign   => { alg => $algorithm, kid => "key of $algorithm", %{ $header // {} } },
		claims => { map { $_ => $all{$_} } grep { defined $all{$_} } keys %all },
		key    => $key // $pair{$algorithm}{private},
	};
}

sub token
{
	my ($answer) = Node::ask('jose.js', request(@_));

	die "jose did not sign: $answer->{error}" unless defined $answer->{jws};
	return $answer->{jws};
}

my @tokens = map { $_->{jws} } Node::ask('jose.js', map { request($_) } @algorithms);
is(seen($tokens[0]), 'nothing', 'who is not registered signs for nobody');
call("authz_issuer_add('$name', " . set(map { $_->{public} } @pairs) . ", 'files', '{" . join(',', @algorithms) . "}', direct => true, max_lifetime => 600)");
is(seen($tokens[$_]), '1,3', "$algorithms[$_]: Ann sees hers") foreach 0 .. $#algorithms;
foreach my $i (0 .. $#algorithms)
{
	is(seen(substr($tokens[$i], 0, -8) . 'AAAAAAAA'), 'nothing', "$algorithms[$i]: not with another signature");
}
is(seen(token('ES256', { sub => 'bob' })), '2', 'Bob sees his');
is(seen(token('ES256', { sub => 'eve' })), 'nothing', 'Eve sees nothing');
is(seen(token('ES256', { aud => [ 'others', 'files' ] })), '1,3', 'it may be for others as well');

# ---- what is not as it is registered

my $public = $pair{RS256}{public};
my $own    = (Node::ask('jose.js', { pair => 'ES256', kid => 'key of ES256' }))[0];
my $now    = time;
my %wrong  = (
	'a key of one\'s own by the name'        => request('ES256', {}, {}, $own->{private}),
	'a key of one\'s own in the header'      => request('ES256', {}, { jwk => $own->{public} }, $own->{private}),
	'a place of keys in the header'          => request('ES256', {}, { jku => 'https://evil.example.org/jwks' }, $own->{private}),
	'a key that is not registered'           => request('ES256', {}, { kid => 'another' }),
	'no key that is named, of several'       => request('RS256', {}, { kid => undef, alg => 'PS256' }, { %{ $pair{RS256}{private} }, alg => 'PS256' }),
	'another key\'s algorithm'               => request('RS512', {}, { kid => 'key of RS256' }, { %{ $pair{RS256}{private} }, alg => 'RS512' }),
	'the public key as a secret'             => request('HS256', {}, { kid => 'key of RS256' }, { kty => 'oct', k => encode_base64url($json->encode($public)) }),
	'its modulus as a secret'                => request('HS256', {}, { kid => 'key of RS256' }, { kty => 'oct', k => $public->{n} }),
	'another audience'                       => request('ES256', { aud => 'others' }),
	'no audience'                            => request('ES256', { aud => undef }),
	'another issuer'                         => request('ES256', { iss => 'https://id.example.com' }),
	'longer than it may last'                => request('ES256', { exp => $now + 900 }),
	'expired'                                => request('ES256', { iat => $now - 60, exp => $now - 1 }),
	'without an end'                         => request('ES256', { exp => undef }),
	'without a beginning'                    => request('ES256', { iat => undef }),
	'of the future'                          => request('ES256', { iat => $now + 300, exp => $now + 600 }),
	'not yet'                                => request('ES256', { nbf => $now + 300 }),
	'of nobody'                              => request('ES256', { sub => undef }),
	'of somebody unknown'                    => request('ES256', { sub => 'zoe' }),
	'of a group'                             => request('ES256', { sub => 'staff' }),
	'bound to a key'                         => request('ES256', { cnf => { jkt => 'x' } }),
	'of who acts for her'                    => request('ES256', { act => { sub => 'eve' } }),
);
my @names   = sort keys %wrong;
my @answers = Node::ask('jose.js', map { $wrong{$_} } @names);
foreach my $i (0 .. $#names)
{
	isnt($answers[$i]{jws}, undef, "$names[$i]: signed") or diag($answers[$i]{error});
	is(seen($answers[$i]{jws}), 'nothing', "$names[$i]: nobody");
	is(World::sqlstate($node, "SELECT authz_use_session('$answers[$i]{jws}', false)"), '28000', "$names[$i]: and it is said so");
}
my ($header, $claims) = split /\./, $tokens[0];
is(seen(encode_base64url('{"alg":"none"}') . ".$claims."), 'nothing', 'unsigned: nobody');
is(seen(encode_base64url('{"alg":"none","kid":"key of RS256"}') . ".$claims." . (split /\./, $tokens[0])[2]), 'nothing', 'unsigned, with a signature: nobody');
$node->poll_query_until('postgres', q(SELECT count(DISTINCT reason) >= 7 FROM authz_session_refusals));
is($node->safe_psql('postgres', q(SELECT string_agg(DISTINCT reason, ' ' ORDER BY reason) FROM authz_session_refusals)),
	'claims early expired lifetime purpose signature user', 'administrators see why');

# ---- a provider

my $directory = Node::directory();
my ($in, $out, $err) = ('', '', '');
my $provider = IPC::Run::start([ 'node', "$directory/issuer.js" ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
my $http     = HTTP::Tiny->new(timeout => $PostgreSQL::Test::Utils::timeout_default);

# Has the provider use these keys; its name, among what else it says.
sub use_keys
{
	$out = '';
	$in .= $json->encode([@_]) . "\n";
	$provider->pump until $out =~ /^\{.*\}\n/m;
	return $json->decode($out =~ /^(\{.*\})\n/m)->{issuer};
}

# What it answers.
sub asked
{
	my ($method, @arguments) = @_;
	my $response = $http->$method(@arguments);

	die "the provider answered $response->{status}: $response->{content}" unless $response->{success};
	return $json->decode($response->{content});
}

my $issuer = use_keys('RS256-1', map { "$_-1" } qw(PS256 ES256 ES384 ES512 EdDSA));
sub published { return "'" . $json->encode(asked('get', "$issuer/jwks")) . "'" }

sub granted
{
	my ($user, $algorithm, $seconds) = @_;

	return asked('post_form', "$issuer/token",
		{ grant_type => 'client_credentials', client_id => $user, client_secret => 'secret', resource => "https://files.example.org/$algorithm/" . ($seconds // 60) })->{access_token};
}

my @provided = qw(RS256 PS256 ES256 ES384 ES512 EdDSA);
call("authz_issuer_add('$issuer', " . published() . ", 'files', '{" . join(',', @provided) . "}', direct => true)");
foreach my $algorithm (@provided)
{
	is(seen(granted('ann', $algorithm)), '1,3', "the provider's $algorithm: Ann sees hers");
	is(seen(granted('bob', $algorithm)), '2', "the provider's $algorithm: Bob sees his");
}
is(seen(granted('ann', 'RS256', 3700)), 'nothing', 'a token of the provider\'s that lasts too long is nobody\'s');
is(call(q[user_id || ' ' || session_type || ' ' || (session_id ~ '^[0-9a-f]{40}$') FROM authz_use_session('] . granted('ann', 'ES256') . q[', false)]),
	'ann user true', 'authz_use_session() tells whose it is');

# Its groups are roles by mapping, in the place of those that the user has.
call("authz_issuer_update('$issuer', role_claim => 'groups'), authz_role_add('uploader', role_id => 2), authz_issuer_role_add('$issuer', 'anns', 2)");
my $roles = 'SELECT role_ids FROM authz_current_session()';
is($node->safe_psql('postgres', "SET authz.session = '" . granted('ann', 'RS256') . "'; $roles"), '{2}', 'Ann has the role that is mapped');
is($node->safe_psql('postgres', "SET authz.session = '" . granted('bob', 'RS256') . "'; $roles"), '{}', 'Bob none');
call("authz_issuer_update('$issuer', clear => '{role_claim}')");
is($node->safe_psql('postgres', "SET authz.session = '" . granted('ann', 'RS256') . "'; $roles"), '{1}', 'without the claim Ann has hers');

# ---- a standby, and open connections on both

$node->backup('fresh');
my $standby = PostgreSQL::Test::Cluster->new('issuers_standby');
$standby->init_from_backup($node, 'fresh', has_streaming => 1);
$standby->start;
my $videos = q(SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'nothing') FROM video);
my @open   = map { [ $_, $_->background_psql('postgres') ] } ($node, $standby);
$_->[1]->query_safe('SET ROLE reader') foreach @open;

# What both see, each in one connection that stays.
sub both
{
	my ($expected, $what) = @_;

	$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
	is($_->[1]->query_safe($videos), $expected, "$what, " . $_->[0]->name) foreach @open;
	return;
}

sub become
{
	my ($token) = @_;

	$_->[1]->query_safe("SET authz.session = '$token'") foreach @open;
	return;
}

my $ann = granted('ann', 'RS256', 3000);
become($ann);
both('1,3', 'Ann sees hers');
my $verified = 'SELECT sessions_verified FROM authz_stats';
my $before   = $open[0][1]->query_safe($verified);
$open[0][1]->query_safe($videos) foreach 1 .. 20;
is($open[0][1]->query_safe($verified), $before, 'what is verified is not verified again');

# Rotation: the provider signs with another key as soon as both are registered.
is(use_keys('RS256-2', 'RS256-1'), $issuer, 'the provider has another key');
my $new = granted('ann', 'RS256', 3000);
is(seen($new), 'nothing', 'which is not known yet');
call("authz_issuer_update('$issuer', " . published() . ')');
both('1,3', 'with the former key and both registered');
is(seen($new), '1,3', 'the new one is known');
use_keys('RS256-2');
call("authz_issuer_update('$issuer', " . published() . ')');
both('nothing', 'without the former key');
become($new);
both('1,3', 'with the new key');

# Who is blocked, deleted, or revoked in whatever way.
call(q(authz_user_update('ann', status => 'blocked')));
both('nothing', 'who is blocked is nobody');
call(q(authz_user_update('ann', status => 'active')));
both('1,3', 'until unblocked');
call(q(authz_sessions_revoke(user_id => 'bob')));
both('1,3', 'Bob\'s are revoked');
call("authz_sessions_revoke(issuer => '$name')");
both('1,3', 'the other issuer\'s are revoked');

# Revocations concern what was issued before the second they are of.
sub revoked
{
	my ($what, $revoke) = @_;
	my $token = granted('ann', 'RS256', 3000);

	become($token);
	both('1,3', "$what: before");
	sleep 1;
	call($revoke->($token));
	both('nothing', "$what: revoked");
	sleep 1;
	become(granted('ann', 'RS256', 3000));
	both('1,3', "$what: another is not");
	return;
}

revoked('by itself', sub { "authz_sessions_revoke(session_id => '" . call("session_id FROM authz_use_session('$_[0]', false)") . "')" });
revoked('by its number', sub { "authz_sessions_revoke(session_id => '" . $json->decode(decode_base64url((split /\./, $_[0])[1]))->{jti} . "')" });
revoked('its user\'s', sub { q(authz_sessions_revoke(user_id => 'ann')) });
revoked('its issuer\'s', sub { "authz_sessions_revoke(issuer => '$issuer')" });
revoked('all before', sub { 'authz_sessions_revoke(started_before => now())' });

# A neighbour who registers the same takes nobody's part.
my $theirs = set($own->{public});
$node->safe_psql('postgres', q(SET client_min_messages = error; SELECT authz_account_add('neighbour', 2); SET authz.account = 2; SELECT authz_user_add('ann')));
is(World::sqlstate($node, "SET authz.account = 2; SELECT authz_issuer_add('$issuer', $theirs, 'files', '{ES256}', direct => true)"), '23505', 'a neighbour cannot register the same');
$node->safe_psql('postgres', "SET authz.account = 2; SELECT authz_issuer_add('$issuer', $theirs, 'theirs', '{ES256}', direct => true)");
both('1,3', 'a neighbour has registered another audience');
is(seen(token('ES256', { iss => $issuer }, {}, $own->{private})), 'nothing', 'his keys do not sign for the other audience');
is($node->safe_psql('postgres', "SET authz.session = '" . token('ES256', { iss => $issuer, aud => 'theirs' }, {}, $own->{private}) . "'; SELECT authz_current_account_id(); SET ROLE reader; $videos"),
	"2\nnothing", 'for his own they sign for his own account');
$node->safe_psql('postgres', "SET authz.account = 2; SELECT authz_issuer_delete('$issuer')");
$node->safe_psql('postgres', q(SELECT authz_account_update(2, status => 'blocked')));

# ---- exchange

my $application = $node->safe_psql('postgres', qq(
SET authz.account = 1;
SET client_min_messages = error;
SELECT application_id AS app FROM authz_application_add('portal') \\gset
SELECT authz_role_add('visitor', application_id => :'app', role_id => 3), authz_sign_in_configure(:'app', 'sso', 'sso'),
	authz_issuer_update('$issuer', role_claim => 'groups'), authz_issuer_role_add('$issuer', 'everybody', 3), authz_sso_configure(:'app', '$issuer', NULL, NULL, NULL) \\g /dev/null
SELECT :'app'));
sub login { return $node->safe_psql('postgres', "SELECT concat_ws(' ', status, user_id, role) FROM authz_login_sso('$application', '$_[0]')") }

my $once = granted('bob', 'RS256');
is(login($once), 'ok bob visitor', 'a token of the provider\'s signs in');
is(login($once), 'failed', 'once');
is(login(granted('bob', 'RS256', 3700)), 'failed', 'not one that lasts too long');
is(login(token('ES256', { iss => $issuer, groups => ['everybody'] })), 'failed', 'not one that another has signed');
call("authz_issuer_update('$name', role_claim => 'groups')");
is(login(token('ES256', { groups => ['everybody'] })), 'failed', 'not one of another issuer');

# From many connections at the same instant, with a number and without.
$node->safe_psql('postgres', "SET authz.account = 1; SELECT authz_issuer_role_add('$name', 'everybody', 3)");
foreach my $what ([ 'with a number', granted('bob', 'RS256'), $issuer ], [ 'without', token('ES256', { sub => 'bob', groups => ['everybody'] }), $name ])
{
	my ($how, $token, $by) = @$what;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/login.sql';

	call("authz_sso_configure('$application', '$by', NULL, NULL, NULL)");
	append_to_file($file, "INSERT INTO signed_in SELECT status FROM authz_login_sso('$application', '$token');\n");
	$node->safe_psql('postgres', 'DROP TABLE IF EXISTS signed_in; CREATE TABLE signed_in (status text)');
	$node->command_ok([ 'pgbench', '-n', '-c', 8, '-t', 1, '-f', $file, 'postgres' ], "a token $how in eight connections");
	is($node->safe_psql('postgres', q(SELECT string_agg(status || ' ' || n, ', ' ORDER BY status DESC) FROM (SELECT status, count(*) AS n FROM signed_in GROUP BY status) s)),
		'ok 1, failed 7', "a token $how: one has signed in");
}

# ---- the issuer is believed no more

call("authz_issuer_update('$issuer', clear => '{role_claim}')");
become(granted('ann', 'RS256', 3000));
both('1,3', 'Ann sees hers');
call("authz_issuer_delete('$issuer')");
both('nothing', 'the issuer is deleted: nobody');

$_->[1]->quit foreach @open;
$provider->kill_kill;
$standby->stop;
$node->stop;
done_testing();
