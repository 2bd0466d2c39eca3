#!/usr/bin/perl
# Puts into AstDB that a 9 went down, at once. Asterisk tells its dialplan of a key when it comes up: who hangs up before that has
# objected, and nobody but AMI would hear of it.
#
# Standard input is Asterisk's log of keys, through a pipe, so that no digit comes to lie anywhere. The dialplan says in the same log
# what a 9 on a channel means (20-dial.conf, 95-inbound.conf), and when the channel is over. The first argument is Asterisk's control socket.
use strict;
use warnings;
use Socket qw(AF_UNIX MSG_DONTWAIT SOCK_STREAM pack_sockaddr_un);
use Time::HiRes qw(sleep time);

my ($control) = @ARGV;
my $asterisk;
my %meaning;
$SIG{PIPE} = 'IGNORE';

while (my $line = <STDIN>) {
    my ($said) = $line =~ /^\[[^\]]*\] DTMF\[\d+\](?:\[C-[0-9a-f]+\])? (.*)$/ or next;
    if ($said =~ m{^Ext\. (?:prepare|known): a 9 on (PJSIP/\S+) is (\S+) (\S+) (\S+)$}) {
        $meaning{$1} = [$2, "$3|$4"];
    }
    elsif ($said =~ m{^Ext\. \w+: (PJSIP/\S+) is over$}) {
        delete $meaning{$1};
    }
    elsif ($said =~ m{^channel\.c: DTMF (?:begin|end) '9' received on (PJSIP/[^\s,]+)} and my $meant = delete $meaning{$1}) {
        my ($entry, $whose) = @$meant;
        put(sprintf('database put dialer-opposed %s-down %.0f|%s', $entry, time() * 1000, $whose));
    }
}

# Asterisk is never long without its socket: it dies, and this with it.
sub put {
    my ($command) = @_;
    for (1 .. 100) {
        connect_to_asterisk() unless $asterisk;
        return if $asterisk and send_whole("$command\0");
        undef $asterisk;
        sleep 0.05;
    }
    die "Asterisk takes no command\n";
}

sub connect_to_asterisk {
    socket(my $fresh, AF_UNIX, SOCK_STREAM, 0) or die "no socket: $!\n";
    $asterisk = $fresh if connect($fresh, pack_sockaddr_un($control));
    return;
}

# What it answers is of no use, and must not fill the socket.
sub send_whole {
    my ($bytes) = @_;
    my $answer;
    1 while defined recv($asterisk, $answer, 4096, MSG_DONTWAIT) and length $answer;
    return (send($asterisk, $bytes, 0) // 0) == length $bytes;
}
