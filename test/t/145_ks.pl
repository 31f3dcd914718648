# Kaltura's sessions, in both directions, between authz and a program in another
# language that follows Kaltura's client and server.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use Kaltura;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

Kaltura::require_python();

my $node = PostgreSQL::Test::Cluster->new('ks');
$node->init;
$node->start;
World::create($node);

my $json = JSON::PP->new->utf8->canonical;

# A random text, of the characters that separate and escape among others.
sub text
{
	my ($characters, $most) = @_;

	return join '', map { substr $characters, rand length $characters, 1 } 1 .. rand($most + 1);
}

# A privilege string as one writes it: no key twice.
sub privileges
{
	my %seen;
	my @privileges;

	foreach (1 .. rand 6)
	{
		my $key   = text('abcXYZ_.-[]%+&= ', 6);
		my $value = text("abc019:/*%+&=~|;.-_ \x{e4}\x{20ac}", 12);

		# White space around a privilege is nobody's.
		$key =~ s/^ +| +$//g;
		$value =~ s/ +$//;
		next if $key eq '' || $key =~ /^_[edmtu]$/ || $seen{$key}++;
		push @privileges, $key . ($value eq '' ? '' : ":$value");
	}
	return @privileges == 0 && rand > 0.5 ? '*' : join ',', @privileges;
}

my $users = "abcABC019 .@;,:/%+&=~'\"\\|\x{e4}\x{20ac}\x{1f511}";
my @cases = map {
	my $user = text($users, 20);
	{
		secret     => text('0123456789abcdef', 40) . 'x',
		partner    => 1 + int rand 2147483647,
		user       => $user eq '0' ? '' : $user,
		type       => rand > 0.5 ? 2 : 0,
		expiry     => int rand 253402300799,
		privileges => privileges(),
	}
} 1 .. 200;

sub rows
{
	my ($sql, $argument) = @_;

	$argument = $json->encode($argument);
	$argument =~ s/'/''/g;
	$sql =~ s/ARGUMENT/'$argument'/;
	return map { $json->decode($_) } split /\n/, $node->safe_psql('postgres', $sql);
}

my $decode = q(
SELECT to_jsonb(d) || jsonb_build_object('expiry', extract(epoch FROM d.expiry)::bigint)
FROM json_array_elements(ARGUMENT) WITH ORDINALITY AS c (value, n),
	authz_ks_decode(c.value ->> 'ks', c.value ->> 'secret') d
ORDER BY c.n);

sub expected
{
	my ($case, $version) = @_;
	my $widget = $case->{type} == 0 && $case->{user} eq '' && $case->{privileges} =~ /(^|,)widget:1($|,)/;

	return {
		version      => $version,
		account_id   => $case->{partner},
		user_id      => $case->{user} eq '' ? undef : $case->{user},
		session_type => $case->{type} == 2 ? 'admin' : $widget ? 'widget' : 'user',
		expiry       => $case->{expiry},
		privileges   => $case->{privileges},
	};
}

sub accepts
{
	my ($version, @given) = @_;
	my @made = map { $_->{ks} } Kaltura::ask(map { { %$_, do => "v$version" } } @given);
	my @read = rows($decode, [ map { { ks => $made[$_], secret => $given[$_]{secret} } } 0 .. $#given ]);

	is_deeply(\@read, [ map { expected($_, $version) } @given ],
		"what they made is read, version $version: " . scalar @given);
	return;
}

accepts(2, @cases);

# A ';' in a user or in privileges is no part of them in V1.
accepts(1, grep { "$_->{user}$_->{privileges}" !~ /;/ } @cases);

# The other way.
my @made = rows(
	q(
SELECT jsonb_build_object('ks', authz_ks_encode((c.value ->> 'partner')::int, c.value ->> 'secret', c.value ->> 'user',
	CASE c.value ->> 'type' WHEN '2' THEN 'admin' ELSE 'user' END,
	to_timestamp((c.value ->> 'expiry')::bigint), c.value ->> 'privileges'))
FROM json_array_elements(ARGUMENT) WITH ORDINALITY AS c (value, n)
ORDER BY c.n), \@cases);
my @read = Kaltura::ask(map { { do => 'read', ks => $made[$_]{ks}, secret => $cases[$_]{secret} } } 0 .. $#cases);

like($read[0]{id}, qr/^[0-9a-f]{40}$/, 'ours has an id');
delete @$_{qw(additional id)} foreach @read;
is_deeply(\@read, [ map { my %case = %$_; delete $case{secret}; \%case } @cases ],
	'what we made is read by them: ' . scalar @cases);

# Neither believes what the other's secret did not sign.
is_deeply([ map { $_->{wrong} // 'nothing' } Kaltura::ask({ do => 'read', ks => $made[0]{ks}, secret => 'other' }) ],
	['signature'], 'ours, with another secret');
is_deeply([ rows($decode, [ { ks => Kaltura::ks(secret => 'x'), secret => 'other' } ]) ]->[0]{version},
	undef, 'theirs, with another secret');

# As sessions: what they make is put in force as it is.
$node->safe_psql('postgres',
	q(SELECT authz_account_update(1, settings => '{"accept_ks": true}'), authz_account_rotate_secret(1, 86400, 'an open sesame')));

sub seen
{
	my ($token) = @_;

	return $node->safe_psql('postgres', "SELECT seen('$token')");
}

my %ours = (secret => 'an open sesame', partner => 1, type => 0, expiry => time + 3600, privileges => '');
my ($v1, $v2, $foreign, $free, $limited) = map { $_->{ks} } Kaltura::ask(
	{ %ours, do => 'v1', user => 'ANN' },
	{ %ours, do => 'v2', user => 'ann' },
	{ %ours, do => 'v2', user => 'ann', secret => 'another' },
	{ %ours, do => 'v2', user => 'bob', privileges => 'disableentitlement,limitentry:4' },
	{ %ours, do => 'v2', user => 'ann', privileges => 'actionslimit:2' });
is(seen($v2), '1,3', 'their V2 is ann');
is(seen($v1), '1,3', 'their V1, too');
is(seen($foreign), 'nothing', 'with another secret it is nobody');
is(seen($free), '4', 'its privileges count');
is_deeply([ map { seen($limited) } 1 .. 3 ], [ '1,3', '1,3', 'nothing' ], 'as often as it says');

# What Kaltura's official client made, under another number.
my ($vector) = 'djJ8MTIzNDU2OXyMLvvEJ3wZ5RTOqFiT9t2qTPZSTkuMv4OFXY7lVYWRJxLMtx5rrc5IhYYYMZrbY_v5pWYwxBW74yLT_eXo'
  . 'VF1RCto7DouU5wQ2F1fzsD9E28BjKM1PB6C4mxeVzcfKNM2rdIAyrDuzG-7Z5zJjQj76iaAy8RnjP4XydQtXu7vwmMK6zKudjjDzkPFm8BACTrc=';
$node->safe_psql(
	'postgres', q(
SELECT authz_account_add('Kaltura', 1234569);
SELECT authz_account_update(1234569, settings => '{"accept_ks": true}');
SELECT authz_account_rotate_secret(1234569, admin_secret => '1234567890abcdef1234567890abcdef');
SET authz.account = 1234569;
SELECT authz_user_add('DummyUser@kaltura.com');
));
is( $node->safe_psql('postgres', "SELECT user_id, actor, privileges FROM authz_use_session('$vector', false)"),
	'DummyUser@kaltura.com|apptoken:1_abcd1234|setrole:15737171,sessionid:1_abcd1234,apptoken:1_abcd1234',
	'that of the official client is its user');

# Ours, read by them.
$node->safe_psql('postgres', q(SELECT authz_account_update(1, settings => '{"token_format": "ks"}')));
my ($token, $id, $expiry) = split /\|/,
  $node->safe_psql('postgres',
	q(SELECT session_token, session_id, extract(epoch FROM expiry)::bigint FROM authz_start_secret_session(1, 'an open sesame', 'ANN', 'admin', 600, 'edit:a/b,edit:c,view')));
my ($theirs) = Kaltura::ask({ do => 'read', secret => 'an open sesame', ks => $token });
like(delete $theirs->{additional}, qr/^authz:\d+$/, 'ours has a mark');
is_deeply($theirs, { partner => 1, user => 'ann', type => 2, expiry => $expiry, privileges => 'edit:a/b/c,view', id => $id },
	'and says to them what it says to us');
is(seen($token), '1,3', 'it is a session');

# A dump has what is needed to verify, and what has been counted and revoked.
$node->safe_psql('postgres', "SET authz.account = 1; SELECT authz_sessions_revoke(user_id => 'bob')");
$node->safe_psql('postgres', 'CREATE DATABASE restored');
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dump');
$node->safe_psql('restored', slurp_file($dump));
foreach ([ $v2, '1,3', 'a KS' ], [ $token, '1,3', 'one of ours' ], [ $free, 'nothing', 'a revoked one' ],
	[ $limited, 'nothing', 'one that is used up' ], [ $vector, 'nothing', 'one of another account' ])
{
	my ($ks, $sees, $what) = @$_;

	is($node->safe_psql('restored', "SELECT seen('$ks')"), $sees, "after a restore, $what");
}

done_testing();
