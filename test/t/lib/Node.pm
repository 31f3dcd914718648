# Programs of test/node, with the packages that they need installed from the npm
# registry into a temporary directory, at the versions of package-lock.json.

package Node;

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy qw(copy);
use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = dirname(__FILE__) . '/../../node';
my $installed;

# Where the programs are. What cannot be installed fails the test: it is not skipped.
sub directory
{
	return $installed if defined $installed;

	my $directory = PostgreSQL::Test::Utils::tempdir();
	my $output    = '';

	foreach my $file (glob "$source/*.js*")
	{
		copy($file, $directory) or die "could not copy $file: $!";
	}
	my $done = eval {
		IPC::Run::run([qw(npm ci --ignore-scripts --no-audit --no-fund)],
			'<', \undef, '>&', \$output, init => sub { chdir $directory or die "$directory: $!"; });
	};
	$output .= $@ if $@;
	die "npm could not install what the tests need:\n$output" unless $done;
	return $installed = $directory;
}

# Sends requests to a program and returns its answers.
sub ask
{
	my ($program, @requests) = @_;
	my $json = JSON::PP->new->canonical;
	my $in   = join '', map { $json->encode($_) . "\n" } @requests;
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'node', directory() . "/$program" ], '<', \$in, '>', \$out, '2>', \$err)
	  or die "$program failed: $err";
	my @answers = map { $json->decode($_) } split /\n/, $out;
	die "$program gave " . @answers . ' answers to ' . @requests . " requests: $err" if @answers != @requests;
	return @answers;
}

1;
