"""Locks on numbers, held to the end of the unit: no number is judged twice at once.

On SQLite the only writer holds them all.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from dialer.domain.base.types import Fingerprint


class NumberLocks(Protocol):
    async def reserve(self, fingerprints: Sequence[Fingerprint]) -> set[Fingerprint]:
        """Return the numbers that this unit alone may judge, named as stored; never wait.

        Two campaigns may list one number. Without this, both could count its attempts before either
        writes one, and together pass a cap.
        """
        ...

    async def await_turn(self, fingerprints: Collection[Fingerprint]) -> None:
        """Wait until no other unit judges these numbers; then none begins to before this one ends.

        Rows stored after that are seen by every later judgement. Every earlier judgement has left
        its attempt for all to see.
        """
        ...


class HasNumberLocks(Protocol):
    @property
    def numbers(self) -> NumberLocks: ...
