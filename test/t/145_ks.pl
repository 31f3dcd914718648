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

Kaltura::require_python();

my $node = PostgreSQL::Test::Cluster->new('ks');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION authz CASCADE');

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

done_testing();
