#!/bin/sh
# Stops and removes the containers that were started from homes below this checkout, and unused images.
# Leaves the Docker engine, the base image and other checkouts alone.
set -eu
checkout=$(cd "$(dirname "$0")/.." && pwd)

docker info >/dev/null 2>&1 || exit 0

docker ps --all --filter label=dialer.home --format '{{.ID}} {{.Label "dialer.home"}}' | while read -r id home; do
    case $home in "$checkout"/*) docker rm --force "$id" >/dev/null ;; esac
done
# Docker itself refuses to remove an image that a container of another checkout still runs on.
{
    docker images --quiet --filter 'reference=dialer*-asterisk'
    docker images --quiet --filter 'reference=dialer*-service'
} | sort -u | while read -r image; do
    docker rmi "$image" >/dev/null 2>&1 || true
done
