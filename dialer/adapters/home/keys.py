"""The installation's secret keys, one file each, readable by their owner alone."""

import os
import secrets
from pathlib import Path

from dialer.adapters.secret_files import write_secret
from dialer.domain.base.errors import BadSettings

FINGERPRINT_KEY = "fingerprint.key"
SUBJECTS_KEY = "subjects.key"
LEDGER_SUBJECTS_KEY = "ledger-subjects.key"
LEDGER_SIGNING_KEY = "ledger-signing.key"
KEY_BYTES = 32


def create_keys(home: Path) -> None:
    """Make the missing keys. Never replace one: every fingerprint and seal depends on it."""
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (FINGERPRINT_KEY, SUBJECTS_KEY, LEDGER_SUBJECTS_KEY, LEDGER_SIGNING_KEY):
        write_secret(folder / name, secrets.token_hex(KEY_BYTES))


def fingerprint_keys(home: Path) -> tuple[bytes, ...]:
    """Read the key of each version of the fingerprints, from the first on.

    Raise `BadSettings` where one is missing between, or damaged.
    """
    last = max((version for version in map(_version_of, (home / "keys").glob("fingerprint*.key"))), default=1)
    return tuple(_read_key(fingerprint_key_file(home, version)) for version in range(1, last + 1))


def add_fingerprint_key(home: Path, version: int) -> None:
    """Make the key of `version` and sync it, before anything depends on it.

    Keep one that is there.
    """
    path = fingerprint_key_file(home, version)
    write_secret(path, secrets.token_hex(KEY_BYTES))
    for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(place, flags)
        os.fsync(descriptor)
        os.close(descriptor)


def fingerprint_key_file(home: Path, version: int) -> Path:
    """Path of a version's key. The first bears no number."""
    return home / "keys" / (FINGERPRINT_KEY if version == 1 else f"fingerprint-{version}.key")


def _version_of(path: Path) -> int:
    _, _, number = path.stem.partition("-")
    return int(number) if number.isdecimal() else 1


def subjects_key(home: Path) -> bytes:
    """The key that wraps each person's key. Raise `BadSettings` where it is missing or damaged."""
    return _read_key(home / "keys" / SUBJECTS_KEY)


def ledger_subjects_key(home: Path) -> bytes:
    """The key of the pseudonyms in the ledger. The fingerprints have keys of their own.

    Raise `BadSettings` where it is missing or damaged.
    """
    return _read_key(home / "keys" / LEDGER_SUBJECTS_KEY)


def ledger_signing_key(home: Path) -> bytes:
    """The Ed25519 private key (RFC 8032, 5.1.5).

    Raise `BadSettings` where it is missing or damaged.
    """
    return _read_key(home / "keys" / LEDGER_SIGNING_KEY)


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise BadSettings(
            f"{path} is missing", hint="run `dialer init`, or restore it from your backup"
        ) from None
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read: {error}", hint="restore it from your backup") from None
    if len(key) != KEY_BYTES:
        raise BadSettings(f"{path} is damaged", hint="restore it from your backup")
    return key
