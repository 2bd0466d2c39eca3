#!/bin/sh
# Makes a Docker engine answer on this machine; does nothing where one answers already.
# Installs the distribution's engine where there is none, and starts dockerd by hand where no service manager runs.
# As root, or as a user with sudo. Prints one line; exit 1 with one line saying what is wrong.
set -eu

LOG=/tmp/dialer-dockerd.log

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

answers() { docker info >/dev/null 2>&1; }

wait_until_it_answers() {
    tries=0
    while [ "$tries" -lt 60 ]; do
        if answers; then return 0; fi
        # Without this, a user who is not in the docker group could not use the engine that their sudo has started.
        if [ "$(id -u)" -ne 0 ] && [ -S /var/run/docker.sock ]; then as_root chgrp "$(id -g)" /var/run/docker.sock; fi
        tries=$((tries + 1))
        sleep 0.5
    done
    return 1
}

start_by_hand() {
    # A pid file left by a killed machine stops dockerd for ever; it is stale when no such process lives.
    if [ -f /var/run/docker.pid ] && ! as_root kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; then
        as_root rm -f /var/run/docker.pid
    fi
    # Its own session and no inherited descriptor but the log: a caller that waits for its pipes to close never waits for the engine.
    as_root sh -c 'setsid nohup dockerd </dev/null >"$1" 2>&1 9>&- &' start-dockerd "$LOG"
}

if answers; then
    echo "docker engine: answers"
    exit 0
fi

exec 9>"/tmp/dialer-engine.$(id -u).lock"
flock 9
if answers; then
    echo "docker engine: answers"
    exit 0
fi

if ! command -v dockerd >/dev/null 2>&1; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "no Docker engine here and no apt-get to install one: install Docker and run this again" >&2
        exit 1
    fi
    as_root apt-get update -qq >/dev/null 2>&1 9>&- || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 docker.io iptables </dev/null >/tmp/dialer-engine-install.log 2>&1 9>&- || {
        echo "could not install docker.io: $(tail -n 1 /tmp/dialer-engine-install.log)" >&2
        exit 1
    }
fi

if [ -d /run/systemd/system ]; then
    as_root systemctl start docker 9>&- || true
else
    start_by_hand
fi

if wait_until_it_answers; then
    echo "docker engine: started"
else
    echo "the Docker engine does not start: $(tail -n 1 "$LOG" 2>/dev/null || echo 'see journalctl -u docker')" >&2
    exit 1
fi
