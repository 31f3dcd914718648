# Answers that OpenLDAP's server does not give: those of Active Directory, and
# those of servers that are broken or mean harm. A few lines of Perl speak LDAP.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Proxy;
use Slapd;
use Test::More;

my $missing = Slapd::missing();
plan skip_all => $missing if defined $missing;
plan skip_all => 'no IO::Socket::SSL' unless eval { require IO::Socket::SSL; 1 };
require Responder;

my $base = $Slapd::base;
my $ann  = "CN=Ann,OU=people,$base";
my $soon = 50_000;

Slapd::certificates();
Slapd::build();

sub sid { return pack 'C2 n N V5', 1, 5, 0, 5, 21, 1, 2, 3, shift; }

# What an answer is made of: each may be replaced by a function that returns bytes.
sub directory
{
	my (%replaced) = @_;

	return sub {
		my ($request, $state) = @_;
		my $id = $request->{id};

		$state->{$_}++ foreach ($request->{type});
		if ($request->{type} eq 'bind')
		{
			my $user = $request->{dn} eq $ann;

			return $replaced{bind}->($request, $state) if $user && $replaced{bind};
			return $replaced{searcher}->($request, $state) if !$user && $replaced{searcher};
			return Responder::message($id, Responder::bound($request->{password} eq ($user ? 'pw' : 'searching') ? 0 : 49));
		}
		if ($request->{type} eq 'search')
		{
			my $kind = $request->{base} eq '' ? 'root' : $request->{scope} == 2
			  ? ($request->{filter} =~ /sAMAccountName/ ? 'find' : 'groups') : $request->{base} eq $ann ? 'read' : 'group';

			return $replaced{$kind}->($request, $state) if $replaced{$kind};
			return found($request, Responder::entry($ann)) if $kind eq 'find';
			return found($request, Responder::entry($ann, sAMAccountName => 'ann', mail => 'ann@example.org', memberOf => "CN=viewers,$base")) if $kind eq 'read';
			return found($request, Responder::entry('', supportedCapabilities => [ '1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1670' ])) if $kind eq 'root';
			return found($request);
		}
		return undef if $request->{type} eq 'unbind';
		return '';
	};
}

# The messages that answer a search with these entries.
sub found
{
	my ($request, @operations) = @_;

	return join '', map { Responder::message($request->{id}, $_) } @operations, Responder::done(0);
}

my %settings = (
	ca_certificate      => slurp_file("$Slapd::directory/authority.crt"),
	base_dn             => $base,
	search_user         => $Slapd::searcher,
	search_password     => 'searching',
	user_search_pattern => '(sAMAccountName=@@USERNAME@@)',
	email_attribute     => 'mail',
	group_search        => 'groups_of_user',
	mapping             => [ 'viewer|viewers', 'admin|admins', "deep|CN=deep,$base" ],
	order               => [ 'deep', 'admin', 'viewer' ],
	timeout             => 30);

# Asks a server with these answers.
sub asked
{
	my ($directory, $more) = @_;
	my $server = Responder::start($directory);
	my $answer = Slapd::ask('authenticate', { %settings, uri => "ldaps://127.0.0.1:$server->{port}", %$more }, 'ann', 'pw');

	Slapd::stop($server->{pid});
	return $answer;
}

# The same with status, role, or both as they are expected.
sub answers
{
	my ($replaced, $more, $expected, $name) = @_;
	my $answer = asked(directory(%$replaced), $more);
	my $got    = $answer->{status} eq 'ok' ? $answer->{role} // 'none' : $answer->{status};

	is($got, $expected, $name) or diag join ', ', map { "$_=$answer->{$_}" } sort keys %$answer;
	is($answer->{descriptors}, 0, '... and leaves nothing open') if $answer->{descriptors};
	return $answer;
}

# ---- Active Directory -------------------------------------------------------------

is(answers({}, {}, 'viewer', 'an answer')->{email}, 'ann@example.org', 'with everything');

# Nested groups, by its own rule.
my $asked = "$Slapd::directory/asked";
sub in_chain
{
	my ($request) = @_;

	append_to_file($asked, "$request->{filter}\n");
	return found($request, map { Responder::entry("CN=$_,$base") } 'deep', 'viewers')
	  if $request->{filter} eq "(member:1.2.840.113556.1.4.1941:=$ann)"
	  || $request->{filter} eq "(&(|(cn=viewers)(cn=admins)(cn=deep))(member:1.2.840.113556.1.4.1941:=$ann))";
	return found($request);
}
my %of_groups = (
	group_search              => 'user_of_groups',
	group_search_pattern      => '(|@@GROUPS_REPLACEMENTS@@)',
	group_search_each_pattern => '(cn=@@GROUPNAME@@)');
answers({ groups => \&in_chain }, {}, 'viewer', 'nested groups are not asked for');
answers({ groups => \&in_chain }, { nested_groups => 'on' }, 'deep', 'nested groups of the user, in a chain');
like(slurp_file($asked), qr/^\(member:1\.2\.840\.113556\.1\.4\.1941:=\Q$ann\E\)$/m, 'are asked for by the rule');
unlink $asked;
answers({ groups => sub {
		my ($request) = @_;

		append_to_file($asked, "$request->{filter}\n");
		return found($request, $request->{filter} =~ /1941/ ? Responder::entry("CN=deep,$base") : ());
	} }, { nested_groups => 'on', %of_groups }, 'deep', 'nested groups that name their members');
like(slurp_file($asked), qr/^\(&\(\|\(\|\(cn=viewers\)\(cn=admins\)\(cn=deep\)\)\)\(member:1\.2\.840\.113556\.1\.4\.1941:=\Q$ann\E\)\)$/m,
	'are asked for by the rule, among those that are mapped');
answers({ root => sub { found($_[0], Responder::entry('', supportedCapabilities => '1.2.840.113556.1.4.1851')) },
		group => sub { found($_[0], Responder::entry($_[0]->{base}, memberOf => "CN=deep,$base")) } },
	{ nested_groups => 'on' }, 'deep', 'another server is not asked by the rule');
answers({ root => sub { Responder::message($_[0]->{id}, Responder::done(50)) } }, { nested_groups => 'on' }, 'viewer', 'nor one that hides what it is');

# More values than it likes to give at once.
sub portion
{
	my ($request, $values, $first, $size) = @_;
	my $last = $first + $size - 1;
	my @values = @$values[ $first .. ($last > $#$values ? $#$values : $last) ];
	my $range  = $last >= $#$values ? "$first-*" : "$first-$last";

	return found($request, Responder::entry($request->{base}, sAMAccountName => 'ann', "memberOf;range=$range" => \@values));
}
my @groups = ((map { "CN=group $_,$base" } 1 .. 1999), "CN=admins,$base");
my $ranged = sub {
	my ($request) = @_;
	my ($first) = join(' ', @{ $request->{attributes} }) =~ /memberOf;range=(\d+)-\*/;

	return portion($request, \@groups, $first // 0, 750);
};
my $many = answers({ read => $ranged }, {}, 'admin', 'groups in portions');
is(scalar @{ $many->{group} }, 2000, 'all of them');
is($many->{group}->[1999], "CN=admins,$base", 'to the last');
answers({ group => sub { $_[0]->{base} eq "CN=viewers,$base" ? $ranged->(@_) : Responder::message($_[0]->{id}, Responder::done(32)) }, root => sub { found(shift) } },
	{ nested_groups => 'on' }, 'admin', 'of groups, too');
answers({ read => sub { portion($_[0], \@groups, 0, 1500) } }, {}, 'malformed', 'portions that do not lead on');
answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', 'memberOf;range=0-4294967295' => \@groups)) } }, {},
	'malformed', 'portions without end');
answers({ read => sub { my ($request, $state) = @_; portion($request, [ map { "CN=x$_,$base" } 1 .. 20000 ], ++$state->{n} - 1, 1) } }, {},
	'too_much', 'portions of one');
answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', memberOf => [], 'memberOf;range=0-*' => "CN=admins,$base")) } }, {},
	'admin', 'an empty attribute beside the portion');

# The primary group.
my %primary = (primary_group_attribute => 'primaryGroupID', match_primary_group => 'on', order => undef, mapping => 'home|domain users');
my $member = sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', primaryGroupID => '513', objectSid => sid(1105))) };
my $by_sid = sub {
	my ($request) = @_;

	return found($request, $request->{filter} eq '(objectSid=' . sid(513) . ')' ? Responder::entry("CN=Domain Users,$base") : ());
};
is_deeply(answers({ read => $member, groups => $by_sid }, \%primary, 'home', 'the primary group by its SID')->{group},
	["CN=Domain Users,$base"], 'is told');
answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', primaryGroupID => '513', objectSid => 'S-1-5')) } },
	\%primary, 'malformed', 'a SID that is none');

# Why a password is not accepted.
foreach my $case ([ '525', 'unknown_user' ], [ '52e', 'wrong' ], [ '530', 'time' ], [ '531', 'place' ], [ '532', 'password_expired' ],
	[ '533', 'disabled' ], [ '701', 'account_expired' ], [ '773', 'must_change' ], [ '775', 'locked' ], [ '999', 'wrong' ])
{
	my ($code, $reason) = @$case;
	my $text = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data $code, v1db1\0";
	my $answer = answers({ bind => sub { Responder::message($_[0]->{id}, Responder::bound(49, $text)) } }, {}, 'wrong_password', "data $code");

	is($answer->{reason}, $reason, "... is $reason for the audit");
	like($answer->{diagnostic}, qr/data $code/, '... with the text');
}
is(answers({ searcher => sub { Responder::message($_[0]->{id}, Responder::bound(49, 'x, data 775, v')) } }, {}, 'search_user', 'the search user is locked')->{code},
	49, '... says the server');

# ---- binds ----------------------------------------------------------------------------

sub on_bind { my ($operation, @controls) = @_; return { bind => sub { Responder::message($_[0]->{id}, $operation, @controls) } }; }

my $policy = $Responder::control{policy};
answers(on_bind(Responder::bound(0), Responder::control($Responder::control{expired}, '0')), {}, 'password_expired', 'accepted, and expired');
answers(on_bind(Responder::bound(0), Responder::control($policy, Responder::sequence(Responder::tlv(0x81, chr 0)))), {}, 'password_expired', 'accepted, and expired, in the newer way');
answers(on_bind(Responder::bound(0), Responder::control($policy, Responder::sequence(Responder::tlv(0x81, chr 1)))), {}, 'password_expired', 'accepted, and locked');
answers(on_bind(Responder::bound(0), Responder::control($policy, Responder::sequence(Responder::tlv(0x81, chr 2)))), {}, 'password_expired', 'accepted, and to be changed');
answers(on_bind(Responder::bound(0), Responder::control($policy, Responder::sequence(Responder::tlv(0xa0, Responder::tlv(0x81, chr 3))))), {}, 'password_expired', 'accepted for the last few times');
is(answers(on_bind(Responder::bound(0), Responder::control($policy, Responder::sequence(Responder::tlv(0xa0, Responder::tlv(0x80, chr 100))))), {}, 'viewer', 'accepted, and to expire')->{reason},
	'expires', '... is noted');
answers(on_bind(Responder::bound(0), Responder::control($policy, 'garbage')), {}, 'viewer', 'accepted, with a control that is none');
answers(on_bind(Responder::bound(0), Responder::control('1.2.3.4', 'x')), {}, 'viewer', 'accepted, with a control that nobody knows');
answers(on_bind(Responder::bound(53, 'try later')), {}, 'bind_refused', 'unwilling');
answers(on_bind(Responder::bound(19, 'Exceed password retry limit')), {}, 'bind_refused', 'a constraint');
answers(on_bind(Responder::bound(48)), {}, 'bind_refused', 'inappropriate');
answers(on_bind(Responder::bound(32)), {}, 'bind_refused', 'no such object');
answers(on_bind(Responder::bound(8)), {}, 'bind_refused', 'stronger authentication');
answers(on_bind(Responder::bound(14)), {}, 'bind_refused', 'more steps are needed');
answers(on_bind(Responder::bound(80)), {}, 'bind_refused', 'another error');
answers(on_bind(Responder::bound(51)), {}, 'unreachable', 'busy');
answers(on_bind(Responder::bound(52)), {}, 'unreachable', 'unavailable');
my $trap = Proxy::start(0);
answers(on_bind(Responder::bound(10, '', "ldaps://127.0.0.1:$trap->{port}/$ann")), {}, 'referral', 'a referral');
answers({ find => sub { Responder::message($_[0]->{id}, Responder::done(10, '', "ldaps://127.0.0.1:$trap->{port}/$ann")) } }, {}, 'referral', 'one for a search');
answers({ find => sub { found($_[0], Responder::reference("ldaps://127.0.0.1:$trap->{port}/$ann"), Responder::entry($ann)) } }, {}, 'viewer', 'a reference beside the entry');
is(Proxy::connections($trap), 0, 'nobody goes there');
answers(on_bind(Responder::done(0)), {}, 'malformed', 'an answer to another question');
answers(on_bind(Responder::entry($ann)), {}, 'malformed', 'or none');
answers(on_bind(Responder::tlv(0x61, 'x')), {}, 'malformed', 'a result without a code');
answers(on_bind(Responder::tlv(0x61)), {}, 'malformed', 'an empty one');
answers({ bind => sub { undef } }, {}, 'unreachable', 'the end instead of an answer');

# Whose answers are wrong by their number, or are not asked for, are not heard.
answers({ bind => sub { Responder::message($_[0]->{id} + 7, Responder::bound(0)) } }, { timeout => 1 }, 'timeout', 'an answer to nobody\'s question');
answers({ bind => sub { my $id = $_[0]->{id}; Responder::message($id + 7, Responder::bound(0)) . Responder::message($id, Responder::bound(49)) } },
	{}, 'wrong_password', '... before the right one');
answers({ bind => sub { Responder::message(0, Responder::tlv(0x78, Responder::choice(52), Responder::octets(''), Responder::octets('bye'), Responder::tlv(0x8a, '1.3.6.1.4.1.1466.20036'))) } },
	{}, 'unreachable', 'a notice of disconnection');
answers({ bind => sub { Responder::message(0, Responder::tlv(0x78, Responder::choice(52), Responder::octets(''), Responder::octets('bye'), Responder::tlv(0x8a, ''))) } },
	{}, 'unreachable', 'one without a name, of which libldap is sure that there is none');

# What a server says is quoted, and cut.
answers(on_bind(Responder::bound(49, "a\0b")), {}, 'malformed', 'a text with a NUL in it');
my $loud = answers(on_bind(Responder::bound(49, "a\nb\e[2J" . 'x' x 5000)), {}, 'wrong_password', 'a long text');
is(length $loud->{diagnostic}, 255, '... is cut');
like($loud->{diagnostic}, qr/^a\?b\?\[2Jx+$/, '... and quoted');

# ---- entries --------------------------------------------------------------------------

answers({ find => sub { found($_[0], map { Responder::entry("CN=x$_,$base") } 1 .. 2) } }, {}, 'ambiguous_user', 'two entries');
answers({ find => sub { found($_[0], map { Responder::entry("CN=x$_,$base") } 1 .. 20000) } }, {}, 'ambiguous_user', 'as many as it likes');
answers({ find => sub { found($_[0], Responder::entry('')) } }, {}, 'malformed', 'an entry without a name');
answers({ find => sub { found($_[0], Responder::entry('ann')) } }, {}, 'malformed', 'one that has no real name');
answers({ find => sub { found($_[0], Responder::entry("CN=a\nb,$base")) } }, {}, 'malformed', 'one on two lines');
answers({ find => sub { found($_[0], Responder::entry("CN=\xff,$base")) } }, {}, 'malformed', 'one that is no text');
answers({ find => sub { found($_[0], Responder::tlv(0x64, 'x')) } }, {}, 'malformed', 'an entry that is none');
answers({ read => sub { found($_[0]) } }, {}, 'search_refused', 'an entry that has gone');
answers({ read => sub { found($_[0], Responder::entry($ann), Responder::entry($ann)) } }, {}, 'malformed', 'two for one name');
answers({ read => sub { found($_[0], Responder::entry($ann, mail => 'x')) } }, {}, 'nameless', 'an entry that does not say whose it is');
answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => [ '', "a\nb", "a\0b", "\xff", 'x' x 300 ])) } }, {}, 'nameless', '... or not in text');
is(answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', mail => [ '', "a\nb", "\xff", "x\0", 'y' x 1025, 'good@example.org', 'other' ])) } }, {}, 'none', 'values of all kinds')->{email},
	'good@example.org', 'the first that is good is taken');
ok(!exists answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', mail => [ '', "x\0" ])) } }, {}, 'none', 'values that are no good')->{email},
	'are not there');
foreach my $bad ('x', '', "CN=a\0,$base", "CN=a\nb,$base", "CN=\xff,$base", 'CN=' . 'x' x 5000)
{
	answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', memberOf => [ "CN=viewers,$base", $bad ])) } }, {},
		'malformed', 'a group that is no name');
}
answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', memberOf => [ map { "CN=x$_,$base" } 1 .. 10001 ])) } }, {},
	'too_much', 'more groups than anybody has');
is(scalar @{ answers({ read => sub { found($_[0], Responder::entry($ann, sAMAccountName => 'ann', memberOf => [ map { "CN=x$_,$base" } 1 .. 10000 ])) } }, {},
			'none', 'as many as one may have')->{group} }, 10000, 'are told');
answers({ read => sub { found($_[0], Responder::tlv(0x64, Responder::octets($ann), Responder::sequence(Responder::sequence(Responder::octets('sAMAccountName'), 'x')))) } }, {},
	'malformed', 'attributes that are none');

# ---- lengths ----------------------------------------------------------------------------

answers({ find => sub { found($_[0], Responder::entry($ann, x => 'x' x 5_000_000)) } }, {}, 'malformed', 'a message of millions of bytes');
answers({ find => sub { "\x30\x84\x7f\xff\xff\xff" . 'x' x 100 } }, {}, 'malformed', 'one that says that it is two thousand millions');
answers({ find => sub { "\x30\x80" . 'x' x 100 } }, {}, 'malformed', 'one without a length');
answers({ find => sub { "\x30\x00" . 'x' x 100 } }, {}, 'malformed', 'one of none');
foreach my $seed (1 .. 8)
{
	my $answer = asked(directory(find => sub { srand $seed; join '', map { chr int rand 256 } 1 .. 1000 }), { timeout => 1 });

	like($answer->{status}, qr/^(unreachable|timeout|malformed)$/, "noise ($seed)");
	is($answer->{descriptors}, 0, '... and leaves nothing open');
}

# A good answer with a byte of it changed, or its end cut off.
foreach my $seed (1 .. 20)
{
	my $spoilt = sub {
		my ($request) = @_;
		my $bytes = found($request, Responder::entry($ann, sAMAccountName => 'ann', mail => 'm', memberOf => [ "CN=viewers,$base", "CN=x,$base" ]));

		srand $seed;
		substr $bytes, int rand length $bytes, 1, chr int rand 256;
		return $bytes;
	};
	my $answer = asked(directory(read => $spoilt, groups => $spoilt), { timeout => 1, nested_groups => 'on' });

	is($answer->{descriptors}, 0, "an answer with a fault ($seed): $answer->{status}");
	isnt($answer->{role} // '', 'admin', '... gives nobody more');
}

# ---- portions ----------------------------------------------------------------------------

sub page
{
	my ($request, $cookie, @names) = @_;

	return join '', (map { Responder::message($request->{id}, Responder::entry("CN=$_,$base")) } @names),
	  Responder::message($request->{id}, Responder::done(0),
		Responder::control($Responder::control{paged}, Responder::sequence(Responder::number(0), Responder::octets($cookie))));
}
my %by_pages = (%of_groups, group_search_query => '(objectClass=group)');
answers({ groups => sub { my ($request, $state) = @_; $state->{page}++ ? page($request, '', 'admins') : page($request, 'next', 'x', 'y') } }, \%by_pages, 'admin', 'two portions');
answers({ groups => sub { my ($request, $state) = @_; $request->{controls} =~ /next/ ? page($request, '', 'admins') : page($request, 'next') } }, \%by_pages, 'admin', 'the cookie is given back');
answers({ groups => sub { page($_[0], 'again', 'x') } }, \%by_pages, 'too_much', 'portions without end');
answers({ groups => sub { my ($request, $state) = @_; page($request, 'again', map { 'x' . ++$state->{n} } 1 .. 500) } }, \%by_pages, 'too_much', 'with ever more');
answers({ groups => sub { Responder::message($_[0]->{id}, Responder::done(0), Responder::control($Responder::control{paged}, 'x')) } }, \%by_pages, 'malformed', 'a control that is none');
answers({ groups => sub { found($_[0], Responder::entry("CN=admins,$base")) } }, \%by_pages, 'admin', 'a server that gives all at once');
answers({ groups => sub { Responder::message($_[0]->{id}, Responder::entry("CN=admins,$base")) . Responder::message($_[0]->{id}, Responder::done(4)) } }, \%by_pages, 'too_much',
	'one that stops in between');
answers({ groups => sub { Responder::message($_[0]->{id}, Responder::entry("CN=admins,$base")) . Responder::message($_[0]->{id}, Responder::done(11)) } }, \%by_pages, 'too_much',
	'or has limits of its own');
answers({ groups => sub { Responder::message($_[0]->{id}, Responder::entry("CN=admins,$base")) . Responder::message($_[0]->{id}, Responder::done(3)) } }, \%by_pages, 'timeout',
	'or no time');

# Entries without end are interrupted, too.
my $endless = sub { join '', map { Responder::message($_[0]->{id}, Responder::reference('ldap://nowhere')) } 1 .. 50000 };
my $flood = answers({ groups => $endless }, { %by_pages, timeout => 100, interrupt_after => 1500 }, 'interrupted', 'references without end');
cmp_ok($flood->{elapsed}, '<', $soon, '... are interrupted at once');

# All steps together have an end, however short each of them is.
my $dripping = answers({ group => sub { select undef, undef, undef, 0.7; found($_[0], Responder::entry($_[0]->{base}, memberOf => 'CN=' . rand . ",$base")) }, root => sub { found(shift) } },
	{ nested_groups => 'on', timeout => 1 }, 'timeout', 'a ladder of groups, each of which takes its time');
cmp_ok($dripping->{elapsed}, '<', $soon, '... comes to an end');

# ---- StartTLS ----------------------------------------------------------------------------

my $clean = Responder::start(directory(), start_tls => 1);
is(Slapd::ask('authenticate', { %settings, uri => "ldap://127.0.0.1:$clean->{port}", start_tls => 'on' }, 'ann', 'pw')->{role}, 'viewer', 'StartTLS');
my $injected = Responder::start(directory(), start_tls => 1, injected => Responder::message(2, Responder::bound(0)) x 5);
is(Slapd::ask('authenticate', { %settings, uri => "ldap://127.0.0.1:$injected->{port}", start_tls => 'on' }, 'ann', 'wrong')->{status},
	'tls', 'what somebody put in behind the consent is not believed');

done_testing();
