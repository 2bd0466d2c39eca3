#!/bin/sh
# Installs the packages that the demo or the tests need, then makes a Docker engine answer and the base image exist.
#
#     docker/setup.sh demo|test
#
# As root, or as a user with sudo. With all in place it only looks, for about a second.
set -eu
cd "$(dirname "$0")"

# SIPp answers as the fictional callees; espeak-ng and sox make the prompts; the last two are the Docker engine's.
DEMO="ca-certificates python3-venv sip-tester espeak-ng sox libsox-fmt-base libsox-fmt-mp3 debootstrap iptables"
# PostgreSQL is the second database of the tests, PgBouncer a pooler before it; Chromium shows the console; curl asks the API.
TEST="$DEMO curl postgresql pgbouncer chromium chromium-driver"
# Compose, old or new: Debian 12 has the old one alone, which is called docker-compose.
docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null 2>&1 || TEST="$TEST docker-compose"
LOG=${TMPDIR:-/tmp}/dialer-setup.$(id -u).log

case ${1:-} in
    demo) PACKAGES=$DEMO ;;
    test) PACKAGES=$TEST ;;
    *)
        echo "say what for: docker/setup.sh demo, or docker/setup.sh test" >&2
        exit 2
        ;;
esac

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing() {
    for package in $PACKAGES; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "this is not Debian: install $PACKAGES and Docker by hand" >&2
    exit 1
fi

wanted=$(missing)
if [ -n "$wanted" ]; then
    echo "installing:" $wanted
    as_root apt-get update -qq >"$LOG" 2>&1 || true
    # shellcheck disable=SC2086  # one word a package
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 $wanted </dev/null >>"$LOG" 2>&1 || {
        echo "could not install" $wanted "- $(tail -n 1 "$LOG")" >&2
        exit 1
    }
fi

./engine.sh
./base-image.sh
