"""The installation's secret keys, one file each, and the signer and the vault that use them.

Only their owner may read the files. `Ed25519Signer` (RFC 8032) implements
`dialer.ports.ledger.Signer`. `AesVault` (AES-256-GCM, NIST SP 800-38D) implements
`dialer.ports.access.Vault`: a sealed text is a nonce of twelve random bytes, then ciphertext and
tag.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dialer.adapters.secret_files import write_secret
from dialer.domain.base.errors import BadSettings, InvalidInput
from dialer.domain.base.types import Fingerprint

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


class Ed25519Signer:
    def __init__(self, private_key: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private_key)
        public = self._private.public_key()
        self.public_key = public.public_bytes_raw()
        self.public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


NONCE_BYTES = 12
KEY_BITS = 256


class AesVault:
    """A vault under `master`, the installation's key-encryption key of 32 bytes.

    The owner is authenticated with everything sealed.
    """

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)

    def new_key(self, owner: str) -> bytes:
        return _seal(self._master, owner, AESGCM.generate_key(KEY_BITS))

    def cipher(self, owner: str, key: bytes) -> "AesCipher":
        return AesCipher(AESGCM(_open(self._master, owner, key)), owner)

    def seal(self, fingerprint: Fingerprint, key: bytes, text: str) -> bytes:
        return _seal(self._unwrapped(fingerprint, key), fingerprint, text.encode())

    def rebound_key(self, old: Fingerprint, new: Fingerprint, key: bytes) -> bytes:
        return _seal(self._master, new, _open(self._master, old, key))

    def rebound(self, old: Fingerprint, new: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        cipher = self._unwrapped(old, key)
        return _seal(cipher, new, _open(cipher, old, sealed))

    def open(self, fingerprint: Fingerprint, key: bytes, sealed: bytes) -> str:
        return _open(self._unwrapped(fingerprint, key), fingerprint, sealed).decode()

    def _unwrapped(self, fingerprint: Fingerprint, key: bytes) -> AESGCM:
        return AESGCM(_open(self._master, fingerprint, key))


class AesCipher:
    """Implementation of `dialer.ports.access.Cipher`."""

    def __init__(self, cipher: AESGCM, owner: str) -> None:
        self._cipher = cipher
        self._owner = owner

    def seal(self, text: str) -> bytes:
        return _seal(self._cipher, self._owner, text.encode())

    def open(self, sealed: bytes) -> str:
        return _open(self._cipher, self._owner, sealed).decode()


def _seal(cipher: AESGCM, owner: str, content: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, owner.encode("ascii"))


def _open(cipher: AESGCM, owner: str, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode("ascii"))
    except (InvalidTag, ValueError):
        raise InvalidInput(
            "what was sealed cannot be opened: it was changed, or sealed under another key",
            hint="restore database and home/keys from the same backup",
        ) from None
