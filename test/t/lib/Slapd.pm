# A directory to test with: certificates, OpenLDAP's server with TLS and a
# temporary directory, and the program that asks it.

package Slapd;

use strict;
use warnings;

use IO::Socket::INET;
use MIME::Base64;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our $directory = PostgreSQL::Test::Utils::tempdir();
our $base      = 'dc=example,dc=org';
our $admin     = "cn=admin,$base";
our $searcher  = "cn=searcher,ou=services,$base";
my $ask = 'build/ask';
my %children;
my $asked = 0;

# Ends with the test, whatever becomes of it.
sub in_background
{
	my ($code) = @_;
	my $parent = $$;
	my $pid    = fork;

	die "fork: $!" unless defined $pid;
	if ($pid == 0)
	{
		%children = ();
		local $@;
		eval { $code->(); 1 } or print STDERR $@;
		POSIX::_exit(0);
	}
	$children{$pid} = 1;
	return $pid;
}

sub stop
{
	my ($pid) = @_;

	return unless delete $children{$pid};
	kill 'KILL', $pid;
	waitpid $pid, 0;
	return;
}

END
{
	my $status = $?;

	stop($_) foreach keys %children;
	$? = $status;
}

sub port { return PostgreSQL::Test::Cluster::get_free_port(); }

sub is_listening { return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => shift); }

# ---- certificates -----------------------------------------------------------

sub openssl
{
	my (@arguments) = @_;
	my ($stdout, $stderr) = run_command([ 'openssl', @arguments ]);

	die "openssl @arguments: $stderr" if $? != 0;
	return $stdout;
}

# Of a kind that is quickly made.
my @new_key = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes');

# An authority's certificate and key.
sub authority
{
	my ($name) = @_;

	openssl('req', '-x509', @new_key, '-days', 30, '-subj', "/CN=$name",
		'-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign',
		'-keyout', "$directory/$name.key", '-out', "$directory/$name.crt");
	return;
}

# A server's certificate by that authority: its name, the extensions, its lifetime.
sub certificate
{
	my ($name, $authority, $subject, $extensions, @lifetime) = @_;

	@lifetime = ('-days', 30) unless @lifetime;
	append_to_file("$directory/$name.ext", $extensions);
	openssl('req', @new_key, '-subj', $subject, '-keyout', "$directory/$name.key",
		'-out', "$directory/$name.csr");
	openssl('x509', '-req', '-in', "$directory/$name.csr", '-CA', "$directory/$authority.crt", '-CAkey',
		"$directory/$authority.key", '-CAcreateserial', '-out', "$directory/$name.crt", '-extfile', "$directory/$name.ext",
		@lifetime);
	return;
}

# From OpenSSL 3.4 on no number of days is below zero, but there are dates.
sub lifetime_over
{
	my ($major, $minor) = openssl('version') =~ /^OpenSSL (\d+)\.(\d+)/;

	return ('-days', -1) if $major < 3 || ($major == 3 && $minor < 4);
	return ('-not_before', '20200101000000Z', '-not_after', '20200102000000Z');
}

sub certificates
{
	authority($_) foreach ('authority', 'stranger');
	certificate('server', 'authority', '/CN=server', "subjectAltName=IP:127.0.0.1\n");
	certificate('elsewhere', 'authority', '/CN=127.0.0.1', "subjectAltName=IP:127.0.0.2,DNS:elsewhere.example\n");
	certificate('named', 'authority', '/CN=127.0.0.1', "basicConstraints=CA:FALSE\n");
	certificate('expired', 'authority', '/CN=server', "subjectAltName=IP:127.0.0.1\n", lifetime_over());
	certificate('strange', 'stranger', '/CN=server', "subjectAltName=IP:127.0.0.1\n");
	return;
}

# ---- the server --------------------------------------------------------------

# A copy, since some systems confine the program at its own place to its own files.
sub program
{
	my ($where) = grep { -x } qw(/usr/sbin/slapd /usr/local/libexec/slapd /usr/libexec/slapd);

	return undef unless defined $where;
	system("cp $where $directory/slapd") == 0 or die "cp: $!" unless -e "$directory/slapd";
	return "$directory/slapd";
}

# Whether the tests can be run; else why not.
sub missing
{
	return 'no slapd' unless defined program();
	return 'no ldapadd' if system('command -v ldapadd >/dev/null') != 0;
	return 'a build without libldap' if ($ENV{WITH_LDAP} // '') eq 'no';
	return undef;
}

# Builds the program that asks.
sub build
{
	delete local @ENV{ 'MAKEFLAGS', 'MAKELEVEL', 'MFLAGS' };
	my ($stdout, $stderr) = run_command([ 'make', '-s', '--no-print-directory', $ask ]);

	die "$ask cannot be built: $stderr" unless -x $ask;
	return;
}

# Entries as LDIF, from pairs of a name and a reference to a list of attributes.
sub ldif
{
	my $text = '';

	while (my ($dn, $attributes) = splice @_, 0, 2)
	{
		my @pairs = @$attributes;

		$text .= value('dn', $dn);
		while (my ($name, $value) = splice @pairs, 0, 2)
		{
			$text .= value($name, $_) foreach ref $value ? @$value : $value;
		}
		$text .= "\n";
	}
	return $text;
}

sub value
{
	my ($name, $value) = @_;

	utf8::encode($value) if utf8::is_utf8($value);
	return "${name}:: " . MIME::Base64::encode_base64($value, '') . "\n";
}

# Starts a server: ldif: its entries; certificate: a name, or '' for none;
# lines: more for its configuration; module: likewise, before the database.
sub start
{
	my (%options) = @_;
	my $name        = $options{name} // 'main';
	my $certificate = $options{certificate} // 'server';
	my $home        = "$directory/$name";
	my $self        = { home => $home, ldap => port(), ldaps => port() };

	mkdir $home or die "$home: $!";
	mkdir "$home/data";
	my $tls = $certificate eq '' ? '' : <<"TLS";
TLSCACertificateFile $directory/authority.crt
TLSCertificateFile $directory/$certificate.crt
TLSCertificateKeyFile $directory/$certificate.key
TLS
	append_to_file("$home/slapd.conf", <<"CONF");
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.146 NAME 'objectSid' EQUALITY octetStringMatch
	SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.98 NAME 'primaryGroupID' EQUALITY integerMatch
	SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.6 NAME 'securityPrincipal' AUXILIARY MAY ( objectSid \$ primaryGroupID ) )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile $home/slapd.pid
argsfile $home/slapd.args
$tls
@{[ $options{module} // '' ]}
database mdb
suffix "$base"
rootdn "$admin"
rootpw admin-password
directory $home/data
maxsize 67108864
index objectClass,uid,cn,member,memberUid eq
@{[ $options{lines} // '' ]}
CONF
	append_to_file("$home/data.ldif", ldif(@{ $options{entries} }));
	my ($stdout, $stderr) =
	  run_command([ program(), '-T', 'add', '-q', '-f', "$home/slapd.conf", '-l', "$home/data.ldif" ]);
	die "slapadd: $stderr" if $? != 0;
	bless $self, __PACKAGE__;
	$self->run;
	return $self;
}

sub run
{
	my ($self) = @_;
	my $urls = "ldap://127.0.0.1:$self->{ldap}/ ldaps://127.0.0.1:$self->{ldaps}/";

	$self->{pid} = in_background(sub {
		open STDOUT, '>>', "$self->{home}/log";
		open STDERR, '>&', \*STDOUT;
		exec program(), '-d', '0', '-f', "$self->{home}/slapd.conf", '-h', $urls;
	});
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if is_listening($self->{ldap}) && is_listening($self->{ldaps});
		select undef, undef, undef, 0.1;
	}
	die 'slapd does not start: ' . slurp_file("$self->{home}/log");
}

# Entries that the overlays are to see.
sub add
{
	my ($self, @entries) = @_;
	my $file = "$self->{home}/" . ++$asked . '.ldif';

	append_to_file($file, ldif(@entries));
	my ($stdout, $stderr) = run_command(
		[ 'ldapadd', '-x', '-H', "ldap://127.0.0.1:$self->{ldap}", '-D', $admin, '-w', 'admin-password', '-f', $file ]);
	die "ldapadd: $stderr" if $? != 0;
	return;
}

sub ldap_uri  { return "ldap://127.0.0.1:$_[0]->{ldap}"; }
sub ldaps_uri { return "ldaps://127.0.0.1:$_[0]->{ldaps}"; }

# ---- asking -------------------------------------------------------------------

sub encode
{
	my ($text) = @_;

	utf8::encode($text) if utf8::is_utf8($text);
	$text =~ s/([^A-Za-z0-9_.-])/sprintf '%%%02x', ord $1/ge;
	return $text;
}

# A file of settings.
sub settings
{
	my (%settings) = @_;
	my $file = "$directory/settings-" . ++$asked;
	my $text = '';

	foreach my $name (sort keys %settings)
	{
		my $value = $settings{$name};

		next unless defined $value;
		$text .= "$name=" . encode($_) . "\n" foreach ref $value ? @$value : $value;
	}
	append_to_file($file, $text);
	return $file;
}

# The answer as a hash; groups as a list, an attribute that is absent is not there.
sub ask
{
	my ($verb, $settings, @arguments) = @_;
	my @command = ($ask, $verb, settings(%$settings), map { encode($_) } @arguments);
	my %answer = (group => []);

	unshift @command, split / /, $ENV{AUTHZ_TEST_WRAPPER} if $ENV{AUTHZ_TEST_WRAPPER};
	my ($stdout, $stderr) = run_command(\@command);

	# A sanitizer's last word.
	die "$ask $verb failed: $stderr" if $? != 0 || $stderr ne '';
	foreach (split /\n/, $stdout)
	{
		my ($name, $value) = /^(\w+)=(.*)$/ or next;

		if ($name eq 'group')
		{
			push @{ $answer{group} }, $value;
		}
		else
		{
			$answer{$name} = $value;
		}
	}
	return \%answer;
}

1;
