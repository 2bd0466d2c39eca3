#!/bin/sh
# Starts Asterisk, in the foreground and as process 1, and beside it what keeps a 9 that a hang-up cuts off (key-down.pl).
set -eu
keys=/run/asterisk/keys
[ -p "$keys" ] || mkfifo -m 600 "$keys"
# Held open for reading and writing: Asterisk, which writes its log of keys to it, then never waits for a reader.
exec 3<>"$keys"
(while :; do perl /usr/share/dialer/key-down.pl /run/asterisk/asterisk.ctl <&3 || sleep 1; done) &
exec 3>&-
# -f: in the foreground; no console is offered.
exec /usr/sbin/asterisk -f -C /etc/asterisk/asterisk.conf
