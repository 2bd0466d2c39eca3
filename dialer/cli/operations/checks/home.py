"""The home: there, writable, with room, and its secrets unreadable by others."""

import os
from collections.abc import Iterator
from pathlib import Path

from dialer.adapters.home.disk import free_bytes
from dialer.adapters.home.keys import fingerprint_keys
from dialer.cli.operations.checks.finding import CheckResult, from_error, well, wrong
from dialer.domain.base.errors import BadSettings
from dialer.services.operations.readiness import ROOM_BYTES
from dialer.settings import Settings

_OTHERS = 0o077


def check_home(settings: Settings) -> Iterator[CheckResult]:
    home = settings.home
    if not home.is_dir():
        yield wrong("home", f"{home} is missing", "run `dialer init`")
        return
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(
            "home", f"{home} is not writable for this user", f"chown it, or run as its owner: {home.owner()}"
        )
    else:
        yield well("home", str(home))
    yield _room(home)
    try:
        fingerprint_keys(home)
    except BadSettings as error:
        yield from_error("key", error)


def check_secrets(settings: Settings) -> Iterator[CheckResult]:
    """Check that only their owner may read the secrets. Nothing else depends on this."""
    home = settings.home
    for path in sorted((home / "keys").glob("*.key")):
        yield _mode(path, "key")
    for name in [name for pbx in settings.pbxs for name in (pbx.secret_file, pbx.seal_path)]:
        yield _secret(home / name)


def _room(home: Path) -> CheckResult:
    free = free_bytes(home)
    detail = f"{free // 1024**2} MiB free"
    return (
        well("disk", detail)
        if free >= ROOM_BYTES
        else wrong("disk", detail, f"make room on the disk of {home}")
    )


def _secret(path: Path) -> CheckResult:
    if not path.is_file():
        return wrong(
            "secret", f"{path} is missing", "start the PBX with `dialer pbx up`, or name the right file"
        )
    return _mode(path, "secret")


def _mode(path: Path, check: str) -> CheckResult:
    mode = path.stat().st_mode & 0o777
    if mode & _OTHERS:
        return wrong(check, f"others may read {path} (mode {mode:o})", f"chmod 600 {path}")
    return well(check, str(path))
