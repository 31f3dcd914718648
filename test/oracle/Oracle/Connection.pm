# A connection to PostgreSQL, over a Unix socket and the simple query protocol:
# no more than the oracle needs, and no time lost between its statements.

package Oracle::Connection;

use strict;
use warnings;

use Exporter qw(import);
use IO::Socket::UNIX;

our @EXPORT_OK = qw(quote);

# Parameters: host (a directory), port, user, dbname. The server must trust.
sub new
{
	my ($class, %params) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => "$params{host}/.s.PGSQL.$params{port}")
	  or die "no server listens in $params{host}: $!\n";
	my $self = bless { socket => $socket, buffer => '' }, $class;
	my $startup = pack('N', 196608)
	  . join('', map { "$_\0" } user => $params{user}, database => $params{dbname}, client_encoding => 'UTF8')
	  . "\0";

	$self->_write(pack('N', 4 + length $startup) . $startup);
	$self->receive;
	return $self;
}

# Runs SQL and returns the rows of its last query, each an array of texts. An
# error is thrown, its SQLSTATE first.
sub query
{
	my ($self, $sql) = @_;

	$self->send($sql);
	return $self->receive;
}

# The same in two parts, to do something else meanwhile.
sub send
{
	my ($self, $sql) = @_;

	$self->_write('Q' . pack('N', 5 + length $sql) . "$sql\0");
	return;
}

# The one value of a query.
sub value
{
	my ($self, $sql) = @_;

	return $self->query($sql)->[0][0];
}

sub _write
{
	my ($self, $message) = @_;

	while (length $message)
	{
		my $written = syswrite $self->{socket}, $message;
		defined $written or die "the connection broke: $!\n";
		substr $message, 0, $written, '';
	}
	return;
}

sub _read
{
	my ($self, $length) = @_;

	while (length $self->{buffer} < $length)
	{
		sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer}
		  or die "57P01 the server closed the connection\n";
	}
	return substr $self->{buffer}, 0, $length, '';
}

# Reads on until the server is ready for more.
sub receive
{
	my ($self) = @_;
	my ($rows, $error) = ([]);

	while (1)
	{
		my ($type, $length) = unpack 'aN', $self->_read(5);
		my $body = $self->_read($length - 4);

		if ($type eq 'D')
		{
			push @$rows, _row($body);
		}
		elsif ($type eq 'T')
		{
			$rows = [];
		}
		elsif ($type eq 'E')
		{
			my %field = map { substr($_, 0, 1) => substr $_, 1 } grep { length } split /\0/, $body;
			$error //= "$field{C} $field{M}" . ($field{W} ? "\n$field{W}" : '') . "\n";
			die $error if $field{S} eq 'FATAL';
		}
		elsif ($type eq 'R')
		{
			unpack('N', $body) == 0 or die "the server asks for a password\n";
		}
		elsif ($type eq 'Z')
		{
			die $error if defined $error;
			return $rows;
		}
	}
	return;
}

# The values of a row; NULL is undef.
sub _row
{
	my ($body) = @_;
	my @values;
	my $at = 2;

	for (1 .. unpack 'n', $body)
	{
		my $length = unpack 'l>', substr $body, $at, 4;
		push @values, $length < 0 ? undef : substr $body, $at + 4, $length;
		$at += 4 + ($length > 0 ? $length : 0);
	}
	return \@values;
}

sub quote
{
	my ($text) = @_;

	return 'NULL' unless defined $text;
	$text =~ s/'/''/g;
	return $text =~ s/\\/\\\\/g ? "E'$text'" : "'$text'";
}

1;
