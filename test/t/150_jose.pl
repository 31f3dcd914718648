# Signed texts go both ways between authz and npm's jose: what it signs is verified
# here, by every algorithm, signs in as a gateway's assertion, and what is signed
# here, session tokens, there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64url);
use Node;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $json = JSON::PP->new->canonical;
my $node = PostgreSQL::Test::Cluster->new('jose');
$node->init;
$node->start;
World::create($node);

# What authz_jws_verify() says of a text and a key.
sub opened
{
	my ($jws, $key) = @_;
	my $text = $json->encode($key);

	return $node->safe_psql('postgres', qq(SELECT coalesce(convert_from(authz_jws_verify('$jws', '$text'), 'UTF8'), 'NULL')));
}

# ---- signed there, verified here

my @algorithms = qw(HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519);
my @made = Node::ask('jose.js', map { { make => $_, kid => "key of $_", payload => "signed with $_" } } @algorithms);
my $set = { keys => [ map { $_->{jwk} } @made ] };

foreach my $i (0 .. $#algorithms)
{
	my ($algorithm, $jws, $jwk) = ($algorithms[$i], $made[$i]{jws}, $made[$i]{jwk});
	my $other = $made[ ($i + 1) % @made ]{jwk};

	isnt($jws, undef, "$algorithm: signed there") or diag($made[$i]{error});
	is(opened($jws, $jwk), "signed with $algorithm", "$algorithm: verified here");
	is(opened($jws, $set), "signed with $algorithm", "$algorithm: with the one of all keys that it names");
	is(opened($jws, { keys => [ grep { $_ != $jwk } @{ $set->{keys} } ] }), 'NULL', "$algorithm: not with all others");
	is(opened($jws, { %$other, kid => $jwk->{kid} }), 'NULL', "$algorithm: nor with another of its name");
	is(opened(substr($jws, 0, -8) . 'AAAAAAAA', $jwk), 'NULL', "$algorithm: nor with another signature");
}

# ---- signed here, verified there

my $issuer = $node->safe_psql('postgres', 'SELECT issuer FROM authz_accounts');
my %expected = (issuer => $issuer, typ => 'authz+jwt');

# A session of Ann's, and what authz says of it.
sub start
{
	return split /\|/, $node->safe_psql(
		'postgres', q(
SELECT s.session_token, s.session_id FROM secret, authz_start_secret_session(1, value, 'ann', session_privileges => 'text:"quoted"/ü') s));
}

sub published
{
	return $json->decode($node->safe_psql('postgres', q(SET ROLE reader; SELECT coalesce(jsonb_agg(jwk), '[]') FROM authz_jwks)));
}

my %session;
foreach my $algorithm (qw(HS256 ES256 EdDSA))
{
	$node->safe_psql('postgres', "SELECT authz_signing_key_rotate('$algorithm')");
	$session{$algorithm} = [ start() ];
}
my $keys = published();
is(scalar @$keys, 2, 'the keys that others can verify with are published');

foreach my $algorithm (qw(ES256 EdDSA))
{
	my ($token, $session_id) = @{ $session{$algorithm} };
	my ($good, $elsewhere, $type, $forged, $without) = Node::ask(
		'jose.js',
		{ verify => $token, keys => $keys, jwt => \%expected },
		{ verify => $token, keys => $keys, jwt => { %expected, issuer => 'urn:uuid:another' } },
		{ verify => $token, keys => $keys, jwt => { %expected, typ    => 'JWT' } },
		{ verify => substr($token, 0, -8) . 'AAAAAAAA', keys => $keys, jwt => \%expected },
		{ verify => $token, keys => [ grep { $_->{alg} ne $algorithm } @$keys ], jwt => \%expected });

	is($good->{claims}{jti}, $session_id, "$algorithm: verified there, with the key that the token names") or diag($good->{error});
	is($good->{claims}{acc}, 1, "$algorithm: the account");
	is($good->{claims}{prv}, 'text:"quoted"/ü', "$algorithm: the privileges");
	is($elsewhere->{error}, 'ERR_JWT_CLAIM_VALIDATION_FAILED', "$algorithm: not for another issuer");
	is($type->{error}, 'ERR_JWT_CLAIM_VALIDATION_FAILED', "$algorithm: nor as another type");
	is($forged->{error}, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', "$algorithm: nor with another signature");
	is($without->{error}, 'ERR_JWKS_NO_MATCHING_KEY', "$algorithm: nor with the other key");
}
my ($secret) = Node::ask('jose.js', { verify => $session{HS256}[0], keys => $keys, jwt => \%expected });
ok($secret->{error}, 'HS256: nobody else can verify it');

# ---- with one's own keys in the other's hands, which only a superuser can give it

foreach my $algorithm (qw(HS256 ES256 EdDSA))
{
	my ($token, $session_id) = @{ $session{$algorithm} };
	my ($header, $claims) = map { $json->decode(decode_base64url($_)) } (split /\./, $token)[ 0, 1 ];
	my $key = $json->decode($node->safe_psql('postgres', qq(
SELECT convert_from(value, 'UTF8') FROM authz.secret JOIN authz.signing_key USING (secret_id) WHERE kid = '$header->{kid}')));
	my ($verified, $signed) = Node::ask(
		'jose.js',
		{ verify => $token, key => $key, alg => $algorithm, jwt => \%expected },
		{ sign => { %$header, extra => 1 }, claims => { %$claims, extra => { nested => [1] } }, key => $key });

	is($verified->{claims}{jti}, $session_id, "$algorithm: verified there with the key itself");
	is($node->safe_psql('postgres', "SET authz.session = '$signed->{jws}'; SELECT authz_current_user_id()"),
		'ann', "$algorithm: signed there with the key itself, it is a token here");
	is($node->safe_psql('postgres', "SET authz.session = '" . substr($signed->{jws}, 0, -8) . "AAAAAAAA'; SELECT authz_current_user_id()"),
		'', "$algorithm: but not with another signature");
}

# ---- a rotation in between

$node->safe_psql('postgres', 'SELECT authz_signing_key_rotate(NULL, 86400)');
my ($still) = Node::ask('jose.js', { verify => $session{EdDSA}[0], keys => published(), jwt => \%expected });
is($still->{claims}{jti}, $session{EdDSA}[1], 'after a rotation, the former key is still published');
$node->safe_psql('postgres', 'SELECT authz_signing_key_rotate(NULL, 0)');
my ($gone, $new) = Node::ask(
	'jose.js',
	{ verify => $session{EdDSA}[0], keys => published(), jwt => \%expected },
	{ verify => (start())[0], keys => published(), jwt => \%expected });
is($gone->{error}, 'ERR_JWKS_NO_MATCHING_KEY', 'without overlap it is not');
is($new->{claims}{iss}, $issuer, 'and the new one is');

# ---- a gateway that signs its users in with it

my $shared = 'a secret of gateway and application' x 2;
my $app = $node->safe_psql('postgres', qq(
SET client_min_messages = error;
SELECT application_id AS app FROM authz_application_add('portal') \\gset
SELECT authz_role_add('visitor', application_id => :'app'), authz_sign_in_configure(:'app', 'sso', 'sso'),
	authz_sso_configure(:'app', 'gate', '$shared', NULL, NULL) \\g /dev/null
SELECT :'app'));
my $now = time;
my %claims = (iss => 'gate', aud => $app, sub => 'zoe', role => 'visitor', iat => $now, exp => $now + 60, jti => 'one');
my $key = { kty => 'oct', k => encode_base64url($shared) };
my ($assertion, $strong) = Node::ask(
	'jose.js',
	{ sign => { alg => 'HS256', typ => 'JWT' }, claims => \%claims, key => $key },
	{ sign => { alg => 'HS512', typ => 'JWT' }, claims => \%claims, key => $key });
sub login { $node->safe_psql('postgres', "SELECT status, user_id, role FROM authz_login_sso('$app', '$_[0]')") }
isnt($strong->{jws}, undef, 'signed there by another algorithm, with the same secret');
is(login($strong->{jws}), 'failed||', 'no other algorithm signs in');
is(login($assertion->{jws}), 'ok|zoe|visitor', 'an assertion that is signed there signs in here');

$node->stop;
done_testing();
