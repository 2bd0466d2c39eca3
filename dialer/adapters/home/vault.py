"""Implementation of `dialer.ports.access.vault.Vault` with AES-256-GCM (NIST SP 800-38D).

A sealed text is a nonce of twelve random bytes, then ciphertext and tag.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import Fingerprint

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
    """Implementation of `dialer.ports.access.vault.Cipher`."""

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
