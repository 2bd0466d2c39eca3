"""Secrecy of what is stored about people: a key for each, so that destroying one key forgets one person (T116).

Proofs of consents have keys of their own, one a month, so that they outlive the person's (FP-32b).
"""

from typing import Protocol

from dialer.domain.base.types import Fingerprint


class Cipher(Protocol):
    """One key, at work: where much is sealed under it, it is unwrapped once."""

    def seal(self, text: str) -> bytes: ...

    def open(self, sealed: bytes) -> str:
        """Raise `InvalidInput` where it was changed, or sealed under another key."""
        ...


class Vault(Protocol):
    """Keys leave it only wrapped by the installation's own key, bound to the owner they are for: a number, or a month's proofs."""

    def new_key(self, owner: str) -> bytes:
        """A fresh random key, wrapped. `owner` is ASCII."""
        ...

    def cipher(self, owner: str, key: bytes) -> Cipher:
        """Raise `InvalidInput` for a key that is not of this owner and installation."""
        ...

    def seal(self, fingerprint: Fingerprint, key: bytes, text: str) -> bytes:
        """Raise `InvalidInput` for a key that is not of this number and installation."""
        ...

    def rebound_key(self, old: Fingerprint, new: Fingerprint, key: bytes) -> bytes:
        """The same key, wrapped for the number's new fingerprint. Raise `InvalidInput` as `seal`."""
        ...

    def rebound(self, old: Fingerprint, new: Fingerprint, key: bytes, sealed: bytes) -> bytes:
        """The same text under the same key (given as wrapped for `old`), sealed for the number's new fingerprint. Raise `InvalidInput`."""
        ...

    def open(self, fingerprint: Fingerprint, key: bytes, sealed: bytes) -> str:
        """Raise `InvalidInput` where key or text were changed, or are not of this number and installation."""
        ...
