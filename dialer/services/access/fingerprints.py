"""The keyed fingerprint of a number: its only form outside the contacts table.

All keys in a row make it: the first is applied to the number, each later one to the fingerprint
made by the keys before it. So a new key turns every stored fingerprint into the new one without the
number, which is no longer known for oppositions. No key may be thrown away: each is a link of the
chain.

While `dialer keys rotate` does that to the database no call is made, and a number is found by its
older fingerprint whether it was moved or not. Afterwards none is left under an older version. A new
key protects the data of today after a leak, but nothing that was copied together with the keys
(docs/backup-and-keys.md#changing-the-fingerprint-key).
"""

from collections.abc import Iterator
from functools import reduce

from dialer.domain.base.types import Fingerprint, PhoneNumber
from dialer.domain.oppositions.suppression import fingerprint_of, refingerprinted

MARK_INPUT = PhoneNumber("dialer fingerprint keys")
"""No number: its fingerprint tells whether two homes hold the same keys, and nothing else."""


class Fingerprints:
    """Maker of fingerprints with the keys of every version in force, from the first on."""

    def __init__(self, first: bytes, *later: bytes) -> None:
        self._first = first
        self._later = later

    @property
    def version(self) -> int:
        return 1 + len(self._later)

    @property
    def mark(self) -> str:
        """Sixteen hexadecimal digits by which a database knows its keys."""
        return self.of(MARK_INPUT)[:16]

    def of(self, number: PhoneNumber) -> Fingerprint:
        return reduce(refingerprinted, self._later, fingerprint_of(number, self._first))

    def brought_forward(self, fingerprint: Fingerprint, version: int) -> Fingerprint:
        """Return the present fingerprint of a number, given its fingerprint of `version`."""
        return reduce(refingerprinted, self._later[version - 1 :], fingerprint)

    def successors(self, fingerprint: Fingerprint) -> Iterator[Fingerprint]:
        """Yield the present fingerprint for each older version that it could be of.

        A fingerprint does not tell its version.
        """
        return (self.brought_forward(fingerprint, version) for version in range(1, self.version))

    def readings(self, fingerprint: Fingerprint) -> tuple[Fingerprint, ...]:
        """Return the fingerprint and its successors: one of them is the number's present one."""
        return (fingerprint, *self.successors(fingerprint))
