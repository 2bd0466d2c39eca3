"""A PBX's part of the home: secrets, configuration, AstDB, and the record that it was started."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from secrets import token_hex, token_urlsafe

from dialer.adapters.pbx.configuration import AMI_USER, PbxSecrets, PbxSpec, RunningPbx
from dialer.adapters.secret_files import write_secret

ASTERISK_UID = 10101
"""User id of Asterisk in docker/asterisk.Dockerfile."""
LINE_KEY_BYTES = 12
"""Bytes that make sixteen characters, the length of a key of Asterisk's AES-128."""


class PbxHome:
    """The folder `home`/pbx/`name`. pbx.json and dialer.toml in it say that the PBX runs.

    etc and astdb are mounted into the container. So are the prompts and the sound of probes, which
    all PBXs share.
    """

    def __init__(self, home: Path, name: str) -> None:
        self.home = home.absolute()
        self._name = name
        self.folder = self.home / "pbx" / name
        self.etc = self.folder / "etc"
        self.astdb = self.folder / "astdb"
        self.prompts = self.home / "prompts"
        self.heard = self.home / "heard"

    def secrets(self) -> PbxSecrets:
        """Make the secrets once and keep them: a new seal key would void permits on their way."""
        self.home.mkdir(parents=True, exist_ok=True)
        made = {"secret": token_hex(32), "seal": token_hex(32), "line": token_urlsafe(LINE_KEY_BYTES)}
        for suffix, secret in made.items():
            write_secret(self.home / f"{self._name}.{suffix}", secret)
        return PbxSecrets(
            *((self.home / f"{self._name}.{suffix}").read_text(encoding="ascii").strip() for suffix in made)
        )

    def write_config(self, files: Mapping[str, str]) -> None:
        """Replace the whole configuration. It holds secrets, so only Asterisk may read it."""
        shutil.rmtree(self.etc, ignore_errors=True)
        for folder in (self.etc, self.etc / "dialplans", self.astdb, self.heard):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _give(folder)
        for path in self.astdb.iterdir():
            _give(path)  # a home that root copied or unpacked holds it as root's
        for name, text in files.items():
            path = self.etc / name
            write_secret(path, text)
            _give(path)
        self.prompts.mkdir(mode=0o755, exist_ok=True)

    def has_config(self, files: Mapping[str, str]) -> bool:
        """Return whether these files lie there, and no others."""
        there = {str(path.relative_to(self.etc)): path for path in self.etc.rglob("*") if path.is_file()}
        return there.keys() == files.keys() and all(
            there[name].read_text("ascii") == f"{text}\n" for name, text in files.items()
        )

    def record(self, running: RunningPbx) -> None:
        """Write `pbx.json`, for `status` and `down`."""
        (self.folder / "pbx.json").write_text(json.dumps(asdict(running), indent=2) + "\n", encoding="utf-8")

    def write_settings(self, spec: PbxSpec) -> None:
        """Write `dialer.toml`, for the settings of `serve`."""
        (self.folder / "dialer.toml").write_text(_settings(spec), encoding="utf-8")

    def recorded(self) -> RunningPbx | None:
        path = self.folder / "pbx.json"
        if not path.exists():
            return None
        fields = json.loads(path.read_text(encoding="utf-8"))
        return RunningPbx(**fields | {"trunks": tuple(fields["trunks"])})

    def forget(self) -> None:
        """Record that it was stopped. Keep secrets, and AstDB with its oppositions."""
        for name in ("pbx.json", "dialer.toml"):
            (self.folder / name).unlink(missing_ok=True)


def container_user() -> str:
    """Return `uid:gid` for the container: never root, and the owner of the files it must read."""
    if os.geteuid() == 0:
        return f"{ASTERISK_UID}:{ASTERISK_UID}"
    return f"{os.geteuid()}:{os.getegid()}"


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, ASTERISK_UID, ASTERISK_UID)


def _settings(spec: PbxSpec) -> str:
    lines = [
        "[[pbx]]",
        f'name = "{spec.name}"',
        f'ami = "127.0.0.1:{spec.ami_port}"',
        f'user = "{AMI_USER}"',
        f'secret_file = "{spec.name}.secret"',
        f'seal_file = "{spec.name}.seal"',
        f'line_file = "{spec.name}.line"',
    ]
    for trunk in spec.trunks:
        lines += [
            "",
            "[[trunk]]",
            f'name = "{trunk.name}"',
            f'pbx = ["{spec.name}"]',
            f'host = "{trunk.host}:{trunk.port}"',
        ]
    return "\n".join(lines) + "\n"
