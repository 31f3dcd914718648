# The other side: Kaltura's sessions made and read by kaltura.py.

package Kaltura;

use strict;
use warnings;

use FindBin;
use IPC::Run;
use JSON::PP;
use Test::More;

my $program = "$FindBin::RealBin/lib/kaltura.py";
my $python  = $ENV{PYTHON} // '/usr/bin/python3';
my $json    = JSON::PP->new->utf8->canonical;

# Skips all tests where there is no Python, or one that cannot encrypt.
sub require_python
{
	plan skip_all => "$python or its package cryptography is not installed"
	  if system("$python -c 'import cryptography' >/dev/null 2>&1") != 0;
	return;
}

# The answers to orders.
sub ask
{
	my (@orders) = @_;
	my $in = join '', map { $json->encode($_) . "\n" } @orders;
	my $out;

	IPC::Run::run([ $python, $program ], '<', \$in, '>', \$out) or die "$program failed";
	return map { $json->decode($_) } split /\n/, $out;
}

# One KS V2 of account 1; what is not given is a session of nobody for an hour.
sub ks
{
	my (%params) = @_;
	my ($answer) = ask(
		{
			do         => 'v2',
			partner    => 1,
			user       => '',
			type       => 0,
			expiry     => time + 3600,
			privileges => '',
			%params
		});

	return $answer->{ks};
}

1;
