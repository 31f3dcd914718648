# What can go wrong between a client and a server, byte by byte.

package Proxy;

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Slapd;

# Returns a port of which every connection is led to the other port. The rules:
# delay: seconds before each portion that comes from the server
# cut: the server's bytes after which the connection ends
# hold: the server's bytes after which nothing comes any more
# silent: nothing is ever said; nothing is asked of any server
# Where there is no server at that port, as at none (0), the connection ends.
# Files tell the number of connections, the bytes that came from clients, and
# those that came for the first of them.
sub start
{
	my ($port, %rules) = @_;
	my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', Proto => 'tcp', ReuseAddr => 1)
	  or die "listen: $!";
	my $mine = $listener->sockport;
	my $pid  = Slapd::in_background(sub { serve($listener, $port, "$Slapd::directory/proxy-$mine", %rules) });

	close $listener;
	return { port => $mine, pid => $pid };
}

sub connections { return -s "$Slapd::directory/proxy-$_[0]->{port}.connections" // 0; }
sub bytes       { return -s "$Slapd::directory/proxy-$_[0]->{port}.bytes" // 0; }
sub served      { return -s "$Slapd::directory/proxy-$_[0]->{port}.served" // 0; }

# Without buffers: who asks must not be ahead of what is told.
sub note
{
	my ($file, $text) = @_;

	open my $handle, '>>', $file or die "$file: $!";
	syswrite $handle, $text;
	close $handle;
	return;
}

sub serve
{
	my ($listener, $port, $file, %rules) = @_;
	my $select = IO::Select->new($listener);
	my (%other, %from_server, %passed);
	my $first;

	while (1)
	{
		foreach my $socket ($select->can_read)
		{
			if ($socket == $listener)
			{
				my $client = $listener->accept;

				note("$file.connections", 'x');
				$select->add($client);
				next if $rules{silent};
				my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
				if (!defined $server)
				{
					$select->remove($client);
					close $client;
					next;
				}
				$other{$client}       = $server;
				$other{$server}       = $client;
				$from_server{$server} = 1;
				$passed{$server}      = 0;
				$first //= $server;
				$select->add($server);
				next;
			}
			next unless defined fileno $socket;
			my $length = sysread $socket, my $bytes, 16384;
			my $other  = $other{$socket};

			if (!$length)
			{
				foreach my $end (grep { defined } $socket, $other)
				{
					$select->remove($end);
					close $end;
				}
				next;
			}
			note("$file.bytes", $bytes) unless $from_server{$socket};
			note("$file.served", $bytes) if defined $first && $socket == $first;
			next unless defined $other;
			if ($from_server{$socket})
			{
				my $limit = $rules{cut} // $rules{hold};

				select undef, undef, undef, $rules{delay} if $rules{delay};
				if (defined $limit && $passed{$socket} + $length > $limit)
				{
					syswrite $other, substr $bytes, 0, $limit - $passed{$socket};
					$passed{$socket} = $limit;
					next if defined $rules{hold};
					$select->remove($_), close $_ foreach ($socket, $other);
					next;
				}
				$passed{$socket} += $length;
			}
			syswrite $other, $bytes;
		}
	}
}

1;
