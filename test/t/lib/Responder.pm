# A directory server of a few lines, for what no real one can be made to answer:
# it reads requests (RFC 4511) and says whatever a test wants it to say.

package Responder;

use strict;
use warnings;

use IO::Socket::INET;
use Slapd;

# ---- BER ------------------------------------------------------------------------

sub tlv
{
	my ($tag, @contents) = @_;
	my $content = join '', @contents;
	my $length  = length $content;

	return chr($tag) . ($length < 128 ? chr $length : "\x84" . pack 'N', $length) . $content;
}

sub octets   { return tlv(0x04, shift); }
sub number   { return tlv(0x02, pack 'N', shift); }
sub choice   { return tlv(0x0a, chr shift); }
sub sequence { return tlv(0x30, @_); }

# Takes one element off the text: its tag and content.
sub take
{
	my ($text) = @_;
	my ($tag, $length) = unpack 'CC', substr $$text, 0, 2, '';

	if ($length & 0x80)
	{
		my $octets = substr $$text, 0, $length & 0x7f, '';

		$length = 0;
		$length = $length << 8 | $_ foreach unpack 'C*', $octets;
	}
	return ($tag, substr $$text, 0, $length, '');
}

sub value { my ($text) = @_; my (undef, $content) = take($text); return $content; }

sub integer
{
	my $number = 0;

	$number = $number << 8 | $_ foreach unpack 'C*', shift;
	return $number;
}

# A filter as it is written.
sub filter
{
	my ($text) = @_;
	my ($tag, $content) = take($text);

	if ($tag == 0xa0 || $tag == 0xa1)
	{
		my $list = '';

		$list .= filter(\$content) while length $content;
		return '(' . ($tag == 0xa0 ? '&' : '|') . $list . ')';
	}
	return '(!' . filter(\$content) . ')' if $tag == 0xa2;
	return "($content=*)" if $tag == 0x87;
	return '(' . value(\$content) . '=' . value(\$content) . ')' if $tag == 0xa3;
	if ($tag == 0xa9)
	{
		my %part;

		while (length $content)
		{
			my ($what, $is) = take(\$content);
			$part{$what} = $is;
		}
		return "($part{0x82}:$part{0x81}:=$part{0x83})";
	}
	return "(? $tag)";
}

# ---- messages -------------------------------------------------------------------

our %control = (paged => '1.2.840.113556.1.4.319', expired => '2.16.840.1.113730.3.4.4', policy => '1.3.6.1.4.1.42.2.27.8.5.1');

sub message
{
	my ($id, $operation, @controls) = @_;

	return sequence(number($id), $operation, @controls ? tlv(0xa0, @controls) : ());
}

sub control { my ($oid, $value) = @_; return sequence(octets($oid), defined $value ? octets($value) : ()); }

# A result of any operation: its tag, the code, the text, referrals.
sub result
{
	my ($tag, $code, $text, @referrals) = @_;

	return tlv($tag, choice($code), octets(''), octets($text // ''), @referrals ? tlv(0xa3, map { octets($_) } @referrals) : ());
}

sub bound { return result(0x61, @_); }
sub done  { return result(0x65, @_); }

sub entry
{
	my ($dn, %attributes) = @_;
	my @list = map {
		my $values = $attributes{$_};
		sequence(octets($_), tlv(0x31, map { octets($_) } ref $values ? @$values : $values))
	} sort keys %attributes;

	return tlv(0x64, octets($dn), sequence(@list));
}

sub reference { return tlv(0x73, map { octets($_) } @_); }

# ---- serving --------------------------------------------------------------------

# A message as a hash: id, type, and what it asks.
sub parse
{
	my ($bytes) = @_;
	my %request = (id => integer(value(\$bytes)));
	my ($tag, $body) = take(\$bytes);

	$request{controls} = $bytes;
	if ($tag == 0x60)
	{
		value(\$body);
		@request{qw(type dn password)} = ('bind', value(\$body), value(\$body));
	}
	elsif ($tag == 0x63)
	{
		@request{qw(type base)} = ('search', value(\$body));
		$request{scope} = integer(value(\$body));
		value(\$body);
		$request{size} = integer(value(\$body));
		value(\$body) foreach (1, 2);
		$request{filter} = filter(\$body);
		my $list = value(\$body);
		push @{ $request{attributes} }, value(\$list) while length $list;
	}
	else
	{
		$request{type} = $tag == 0x77 ? 'extended' : $tag == 0x42 ? 'unbind' : $tag == 0x50 ? 'abandon' : "tag $tag";
	}
	return \%request;
}

sub read_message
{
	my ($socket) = @_;
	my $bytes = '';

	while (1)
	{
		if (length $bytes > 1)
		{
			my $first = ord substr $bytes, 1, 1;
			my $head = 2 + ($first & 0x80 ? $first & 0x7f : 0);
			my $length = $first & 0x80 ? integer(substr $bytes, 2, $first & 0x7f) : $first;

			if (length $bytes >= $head && length $bytes == $head + $length)
			{
				my (undef, $content) = take(\$bytes);
				return parse($content);
			}
		}
		return undef unless sysread $socket, $bytes, 1, length $bytes;
	}
}

# Serves every connection, encrypted, in a process of its own: the answer is called
# with each request and returns bytes, or nothing for the end of the connection.
# With start_tls the connection begins in clear; 'injected' is sent behind the
# consent. Returns the port and what stops it.
sub start
{
	my ($answer, %rules) = @_;
	my $listener = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1', Proto => 'tcp', ReuseAddr => 1)
	  or die "listen: $!";
	my $port = $listener->sockport;

	my $pid = Slapd::in_background(sub {
		local $SIG{CHLD} = 'IGNORE';
		while (1)
		{
			my $socket = $listener->accept or next;

			if (fork)
			{
				close $socket;
				next;
			}
			close $listener;
			serve($socket, $answer, %rules);
			POSIX::_exit(0);
		}
	});
	close $listener;
	return { port => $port, pid => $pid };
}

sub serve
{
	my ($socket, $answer, %rules) = @_;
	my %state;

	# What is left of a conversation ends with it, whoever is killed.
	alarm 120;
	if ($rules{start_tls})
	{
		my $request = read_message($socket) or return;

		syswrite $socket, message($request->{id}, result(0x78, 0)) . ($rules{injected} // '');
	}
	IO::Socket::SSL->start_SSL(
		$socket,
		SSL_server    => 1,
		SSL_cert_file => "$Slapd::directory/server.crt",
		SSL_key_file  => "$Slapd::directory/server.key") or return;
	while (my $request = read_message($socket))
	{
		my $bytes = $answer->($request, \%state);

		return unless defined $bytes;
		while (length $bytes)
		{
			my $written = syswrite $socket, $bytes, 16384 or return;
			substr $bytes, 0, $written, '';
		}
	}
	return;
}

1;
