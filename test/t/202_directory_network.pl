# Servers that prove to be others, that are slow, silent, dead or dying, and what
# becomes of those who wait. Nothing here measures time but to tell seconds from
# a long while.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Proxy;
use Slapd;
use Test::More;

my $missing = Slapd::missing();
plan skip_all => $missing if defined $missing;

my $base = $Slapd::base;
my $long = 100;       # seconds of a timeout that no test waits for
my $soon = 50_000;    # milliseconds, well below it

my $trap = Proxy::start(0);
my @entries = (
	$base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ],
	(map { ("ou=$_,$base" => [ objectClass => 'organizationalUnit', ou => $_ ]) } qw(people services)),
	$Slapd::searcher => [ objectClass => 'person', cn => 'searcher', sn => 's', userPassword => 'searching' ],
	"uid=ann,ou=people,$base" => [ objectClass => 'inetOrgPerson', uid => 'ann', cn => 'Ann', sn => 'Smith', userPassword => 'pw of ann' ],
	(map { ("uid=$_,ou=people,$base" => [ objectClass => 'inetOrgPerson', uid => [ $_, 'same' ], cn => 'Same', sn => 'Same' ]) } 1 .. 20),
	"ou=branch,$base" => [ objectClass => [ 'referral', 'extensibleObject' ], ou => 'branch', ref => "ldaps://127.0.0.1:$trap->{port}/ou=branch,$base" ]);

Slapd::certificates();
Slapd::build();
my $slapd = Slapd::start(entries => \@entries);
my $authority = slurp_file("$Slapd::directory/authority.crt");
my $stranger  = slurp_file("$Slapd::directory/stranger.crt");
my %settings = (
	uri                 => $slapd->ldaps_uri,
	ca_certificate      => $authority,
	base_dn             => $base,
	search_user         => $Slapd::searcher,
	search_password     => 'searching',
	user_search_pattern => '(uid=@@USERNAME@@)',
	timeout             => 30);
my %direct = (%settings, search_user => undef, search_password => undef, direct => 'on', user_dn_format => "uid=\@\@USERNAME\@\@,ou=people,$base");

sub answers
{
	my ($settings, $status, $name) = @_;
	my $answer = Slapd::ask('authenticate', $settings, 'ann', 'pw of ann');

	is($answer->{status}, $status, $name)
	  or diag join ', ', map { "$_=$answer->{$_}" } sort keys %$answer;
	is($answer->{descriptors}, 0, '... and leaves nothing open') if $answer->{descriptors};
	return $answer;
}

sub over_tls   { return (%settings, uri => $_[0]->ldaps_uri); }
sub start_tls  { return (%settings, uri => $_[0]->ldap_uri, start_tls => 'on'); }
sub through    { return (%settings, uri => "ldaps://127.0.0.1:$_[0]->{port}"); }
sub started    { return (%settings, uri => "ldap://127.0.0.1:$_[0]->{port}", start_tls => 'on'); }

# ---- who is at the other end -----------------------------------------------------

answers({ over_tls($slapd) },  'ok', 'ldaps');
answers({ start_tls($slapd) }, 'ok', 'StartTLS');
answers({ start_tls($slapd), uri => [ $slapd->ldaps_uri ] }, 'ok', 'start_tls concerns ldap:// alone');
foreach my $way (\&over_tls, \&start_tls)
{
	my %way  = $way->($slapd);
	my $name = $way{start_tls} ? 'StartTLS' : 'ldaps';

	answers({ %way, ca_certificate => $stranger }, 'tls', "$name: another authority");
	answers({ %way, ca_certificate => "$stranger\n$authority" }, 'ok', "$name: one of two, while they change");
	answers({ %way, ca_certificate => undef }, 'tls', "$name: an authority that the system does not know");
	answers({ %way, uri => $way{uri} =~ s/127\.0\.0\.1/localhost/r }, 'tls', "$name: by a name that is not in the certificate");
}
my %servers;
foreach my $certificate ('elsewhere', 'named', 'expired', 'strange')
{
	$servers{$certificate} = Slapd::start(name => $certificate, certificate => $certificate, entries => \@entries);
	answers({ over_tls($servers{$certificate}) },  'tls', "ldaps: the certificate is $certificate");
	answers({ start_tls($servers{$certificate}) }, 'tls', "StartTLS: the certificate is $certificate");
}

# Neither files nor variables change that.
{
	my $home = "$Slapd::directory/home";

	mkdir $home;
	append_to_file("$home/.ldaprc", "TLS_REQCERT never\nTLS_CACERT $Slapd::directory/stranger.crt\nREFERRALS on\n");
	local $ENV{HOME}             = $home;
	local $ENV{LDAPCONF}         = "$home/.ldaprc";
	local $ENV{LDAPTLS_REQCERT}  = 'never';
	local $ENV{LDAPTLS_REQSAN}   = 'never';
	local $ENV{LDAPTLS_CACERT}   = "$Slapd::directory/stranger.crt";
	local $ENV{LDAPTLS_PROTOCOL_MIN} = '3.1';
	answers({ over_tls($servers{$_}) }, 'tls', "a user's own settings: the certificate is $_") foreach ('elsewhere', 'named', 'expired', 'strange');
	answers({ start_tls($servers{strange}) }, 'tls', 'a user\'s own settings: StartTLS');
	answers({ over_tls($slapd) }, 'ok', 'a user\'s own settings: a good server is good');
	local $ENV{LDAPNOINIT} = 1;
	answers({ over_tls($servers{strange}) }, 'tls', 'with LDAPNOINIT');
}

# No encryption: nothing is said.
my $clear = Slapd::start(name => 'clear', certificate => '', entries => \@entries);
my $ear   = Proxy::start($clear->{ldap});
answers({ started($ear) }, 'tls', 'a server that cannot encrypt');
ok(Proxy::bytes($ear) > 0, '... has been asked to');
ok(Proxy::bytes($ear) < 100, '... and has not been told anything else');
answers({ through($ear) }, 'tls', 'ldaps where clear LDAP is spoken');
answers({ %settings, uri => $slapd->ldaps_uri =~ s/ldaps/ldap/r, start_tls => 'on' }, 'unreachable', 'and the other way round');
my $listener = Proxy::start($slapd->{ldap});
answers({ started($listener) }, 'ok', 'a server that can');
my $heard = slurp_file("$Slapd::directory/proxy-$listener->{port}.bytes");
unlike($heard, qr/\Q$_\E/, "... is told in secret: $_") foreach ('searching', 'pw of ann', 'uid=ann', 'searcher');

# Versions of TLS.
foreach my $version ('tls1_1', 'tls1_2')
{
	my $port = Slapd::port();
	my $pid  = Slapd::in_background(sub {
		# It ends with its input.
		local $^F = 1000;
		pipe my $input, my $kept;
		open STDIN, '<&', $input;
		open STDOUT, '>', "$Slapd::directory/s_server.log";
		open STDERR, '>&', \*STDOUT;
		exec 'openssl', 's_server', '-quiet', "-$version", '-cipher', 'ALL:@SECLEVEL=0', '-accept', "127.0.0.1:$port",
		  '-cert', "$Slapd::directory/server.crt", '-key', "$Slapd::directory/server.key";
	});
	foreach (1 .. 100) { last if Slapd::is_listening($port); select undef, undef, undef, 0.1; }
	answers({ %settings, uri => "ldaps://127.0.0.1:$port", timeout => $version eq 'tls1_1' ? 30 : 3 }, $version eq 'tls1_1' ? 'tls' : 'timeout', "a server that speaks $version alone");
	Slapd::stop($pid);
}

# ---- several servers --------------------------------------------------------------

my $dead   = 'ldaps://127.0.0.1:' . Slapd::port();
my $silent = Proxy::start(0, silent => 1);
my $mute   = "ldaps://127.0.0.1:$silent->{port}";
answers({ %settings, uri => $dead }, 'unreachable', 'a server that is down');
answers({ %settings, uri => 'ldaps://nowhere.invalid' }, 'unreachable', 'a name that is nobody\'s');
answers({ %settings, uri => [ $dead, $dead ] }, 'unreachable', 'two of them');
is(answers({ %settings, uri => [ $dead, $slapd->ldaps_uri ] }, 'ok', 'the next one')->{server}, $slapd->ldaps_uri, '... has answered');
answers({ %settings, uri => [ $servers{strange}->ldaps_uri, $slapd->ldaps_uri ] }, 'ok', 'the next one, after one that is not who it says');
answers({ %settings, uri => [ $mute, $slapd->ldaps_uri ], timeout => 5 }, 'ok', 'after one that says nothing');
answers({ %settings, uri => [ $slapd->ldaps_uri, $dead ] }, 'ok', 'the first one, if it is alive');
is(Slapd::ask('authenticate', { %settings, uri => [ $slapd->ldaps_uri, $mute ] }, 'ann', 'wrong')->{server},
	$slapd->ldaps_uri, 'nobody else is asked about a wrong password');
answers({ %direct, uri => [ $dead, $slapd->ldaps_uri ] }, 'ok', 'directly, too');

# ---- silence -----------------------------------------------------------------------

my $half = Proxy::start($slapd->{ldaps}, hold => 700);
foreach my $case (
	[ 'a handshake without an answer', { through($silent) } ],
	[ 'StartTLS without an answer', { started($silent) } ],
	[ 'half a handshake', { through($half) } ],
	[ 'directly', { %direct, uri => $mute } ])
{
	my ($name, $silence) = @$case;
	my $answer = answers({ %$silence, timeout => 1 }, 'timeout', "$name: in time");

	cmp_ok($answer->{elapsed}, '>=', 900, '... and not before');
	cmp_ok($answer->{elapsed}, '<', $soon, '... and not much later');
	$answer = answers({ %$silence, timeout => $long, interrupt_after => 300 }, 'interrupted', "$name: an interruption");
	cmp_ok($answer->{elapsed}, '<', $soon, '... ends it at once');
	answers({ %$silence, timeout => $long, interrupt_after => 1 }, 'interrupted', "$name: one before anything else");
}

# Held after any number of bytes: in the handshake, before the bind is answered, in
# the middle of an entry.
my $whole = Proxy::start($slapd->{ldaps});
answers({ through($whole) }, 'ok', 'a proxy that does nothing');
my $served = Proxy::served($whole);
cmp_ok($served, '>', 1000, '... but count');
foreach my $bytes (1, 5, map { int $served * $_ / 100 } 30, 50, 70, 80, 85)
{
	my $holding = Proxy::start($slapd->{ldaps}, hold => $bytes);
	my $answer  = answers({ through($holding), timeout => $long, interrupt_after => 400 }, 'interrupted', "silence after $bytes bytes");

	cmp_ok($answer->{elapsed}, '<', $soon, '... is interrupted at once');
	Slapd::stop($holding->{pid});
}

# ---- the end in the middle -----------------------------------------------------------

foreach my $part (0 .. 29)
{
	my $bytes   = int $served * $part / 30;
	my $cutting = Proxy::start($slapd->{ldaps}, cut => $bytes);
	my $answer  = Slapd::ask('authenticate', { through($cutting), timeout => $long }, 'ann', 'pw of ann');

	like($answer->{status}, qr/^(unreachable|tls)$/, "the end after $bytes bytes");
	is($answer->{descriptors}, 0, '... leaves nothing open');
	is(answers({ through($cutting), uri => [ "ldaps://127.0.0.1:$cutting->{port}", $slapd->ldaps_uri ] }, 'ok', '... and the next server knows')->{name},
		'ann', '... who it is')
	  if $part % 5 == 0;
	Slapd::stop($cutting->{pid});
}

# ---- slowness ------------------------------------------------------------------------

my $slow = Proxy::start($slapd->{ldaps}, delay => 0.2);
my $answer = answers({ through($slow) }, 'ok', 'a slow server');
cmp_ok($answer->{elapsed}, '>', 800, '... takes its time');
$answer = answers({ through($slow), interrupt_after => 600 }, 'interrupted', 'it is interrupted');
cmp_ok($answer->{elapsed}, '<', $soon, '... at once');
my $slower = Proxy::start($slapd->{ldaps}, delay => 3);
answers({ through($slower), timeout => 1 }, 'timeout', 'one that is slower than it may be');
answers({ %settings, signals => 'on' }, 'ok', 'signals disturb nothing');
answers({ start_tls($slapd), signals => 'on' }, 'ok', 'with StartTLS');
answers({ through($slow), signals => 'on' }, 'ok', 'where there is much waiting');
answers({ through($silent), signals => 'on', timeout => 1 }, 'timeout', 'where there is nothing else');
answers({ %settings, repeat => 20 }, 'ok', 'again and again');

# Down, and up again.
Slapd::stop($slapd->{pid});
answers(\%settings, 'unreachable', 'the server is down');
$slapd->run;
answers(\%settings, 'ok', 'and up again');

# ---- elsewhere ------------------------------------------------------------------------

answers({ %settings, base_dn => "ou=branch,$base" }, 'referral', 'what is elsewhere is not followed');
answers({ %settings, base_dn => "ou=people,ou=branch,$base" }, 'referral', '... nor further down');
is(Slapd::ask('authenticate', \%settings, 'nobody', 'x')->{status}, 'unknown_user', 'a reference among the answers is none');
is(Proxy::connections($trap), 0, 'nobody has been there');
is(Slapd::ask('authenticate', \%settings, 'same', 'x')->{status}, 'ambiguous_user', 'twenty of one name');
is(Slapd::ask('authenticate', { %settings, user_search_pattern => '(&(objectClass=*)(|(uid=@@USERNAME@@)(uid=*)))' }, 'ann', 'x')->{status},
	'ambiguous_user', 'or all');
my $tight = Slapd::start(name => 'tight', entries => \@entries, lines => 'sizelimit 1');
is(Slapd::ask('authenticate', { over_tls($tight) }, 'same', 'x')->{status}, 'ambiguous_user', 'also where the server gives no more than one');
is(Slapd::ask('authenticate', { over_tls($tight) }, 'ann', 'pw of ann')->{status}, 'ok', 'and one is one');

done_testing();
