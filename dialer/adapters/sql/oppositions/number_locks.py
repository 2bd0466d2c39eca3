"""Locks on numbers, held to the end of the transaction."""

from collections.abc import Collection, Sequence

from dialer.adapters.sql.db.dialects import await_turn, reserve
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.domain.base.types import Fingerprint


class SqlNumberLocks(SqlRepository):
    """`dialer.ports.oppositions.number_locks.NumberLocks`: advisory locks of PostgreSQL."""

    async def reserve(self, fingerprints: Sequence[Fingerprint]) -> set[Fingerprint]:
        return await reserve(self._connection, fingerprints)

    async def await_turn(self, fingerprints: Collection[Fingerprint]) -> None:
        stored = await self._names.to_be(fingerprints)
        await await_turn(self._connection, set(stored.values()))
