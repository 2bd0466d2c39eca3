#!/bin/sh
# Makes the base image exist: debian:forky-slim, on which both Dockerfiles build.
# Taken from a registry where one answers within a minute; otherwise made from the distribution's own packages.
set -eu

IMAGE=debian:forky-slim

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

make_it_here() {
    if ! command -v debootstrap >/dev/null 2>&1; then
        as_root apt-get update -qq >/dev/null 2>&1 || true
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >&2
    fi
    scripts=/usr/share/debootstrap/scripts
    [ -e "$scripts/forky" ] || as_root ln -s sid "$scripts/forky"
    root=$(mktemp -d /var/tmp/dialer-base.XXXXXX)
    trap 'as_root rm -rf "$root"' EXIT
    as_root debootstrap --variant=minbase forky "$root" >"${TMPDIR:-/tmp}/dialer-debootstrap.log" 2>&1 || {
        echo "debootstrap of Debian forky failed: $(tail -n 1 "${TMPDIR:-/tmp}/dialer-debootstrap.log")" >&2
        exit 1
    }
    as_root rm -rf "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"
    # Its packages lists may be older than they claim to live, and apt is not to mind.
    echo 'Acquire::Check-Valid-Until "false";' | as_root tee "$root/etc/apt/apt.conf.d/90-made-here" >/dev/null
    as_root tar -C "$root" -c . | docker import - "$IMAGE" >/dev/null
}

if ! docker image inspect "$IMAGE" >/dev/null 2>&1; then
    echo "base image $IMAGE: asking the registry" >&2
    if ! timeout 60 docker pull -q "$IMAGE" >/dev/null 2>&1 </dev/null; then
        echo "base image $IMAGE: no registry answers, making it from Debian packages" >&2
        make_it_here
    fi
fi
