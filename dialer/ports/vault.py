"""Secrecy of what is stored about people: a key for each, so that destroying one key forgets one person (rules T116)."""

from typing import Protocol

from dialer.domain.contact import Fingerprint


class Vault(Protocol):
    """Keys leave it only wrapped by the installation's own key, bound to the number they are for."""

    def new_key(self, fingerprint: Fingerprint) -> bytes:
        """A fresh random key, wrapped."""
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
