"""Secrecy of personal data: a key for each person, whose destruction forgets the person (T116).

Proofs of consents have keys of their own, one a month, so that they outlive the person's (FP-32b).
"""

from typing import Protocol

from dialer.domain.base.types import Fingerprint


class Cipher(Protocol):
    """A key at work, unwrapped once for many texts."""

    def seal(self, text: str) -> bytes: ...

    def open(self, sealed: bytes) -> str:
        """Open a text. Raise `InvalidInput` where it was changed, or sealed under another key."""
        ...


class Vault(Protocol):
    """A vault. Keys leave it only wrapped by the installation's own key.

    Each is bound to its owner: a number, or a month's proofs.
    """

    def new_key(self, owner: str) -> bytes:
        """Return a fresh random key, wrapped. `owner` is ASCII."""
        ...

    def cipher(self, owner: str, key: bytes) -> Cipher:
        """Return a cipher. Raise `InvalidInput` for a key of another owner or installation."""
        ...

    def seal(self, fingerprint: Fingerprint, key: bytes, text: str) -> bytes:
        """Raise `InvalidInput` for a key that is not of this number and installation."""
        ...

    def rebound_key(self, old: Fingerprint, new: Fingerprint, key: bytes) -> bytes:
        """Return the same key, wrapped for the number's new fingerprint.

        Raise `InvalidInput` as `seal`.
        """
        ...

    def rebound(self, old: Fingerprint, new: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        """Return the same text under the same key, sealed for the number's new fingerprint.

        `key` is given as wrapped for `old`. Raise `InvalidInput`.
        """
        ...

    def open(self, fingerprint: Fingerprint, key: bytes, sealed: bytes) -> str:
        """Open a text.

        Raise `InvalidInput` where key or text were changed, or are not of this number and
        installation.
        """
        ...
