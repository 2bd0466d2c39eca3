#!/bin/sh
# Makes the two archives of this folder again: commit 7e6fce6 itself runs `story`, in a checkout and a virtual environment of its own.
# Needs what `make setup` installs: Docker, PostgreSQL, speech synthesis. Takes some ten minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
commit=7e6fce6
old=$(mktemp -d /var/tmp/dialer-old.XXXXXX)
trap 'git -C "$here" worktree remove --force "$old/code"; rm -rf "$old"' EXIT
git -C "$here" worktree add --detach "$old/code" "$commit"
cd "$old/code"
python3 -m venv .venv
.venv/bin/pip install --quiet -c constraints.txt -e '.[dev]'
for engine in sqlite postgresql; do
    .venv/bin/python "$here/story" "$engine" "$old/$engine"
    # Of the sound, only what the probes recorded is kept: prompts are most of a home's bytes, and nothing here plays them.
    tar -C "$old/$engine" --exclude='*/prompts/*/*.alaw' --exclude='*.log' --sort=name --owner=0 --group=0 --numeric-owner \
        -c home backup expected | xz -9e >"$here/$engine.tar.xz"
done
