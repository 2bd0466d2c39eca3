"""The keyed fingerprint of a number: its only form outside the contacts table.

A number has one fingerprint at any time, made by all keys in a row: the first key is applied to the
number, each later one to the fingerprint made by the keys before it. So a new key turns every
stored fingerprint into the new one without the number, which is no longer known for oppositions.
`dialer keys rotate` does that to the whole database, some numbers at a time. Until it ends no call
is made, and the database finds a number by the older fingerprint whether it was moved or not.
Afterwards no entry is left under an older version and no double lookup is needed. No key may be
thrown away: each is a link of the chain.

A routine rotation makes keys copied earlier useless on data stored from now on. After a leak it
does the same from this moment: without the new key nothing computes a new fingerprint, so the
leaked keys are of no use against the database, the PBXs and backups of today. It cannot protect
data copied together with the keys. Old backups, AstDB volumes and webhook deliveries hold old
fingerprints, and must be destroyed by hand.
"""

from collections.abc import Iterator
from functools import reduce

from dialer.domain.base.types import Fingerprint, PhoneNumber
from dialer.domain.oppositions.suppression import fingerprint_of, refingerprinted

MARK_INPUT = PhoneNumber("dialer fingerprint keys")
"""No number: its fingerprint tells whether two homes hold the same keys, and nothing else."""


class Fingerprints:
    """`keys`: of every version in force, from the first on."""

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
