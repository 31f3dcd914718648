# Who somebody is, asked of a directory: names of all kinds, passwords that are
# wrong, expired or none, entries that are missing or two, and what is told then.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Proxy;
use Slapd;
use Test::More;

my $missing = Slapd::missing();
plan skip_all => $missing if defined $missing;

my $base = $Slapd::base;

# Names that mean something to a filter, to a distinguished name or to a pattern.
my %hostile = (
	'*)(uid=*'         => '\*\)\(uid\=\*',
	'*'                => '*',
	'a)(|(uid=*'       => 'a)(|(uid\=*',
	'back\slash'       => 'back\\\\slash',
	'tail\\'           => 'tail\\\\',
	'a,b'              => 'a\,b',
	'x=y'              => 'x\=y',
	'p+q'              => 'p\+q',
	'#hash'            => '\#hash',
	'"quoted"'         => '\"quoted\"',
	'<angle>'          => '\<angle\>',
	'semi;colon'       => 'semi\;colon',
	'Ärger'            => 'Ärger',
	'名前'             => '名前',
	'🙂'               => '🙂',
	'@@USERNAME@@'     => '@@USERNAME@@',
	'@@GROUPNAME@@'    => '@@GROUPNAME@@',
	'uid=ann,ou=people' => 'uid\=ann\,ou\=people',
	'%00'              => '%00',
	'\2a'              => '\\\\2a');
$hostile{'*)(uid=*'}   = '*)(uid\=*';
$hostile{'a' x 200}    = 'a' x 200;

sub person
{
	my ($rdn, $where, $name, @more) = @_;
	my ($first) = ref $name ? @$name : $name;

	return ("uid=$rdn,ou=$where,$base" =>
		  [ objectClass => 'inetOrgPerson', uid => $name, cn => "The $first", sn => 'Of Many', userPassword => "pw of $first", @more ]);
}

sub unit { return ("ou=$_[0],$base" => [ objectClass => 'organizationalUnit', ou => $_[0] ]); }

sub policy
{
	my ($name, @rules) = @_;

	return ("cn=$name,ou=policies,$base" =>
		  [ objectClass => [ 'device', 'pwdPolicy' ], cn => $name, pwdAttribute => 'userPassword', @rules ]);
}

Slapd::certificates();
Slapd::build();
my $slapd = Slapd::start(
	lines => qq(
overlay ppolicy
ppolicy_use_lockout
access to dn.subtree="ou=secret,$base" by dn.exact="$Slapd::searcher" read by anonymous auth by * none
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="$Slapd::searcher" read by anonymous auth by self read by * search
),
	entries => [
		$base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ],
		(map { unit($_) } qw(people hostile services policies twins secret)),
		$Slapd::searcher => [ objectClass => 'person', cn => 'searcher', sn => 's', userPassword => 'searching' ],
		policy('ageing', pwdMaxAge => 100),
		policy('grace', pwdMaxAge => 100, pwdGraceAuthNLimit => 5),
		policy('warning', pwdMaxAge => 100000000, pwdExpireWarning => 99999999),
		policy('reset', pwdMustChange => 'TRUE'),
		policy('locking', pwdLockout => 'TRUE'),
		person('ann', 'people', 'ann', mail => 'ann@example.org', givenName => 'Ann', displayName => "\x{e4}\x{1f642}"),
		person('bob', 'people', 'bob', description => 'no mail'),
		person('two', 'people', 'two', mail => [ 'one@example.org', 'two@example.org' ]),
		person('long', 'people', 'long', mail => 'x' x 200 . '@example.org', givenName => 'y' x 2000),
		person('many', 'people', [ 'many', 'another', 'zzz' ], mail => 'many@example.org'),
		person('with  space', 'people', 'with  space'),
		person('twin', 'people', 'twin'),
		person('twin', 'twins', 'twin'),
		person('expired', 'people', 'expired', pwdPolicySubentry => "cn=ageing,ou=policies,$base", pwdChangedTime => '20200101000000Z'),
		person('grace', 'people', 'grace', pwdPolicySubentry => "cn=grace,ou=policies,$base", pwdChangedTime => '20200101000000Z'),
		person('warned', 'people', 'warned', pwdPolicySubentry => "cn=warning,ou=policies,$base",
			pwdChangedTime => '20260101000000Z'),
		person('reset', 'people', 'reset', pwdPolicySubentry => "cn=reset,ou=policies,$base", pwdReset => 'TRUE'),
		person('locked', 'people', 'locked', pwdPolicySubentry => "cn=locking,ou=policies,$base", pwdAccountLockedTime => '000001010000Z'),
		"uid=none,ou=people,$base" => [ objectClass => 'inetOrgPerson', uid => 'none', cn => 'none', sn => 'none' ],
		person('hidden', 'secret', 'hidden'),
		"cn=nameless,ou=people,$base" =>
		  [ objectClass => 'person', cn => 'nameless', sn => 'nameless', userPassword => 'pw of nameless' ],
		(map { person($hostile{$_}, 'hostile', $_) } sort keys %hostile),
		(map { person("u$_", 'people', "u$_") } 1 .. 300),
	]);

my %settings = (
	uri                  => $slapd->ldaps_uri,
	ca_certificate       => slurp_file("$Slapd::directory/authority.crt"),
	base_dn              => $base,
	search_user          => $Slapd::searcher,
	search_password      => 'searching',
	user_search_pattern  => '(&(objectClass=inetOrgPerson)(uid=@@USERNAME@@))',
	email_attribute      => 'mail',
	first_name_attribute => 'givenName',
	last_name_attribute  => 'sn');
my %direct = (
	%settings,
	search_user         => undef,
	search_password     => undef,
	user_search_pattern => undef,
	direct              => 'on',
	user_dn_format      => "uid=\@\@USERNAME\@\@,ou=people,$base");

sub answers
{
	my ($settings, $user, $password, $status, $name) = @_;
	my $answer = Slapd::ask('authenticate', $settings, $user, $password);

	utf8::encode($name);	# where it is written only bytes are taken
	is($answer->{status}, $status, $name)
	  or diag join ', ', map { "$_=$answer->{$_}" } sort keys %$answer;
	is($answer->{dn}, undef, '... and tells nobody who that would have been') if $status ne 'ok';
	is($answer->{descriptors}, 0, '... and leaves nothing open') if $answer->{descriptors};
	return $answer;
}

# ---- who ----------------------------------------------------------------------

my $ann = answers(\%settings, 'ann', 'pw of ann', 'ok', 'Ann has her password');
is($ann->{dn}, "uid=ann,ou=people,$base", 'she is found');
is($ann->{name}, 'ann', 'by her name');
is($ann->{email}, 'ann@example.org', 'her mail');
is($ann->{first_name}, 'Ann', 'her first name');
is($ann->{last_name}, 'Of Many', 'her last name');
is($ann->{role}, undef, 'no role where groups are not looked for');
is($ann->{reason}, 'none', 'nothing to note');

my $bob = answers(\%settings, 'bob', 'pw of bob', 'ok', 'Bob, who has no mail');
ok(!exists $bob->{email}, 'what is absent is absent, and not empty');
ok(!exists $bob->{first_name}, 'his first name, too');
is($bob->{last_name}, 'Of Many', 'his last name is there');
my $long = answers(\%settings, 'long', 'pw of long', 'ok', 'attributes of any length');
is(length $long->{email}, 212, 'a long one');
ok(!exists $long->{first_name}, 'one that is no name');
like(answers(\%settings, 'two', 'pw of two', 'ok', 'several values')->{email}, qr/^(one|two)\@example.org$/, 'are one');
is(answers({ %settings, map { $_ => undef } qw(email_attribute first_name_attribute last_name_attribute) },
		'ann', 'pw of ann', 'ok', 'details that are not configured')->{email}, undef, 'are not asked for');
answers(\%settings, "u$_", "pw of u$_", 'ok', "user $_ of hundreds") foreach (1, 77, 300);

# ---- passwords ----------------------------------------------------------------

is(answers(\%settings, 'ann', 'pw of bob', 'wrong_password', 'a wrong password')->{reason}, 'wrong', 'and why');
is(answers(\%settings, 'ann', 'pw of ann ', 'wrong_password', 'one more character')->{code}, 49, 'the server says so');
answers(\%settings, 'ann', '*', 'wrong_password', 'no wildcards there');
answers(\%settings, 'none', 'anything', 'wrong_password', 'an entry without a password has none that is right');
is(answers(\%settings, 'locked', 'pw of locked', 'wrong_password', 'a locked account')->{reason}, 'locked', 'is told to the audit');
answers(\%settings, 'expired', 'pw of expired', 'wrong_password', 'an expired password');
is(answers(\%settings, 'expired', 'pw of expired', 'wrong_password', '... again')->{reason}, 'password_expired', 'is told to the audit');
is(answers(\%settings, 'expired', 'wrong', 'wrong_password', 'a wrong one of an expired account')->{reason}, 'wrong', 'is wrong');
my $grace = answers(\%settings, 'grace', 'pw of grace', 'password_expired', 'the server lets an expired password in');
is($grace->{code}, 0, 'its bind succeeds');
is($grace->{reason}, 'password_expired', 'and says that it has expired');
my $reset = answers(\%settings, 'reset', 'pw of reset', 'password_expired', 'a password that must be changed first');
is($reset->{code}, 0, 'its bind succeeds');
is($reset->{reason}, 'must_change', 'and says so');
is(answers(\%settings, 'warned', 'pw of warned', 'ok', 'one that expires soon')->{reason}, 'expires', 'is still good');

# ---- whom the caller does not want asked about ------------------------------------

my %declined = (%settings, decline => "uid=ann,ou=people,$base");
foreach my $password ('pw of ann', 'wrong')
{
	is(answers(\%declined, $_, $password, 'declined', "who is declined: '$_', '$password'")->{asked}, 'yes', '... counts as asked') foreach ('ann', ' ANN', 'ａｎｎ');
}
answers(\%declined, 'bob', 'pw of bob', 'ok', 'nobody else is');
is(Slapd::ask('look_up', \%declined, 'ann')->{status}, 'ok', 'nor who has proved otherwise who she is');
is(answers({ %settings, uri => 'ldaps://127.0.0.1:' . Slapd::port() }, 'ann', 'pw of ann', 'unreachable', 'who is not there')->{asked}, undef, '... has not been asked');
is(answers(\%settings, 'nobody', 'x', 'unknown_user', 'nobody')->{asked}, 'yes', '... counts as asked');

# ---- nothing is sent -------------------------------------------------------------

my $trap = Proxy::start(0);
my %trapped = (%settings, uri => "ldaps://127.0.0.1:$trap->{port}");
foreach my $method (\%trapped, { %direct, uri => $trapped{uri} })
{
	my $way = $method->{direct} ? 'directly' : 'searching';

	answers($method, 'ann', '',            'bad_password', "$way: no password");
	answers($method, 'ann', "\0",          'bad_password', "$way: a NUL");
	answers($method, 'ann', "pw of ann\0", 'bad_password', "$way: a password with a NUL behind");
	answers($method, 'ann', "\0pw of ann", 'bad_password', "$way: and before");
	answers($method, 'ann', 'x' x 1025,    'bad_password', "$way: too long a password");
	answers($method, '',    'pw of ann',   'bad_name',     "$way: no name");
	answers($method, "ann\0",     'pw of ann', 'bad_name', "$way: a name with a NUL");
	answers($method, "an\0n",     'pw of ann', 'bad_name', "$way: in the middle");
	answers($method, "ann\n",     'pw of ann', 'bad_name', "$way: a line's end");
	answers($method, "\x7fann",   'pw of ann', 'bad_name', "$way: a control character");
	answers($method, 'a' x 257,   'pw of ann', 'bad_name', "$way: too long a name");
	answers($method, "ann\xff",   'pw of ann', 'bad_name', "$way: no UTF-8");
	answers($method, "\xc0\xaa",  'pw of ann', 'bad_name', "$way: an asterisk in two bytes");
	answers($method, "\xed\xa0\x80", 'pw of ann', 'bad_name', "$way: half a surrogate pair");
	answers($method, "ann\xc3",   'pw of ann', 'bad_name', "$way: half a character");
}
is(Slapd::ask('look_up', \%trapped, '')->{status}, 'bad_name', 'looking up nobody');
is(Proxy::connections($trap), 0, 'nobody was asked any of it');

# ---- names -----------------------------------------------------------------------

foreach my $name (sort keys %hostile)
{
	my $shown  = length $name > 30 ? '200 letters' : $name;
	my $answer = answers(\%settings, $name, "pw of $name", 'ok', "searching: $shown is somebody");
	my $bytes  = $name;

	utf8::encode($bytes);
	utf8::encode($shown);
	is($answer->{name}, $bytes, '... called so');
	answers(\%settings, $name, 'pw of ann', 'wrong_password', '... and has no other password');

	my %named = (%direct, user_dn_format => "uid=\@\@USERNAME\@\@,ou=hostile,$base");
	is(answers(\%named, $name, "pw of $name", 'ok', "directly: $shown is somebody")->{name}, $bytes, '... called so');
	answers(\%named, $name, 'pw of ann', 'wrong_password', '... and has no other password');
}
foreach my $name ('ann)(uid=*', 'an*', 'a*', '*)(objectClass=*', 'ann\\', 'ann)', '(ann', '&', '|', 'ann)(&', ')', '\61nn', 'ann,ou=people',
	'uid=ann', 'a' x 256, "ann,ou=people,$base", 'ann+cn=The ann', '@@USERNAME', '@@', 'Arger', 'ÄRGER2', '<ldap:///ou=people>')
{
	answers(\%settings, $name, 'pw of ann', 'unknown_user', "searching: nobody is called $name");
	answers(\%direct, $name, 'pw of ann', 'wrong_password', "directly: nobody is called $name");
}
answers(\%settings, 'nobody', 'pw of nobody', 'unknown_user', 'nobody');
answers(\%settings, 'twin', 'pw of twin', 'ambiguous_user', 'two of one name are none');
is(answers({ %settings, base_dn => "ou=twins,$base" }, 'twin', 'pw of twin', 'ok', 'where there is one')->{dn},
	"uid=twin,ou=twins,$base", 'it is that one');

# An entry has one name, whatever was typed.
foreach my $typed ('ANN', ' ann', 'ann ', ' Ann  ', 'ａｎｎ')
{
	is(answers(\%settings, $typed, 'pw of ann', 'ok', 'the directory finds Ann also by another spelling')->{name},
		'ann', '... and she is Ann');
	next if $typed =~ /^ | $/;
	is(answers(\%direct, $typed, 'pw of ann', 'ok', 'directly, too')->{name}, 'ann', '... and she is Ann');
}
my %either = (%settings, user_search_pattern => '(|(uid=@@USERNAME@@)(mail=@@USERNAME@@))');
is(answers(\%either, 'ann@example.org', 'pw of ann', 'ok', 'signing in by mail')->{name}, 'ann', 'she is Ann still');
foreach my $typed ('many', 'another', 'zzz', 'many@example.org')
{
	is(answers(\%either, $typed, 'pw of many', 'ok', "$typed is one with several names")->{name},
		'many', 'of which the one in the distinguished name counts');
}
is(answers({ %settings, user_search_pattern => '(mail=@@USERNAME@@)' }, 'ann@example.org', 'pw of ann', 'ok', 'by mail alone')->{name},
	'ann@example.org', 'it is her name');
is(answers({ %settings, user_search_pattern => '(mail=@@USERNAME@@@example.org)' }, 'ann', 'pw of ann', 'ok', 'by a part of it')->{name},
	'ann', 'the part is');

# ---- the search user ---------------------------------------------------------------

answers({ %settings, search_password => 'wrong' }, 'ann', 'pw of ann', 'search_user', 'a search user with a wrong password');
answers({ %settings, search_user => "cn=nobody,$base" }, 'ann', 'pw of ann', 'search_user', 'one that is nobody');
my %anonymous = (%settings, search_user => undef, search_password => undef);
answers(\%anonymous, 'ann', 'pw of ann', 'configuration', 'searching as nobody must be asked for');
answers({ %anonymous, anonymous_search => 'on' }, 'ann', 'pw of ann', 'search_refused', 'nobody may read nothing here');
answers({ %settings, base_dn => "ou=nowhere,$base" }, 'ann', 'pw of ann', 'search_refused', 'a base that is not there');
is(answers(\%settings, 'hidden', 'pw of hidden', 'ok', 'whom the search user alone may read')->{name}, 'hidden', 'is read by him');
my %secret = (%direct, user_dn_format => "uid=\@\@USERNAME\@\@,ou=secret,$base");
answers(\%secret, 'hidden', 'pw of hidden', 'search_refused', 'who may not read his own entry');
is(answers({ %secret, search_user => $Slapd::searcher, search_password => 'searching' }, 'hidden', 'pw of hidden', 'ok', 'is read by the search user')->{name},
	'hidden', 'if there is one');
answers({ %settings, user_search_pattern => '(cn=@@USERNAME@@)', base_dn => "cn=nameless,ou=people,$base" }, 'nameless', 'pw of nameless', 'ok', 'a name by another attribute');
my $look = Slapd::ask('look_up', \%settings, 'ann');
is($look->{status}, 'ok', 'Ann, who has proved otherwise who she is');
is($look->{email}, 'ann@example.org', '... is looked up');
is(Slapd::ask('look_up', \%settings, 'nobody')->{status}, 'unknown_user', 'nobody is not');
is(Slapd::ask('look_up', \%settings, '*')->{name}, '*', 'nor is an asterisk anybody but himself');
is(Slapd::ask('look_up', { %settings, direct => 'on', user_dn_format => $direct{user_dn_format} }, 'ann')->{name}, 'ann', 'by the name that is made of hers, too');
is(Slapd::ask('look_up', \%direct, 'ann')->{status}, 'configuration', 'which somebody must be allowed to read');
is(Slapd::ask('authenticate', { %settings, repeat => 5 }, 'ann', 'pw of ann')->{status}, 'ok', 'one handle answers again and again');

# Directly, with a condition.
my %conditional = (%direct, user_search_pattern => '(&(uid=@@USERNAME@@)(mail=*))');
answers(\%conditional, 'ann', 'pw of ann', 'ok', 'directly, who has a mail');
answers(\%conditional, 'bob', 'pw of bob', 'unknown_user', 'and who has none');

# ---- nobody may search ---------------------------------------------------------------

my $closed = Slapd::start(
	name    => 'closed',
	module  => "disallow bind_anon\nrequire authc",
	entries => [
		$base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ],
		unit('people'), unit('services'),
		$Slapd::searcher => [ objectClass => 'person', cn => 'searcher', sn => 's', userPassword => 'searching' ],
		person('ann', 'people', 'ann') ]);
my $open = Slapd::start(
	name    => 'open',
	entries => [
		$base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ],
		unit('people'), person('ann', 'people', 'ann') ]);
my %nobody = (%anonymous, anonymous_search => 'on');
answers({ %nobody, uri => $open->ldaps_uri }, 'ann', 'pw of ann', 'ok', 'a server that lets nobody search');
answers({ %nobody, uri => $open->ldaps_uri }, 'ann', 'wrong', 'wrong_password', '... and looks at passwords');
answers({ %anonymous, uri => $open->ldaps_uri }, 'ann', 'pw of ann', 'configuration', '... is not asked by nobody unless that is wanted');
answers({ %nobody, uri => $closed->ldaps_uri }, 'ann', 'pw of ann', 'search_refused', 'a server that does not');
answers({ %settings, uri => $closed->ldaps_uri }, 'ann', 'pw of ann', 'ok', '... knows the search user');

# ---- settings -------------------------------------------------------------------------

is(Slapd::ask('check', \%settings)->{status}, 'ok', 'the settings are good');
is(Slapd::ask('check', { %settings, uri => $slapd->ldap_uri })->{setting}, 'start_tls', 'in clear they are not');
answers({ %settings, uri => $slapd->ldap_uri }, 'ann', 'pw of ann', 'configuration', '... nor asked with');

done_testing();
