# The groups that somebody is in, asked in all ways, and the role that they give.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use Slapd;
use Test::More;

my $missing = Slapd::missing();
plan skip_all => $missing if defined $missing;

my $base   = $Slapd::base;
my $people = "ou=people,$base";
my $groups = "ou=groups,$base";

# S-1-5-21-1-2-3 is the domain, RIDs are its users and groups.
sub sid { return pack 'C2 n N V5', 1, 5, 0, 5, 21, 1, 2, 3, shift; }

my $rid = 1000;

sub person
{
	my ($name, @more) = @_;

	return ("uid=$name,$people" => [
		objectClass => [ 'inetOrgPerson', 'securityPrincipal' ], uid => $name, cn => $name, sn => $name,
		userPassword => 'pw', objectSid => sid(++$rid), @more ]);
}

sub group
{
	my ($name, $members, @more) = @_;

	return ("cn=$name,$groups" => [ objectClass => [ 'groupOfNames', 'securityPrincipal' ], cn => $name, member => $members, @more ]);
}

sub users  { return [ map { "uid=$_,$people" } @_ ]; }
sub within { return [ map { "cn=$_,$groups" } @_ ]; }

Slapd::certificates();
Slapd::build();
my $slapd = Slapd::start(
	lines => qq(
overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
limits dn.exact="$Slapd::searcher" size.soft=600 size.hard=600 size.pr=600 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="$Slapd::searcher" read by anonymous auth by self read by * none
),
	entries => [
		$base => [ objectClass => [ 'dcObject', 'organization' ], dc => 'example', o => 'Example' ],
		(map { ("ou=$_,$base" => [ objectClass => 'organizationalUnit', ou => $_ ]) } qw(people groups services other)),
		$Slapd::searcher => [ objectClass => 'person', cn => 'searcher', sn => 's', userPassword => 'searching' ],
		(map { person($_) } qw(ann bob carol dan eve frank grace heidi loner unmapped)),
		person('primary', primaryGroupID => 513),
		person('both', primaryGroupID => 513),
		person('local', primaryGroupID => 999),
		person('odd', primaryGroupID => -5),
		(map { person("u$_") } 1 .. 300),
		"uid=comma\\, (paren) \\\\ *,$people" => [
			objectClass => 'inetOrgPerson', uid => 'hostile', uid => 'comma, (paren) \\ *', cn => 'hostile', sn => 'h', userPassword => 'pw' ],
	]);
$slapd->add(
	group('viewers', users('ann', 'bob', 'carol', map { "u$_" } 1 .. 300)),
	group('admins', users('ann', 'dan')),
	group('Editors', users('bob')),
	group('comma\, group', [ @{ users('eve') }, "uid=comma\\, (paren) \\\\ *,$people" ]),
	group('star*', users('frank')),
	group('staff', users('loner')),
	group('bystanders', users('unmapped')),
	"cn=viewers,ou=other,$base" => [ objectClass => 'groupOfNames', cn => 'viewers', member => users('eve') ],

	# staff is in a group of a group, in a circle, and at the foot of a long ladder.
	group('inner',  within('staff')),
	group('middle', within('inner')),
	group('top',    within('middle')),
	group('round',  [ @{ within('square') }, @{ users('heidi') } ]),
	group('square', within('round')),
	group('step 1', users('grace')),
	(map { group('step ' . ($_ + 1), within("step $_")) } 1 .. 40),

	group('domain users', users('frank'), objectSid => sid(513)),
	group('domain all', within('domain users')),
	(map { group("many $_", users('carol')) } 1 .. 1200),
	"cn=posix,$groups" => [ objectClass => 'posixGroup', cn => 'posix', gidNumber => 1, memberUid => [ 'ann', 'comma, (paren) \\ *' ] ],
	"cn=posix others,$groups" => [ objectClass => 'posixGroup', cn => 'posix others', gidNumber => 2, memberUid => 'bob' ]);

my @mapping = ("viewer|viewers", "admin|cn=admins,$groups", "editor|CN=editors, OU=Groups, DC=Example, DC=org");
my %settings = (
	uri                 => $slapd->ldaps_uri,
	ca_certificate      => slurp_file("$Slapd::directory/authority.crt"),
	base_dn             => $base,
	search_user         => $Slapd::searcher,
	search_password     => 'searching',
	user_search_pattern => '(uid=@@USERNAME@@)',
	mapping             => \@mapping,
	order               => [ 'admin', 'editor', 'viewer' ]);
my %of_user   = (%settings, group_search => 'groups_of_user');
my %of_groups = (
	%settings,
	group_search              => 'user_of_groups',
	group_search_pattern      => '(&(objectClass=groupOfNames)(|@@GROUPS_REPLACEMENTS@@))',
	group_search_each_pattern => '(cn=@@GROUPNAME@@)');
my %ways = ('groups from user' => \%of_user, 'user from groups' => \%of_groups);

# The role, or the status if that is another than ok.
sub role
{
	my ($settings, $user) = @_;
	my $answer = Slapd::ask('authenticate', $settings, $user, 'pw');

	diag "$answer->{status}: $answer->{diagnostic}" if $answer->{status} =~ /malformed|memory|configuration/;
	return $answer->{status} eq 'ok' ? $answer->{role} // 'none' : $answer->{status};
}

sub found
{
	my ($settings, $user) = @_;
	my $answer = Slapd::ask('look_up', $settings, $user);

	return $answer->{status} eq 'ok' ? join(' ', sort map { /^cn=(.*?),ou=/i } @{ $answer->{group} }) : $answer->{status};
}

# ---- in both ways -----------------------------------------------------------------

foreach my $way (sort keys %ways)
{
	my %way = %{ $ways{$way} };
	my %weakest = (%way, order => [ 'viewer', 'editor', 'admin' ]);

	is(role(\%way, 'ann'), 'admin', "$way: of her two roles Ann has the first of the order");
	is(role(\%weakest, 'ann'), 'viewer', "$way: also where the weakest is first");
	is(role(\%way, 'bob'), 'editor', "$way: a distinguished name in another spelling");
	is(role(\%weakest, 'bob'), 'viewer', "$way: and the other way round");
	is(role(\%way, 'carol'), 'viewer', "$way: Carol is in more groups than are given at once");
	is(role(\%way, 'dan'), 'admin', "$way: Dan is in one");
	is(role(\%way, 'unmapped'), 'none', "$way: a group that is not mapped gives none");
	is(role(\%way, "u$_"), 'viewer', "$way: user $_ of hundreds") foreach (1, 150, 300);
	is(role({ %way, order => ['editor'] }, 'ann'), 'none', "$way: no role that the order does not name");
	is(role({ %way, order => undef }, 'ann'), 'viewer', "$way: without an order that of the mappings counts");
	is(role({ %way, mapping => undef }, 'ann'), 'none', "$way: without mappings there is none");
	is(Slapd::ask('authenticate', \%way, 'ann', 'wrong')->{status}, 'wrong_password', "$way: a wrong password gives none");
	is_deeply(Slapd::ask('authenticate', \%way, 'ann', 'wrong')->{group}, [], "$way: nor tells the groups");
	is(role(\%way, 'ANN '), 'admin', "$way: she may be typed in capitals");

	# By common name it is any group of that name, by distinguished name that one.
	is(role(\%way, 'eve'), 'viewer', "$way: a group of that name, elsewhere");
	is(role({ %way, mapping => "viewer|cn=viewers,$groups" }, 'eve'), 'none', "$way: not where it is named in full");
	is(role({ %way, mapping => "viewer|cn=viewers,ou=other,$base" }, 'eve'), 'viewer', "$way: but for her own");

	# Names of groups that mean something.
	my %one = (%way, order => undef);
	is(role({ %one, mapping => 'odd|comma, group' }, 'eve'), 'odd', "$way: a comma in a group's name");
	is(role({ %one, mapping => "odd|cn=comma\\2C group,$groups" }, 'eve'), 'odd', "$way: written in another way");
	is(role({ %one, mapping => 'odd|star*' }, 'frank'), 'odd', "$way: a star is a star");
	is(role({ %one, mapping => 'odd|*' }, 'ann'), 'none', "$way: and matches nothing else");
	is(role({ %one, mapping => 'odd|viewers)(cn' }, 'ann'), 'none', "$way: parentheses are parentheses");
	is(role({ %one, mapping => "odd|cn=viewers)(cn\\=*,$groups" }, 'ann'), 'none', "$way: in a distinguished name, too");
	is(role({ %one, mapping => 'odd|@@GROUPNAME@@' }, 'ann'), 'none', "$way: a token is no token");
	is(role({ %one, mapping => 'odd|@@GROUPS_REPLACEMENTS@@' }, 'ann'), 'none', "$way: nor is another");
	is(role({ %one, mapping => 'odd|comma, group' }, 'comma, (paren) \\ *'), 'odd', "$way: a member with such a name");
	is(role({ %one, mapping => 'odd|VIEWERS' }, 'ann'), 'odd', "$way: capitals do not matter");
	is(role({ %one, mapping => 'odd|viewer' }, 'ann'), 'none', "$way: parts do");
	is(role({ %one, mapping => [ map { "role $_|group $_" } 1 .. 900 ] }, 'ann'), 'none', "$way: hundreds of mappings");

	# Nested groups, where they are wanted.
	is(role({ %one, mapping => 'deep|inner' }, 'loner'), 'none', "$way: nested groups are not followed");
	my %nested = (%way, nested_groups => 'on', order => undef);
	is(role({ %nested, mapping => 'deep|inner' }, 'loner'), 'deep', "$way: unless that is wanted");
	is(role({ %nested, mapping => "deep|cn=top,$groups" }, 'loner'), 'deep', "$way: to any depth");
	is(role({ %nested, mapping => 'deep|staff' }, 'loner'), 'deep', "$way: the nearest is one of them");
	is(role({ %nested, mapping => 'deep|square' }, 'heidi'), 'deep', "$way: circles end");
	is(role({ %nested, mapping => 'deep|top' }, 'heidi'), 'none', "$way: with nothing more");
	is(role({ %nested, mapping => 'deep|step 41' }, 'grace'), 'too_much', "$way: ladders without end are an error");
	is(role({ %nested, mapping => 'deep|step 2' }, 'grace'), 'too_much', "$way: whatever is asked of them");
	is(role({ %nested, mapping => 'deep|many 1200' }, 'carol'), 'deep', "$way: more groups than are given at once");
	is(role(\%nested, 'dan'), 'admin', "$way: who is in none that is in another");

	# The primary group of Active Directory.
	my %primary = (%way, primary_group_attribute => 'primaryGroupID', match_primary_group => 'on', order => undef);
	is(role({ %way, mapping => 'home|domain users', order => undef }, 'primary'), 'none', "$way: the primary group is not consulted");
	is(role({ %primary, mapping => 'home|domain users' }, 'primary'), 'home', "$way: unless that is wanted: found by its SID");
	is(role({ %primary, mapping => 'home||513' }, 'primary'), 'home', "$way: named by its relative id");
	is(role({ %primary, mapping => 'home||S-1-5-21-1-2-3-513' }, 'primary'), 'home', "$way: by its SID");
	is(role({ %primary, mapping => 'home||s-1-5-21-1-2-3-513' }, 'primary'), 'home', "$way: in small letters");
	is(role({ %primary, mapping => 'home||S-1-5-21-1-2-4-513' }, 'primary'), 'none', "$way: not that of another domain");
	is(role({ %primary, mapping => 'home||51' }, 'primary'), 'none', "$way: nor another");
	is(role({ %primary, mapping => 'home|domain users' }, 'ann'), 'none', "$way: who has none");
	is(role({ %primary, mapping => 'home|domain users' }, 'local'), 'none', "$way: whose primary group is nowhere");
	is(role({ %primary, mapping => 'home|domain users' }, 'odd'), 'malformed', "$way: and one that is no number");
	is(role({ %primary, mapping => 'home|domain all' }, 'primary'), 'none', "$way: what it is in is not followed");
	is(role({ %primary, mapping => 'home|domain all', nested_groups => 'on' }, 'primary'), 'home', "$way: unless that is wanted");
}

# It is the last to be consulted, also where it would give the first role of the order.
$slapd->add(group('both', users('both')));
foreach my $way (sort keys %ways)
{
	my %primary = (
		%{ $ways{$way} },
		primary_group_attribute => 'primaryGroupID',
		match_primary_group     => 'on',
		mapping                 => [ 'home|domain users|513', 'other|both' ],
		order                   => [ 'home', 'other' ]);

	is(role(\%primary, 'both'), 'other', "$way: a primary group is no match as long as another is");
	is(role(\%primary, 'primary'), 'home', "$way: and one where none is");
}

# ---- what is told ------------------------------------------------------------------

is(found(\%of_user, 'ann'), 'admins viewers', 'all groups of a user');
is(found(\%of_groups, 'ann'), 'admins viewers', 'those that are mapped');
is(found(\%of_user, 'unmapped'), 'bystanders', 'also where none is mapped');
is(found(\%of_groups, 'unmapped'), '', 'and not');
is(found({ %of_user, nested_groups => 'on' }, 'loner'), 'inner middle staff top', 'nested ones, each once');
is(found({ %of_groups, nested_groups => 'on', mapping => [ 'a|top', 'b|staff', 'c|viewers' ] }, 'loner'), 'staff top', 'nested ones that are mapped');
is(found({ %of_user, nested_groups => 'on' }, 'heidi'), 'round square', 'a circle once');
is(scalar @{ Slapd::ask('look_up', \%of_user, 'carol')->{group} }, 1201, 'a thousand groups');
is(scalar @{ Slapd::ask('look_up', { %of_groups, group_search_query => '(objectClass=groupOfNames)' }, 'carol')->{group} },
	1201, 'by portions, where the server gives no more than six hundred at once');
is(scalar @{ Slapd::ask('look_up', { %of_groups, group_search_query => '(objectClass=groupOfNames)', nested_groups => 'on' }, 'carol')->{group} },
	1201, 'nested, too');

# ---- patterns ------------------------------------------------------------------------

is(role({ %of_groups, group_search_query => '(&(objectClass=groupOfNames)(cn=admins))' }, 'ann'), 'admin', 'a query instead of the patterns');
is(role({ %of_groups, group_search_query => '(&(objectClass=groupOfNames)(cn=viewers))' }, 'ann'), 'viewer', 'decides which groups there are');
is(role({ %of_groups, group_search_query => "(ou:dn:=other)" }, 'eve'), 'viewer', 'by whatever it compares');
is(role({ %of_groups, group_search_query => "(ou:dn:=other)", nested_groups => 'on' }, 'ann'), 'none', 'for nested groups as well');
is(role({ %of_groups, group_search_pattern => '(&(objectClass=groupOfNames)@@GROUPS_REPLACEMENTS@@)' }, 'ann'), 'admin', 'a pattern that forgets the or');
is(role({ %of_groups, group_search_pattern => '@@GROUPS_REPLACEMENTS@@' }, 'ann'), 'admin', 'one that has nothing else');
is(role({ %of_user, member_of_attribute => 'MEMBEROF' }, 'ann'), 'admin', 'an attribute in another spelling');
is(role({ %of_user, member_of_attribute => 'seeAlso' }, 'ann'), 'none', 'and another one');
my %posix = (
	%of_groups,
	group_search_pattern       => '(&(objectClass=posixGroup)(|@@GROUPS_REPLACEMENTS@@))',
	group_membership_attribute => 'memberUid',
	mapping                    => [ 'posix|posix', 'others|posix others' ],
	order                      => undef);
is(role(\%posix, 'ann'), 'posix', 'members by name');
is(role(\%posix, 'ANN'), 'posix', 'as the directory spells it');
is(role(\%posix, 'bob'), 'others', 'another one');
is(role(\%posix, 'dan'), 'none', 'and none');
is(role(\%posix, 'comma, (paren) \\ *'), 'posix', 'whatever they are called');
is(role({ %posix, nested_groups => 'on' }, 'ann'), 'configuration', 'such groups do not nest');

# Directly: read by the user, or by the search user if there is one.
my %direct = (%of_user, direct => 'on', user_dn_format => "uid=\@\@USERNAME\@\@,$people");
is(role(\%direct, 'ann'), 'admin', 'directly, with a search user');
is(role({ %direct, search_user => undef, search_password => undef }, 'ann'), 'admin', 'and without');
is(role({ %of_groups, direct => 'on', user_dn_format => $direct{user_dn_format} }, 'ann'), 'admin', 'groups by the search user');
is(role({ %of_groups, direct => 'on', user_dn_format => $direct{user_dn_format}, search_user => undef, search_password => undef }, 'ann'),
	'search_refused', 'by a user who may not look for them');

done_testing();
