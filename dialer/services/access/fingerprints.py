"""The installation's keyed fingerprint of numbers: the only form in which a number leaves the contacts table.

A number is known by one fingerprint at any time, made by all keys in a row: the first key is applied to the number, each later one to
the fingerprint that the keys before it made. So a new key turns every stored fingerprint into the new one, without the number, which
for oppositions nobody has any more: `dialer keys rotate` does that to the whole database, some numbers at a time. Until it ends nobody is
called, and the database finds a number by the older fingerprint whether it was moved or not; then no entry is left under an older version,
there is nothing to look up twice, and no key may be thrown away: each is a link of the chain.

What a rotation gives. As a routine: whoever copied keys earlier cannot use them on what is stored from now on. After a leak of the keys:
the same, from this moment; the new fingerprint of a number cannot be computed without the new key, so the leaked ones are of no use
against the database, the PBXs and backups of today. It cannot help what was copied together with them: old backups, AstDB volumes and
webhook deliveries hold old fingerprints, and must be destroyed by hand.
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
        """The present fingerprint of the number whose fingerprint of `version` this is."""
        return reduce(refingerprinted, self._later[version - 1 :], fingerprint)

    def successors(self, fingerprint: Fingerprint) -> Iterator[Fingerprint]:
        """What it is now, should it be of an older version: one for each, since a fingerprint does not tell which it is of."""
        return (self.brought_forward(fingerprint, version) for version in range(1, self.version))

    def readings(self, fingerprint: Fingerprint) -> tuple[Fingerprint, ...]:
        """Itself, and its successors: one of them is that of its number, whichever version it is of."""
        return (fingerprint, *self.successors(fingerprint))
