"""Proofs of consents, as sealed text, and their keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, or_, select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.schema.proof_tables import proof_keys
from dialer.adapters.sql.schema.tables import consents
from dialer.ports.consent.proofs import ProofRow


class SqlProofRepository(SqlRepository):
    """`dialer.ports.consent.proofs.ProofRepository`."""

    async def keep_key(self, month: str, key: bytes) -> bytes:
        stored = select(proof_keys.c.key).where(proof_keys.c.month == month)
        await self._connection.execute(insert_new(self._connection, proof_keys), {"month": month, "key": key})
        found: bytes = (await self._connection.execute(stored)).scalar_one()
        return found

    async def keys(self) -> dict[str, bytes]:
        return {row.month: row.key for row in await self._connection.execute(select(proof_keys))}

    async def in_clear(self, *, sealed: Sequence[str], limit: int) -> list[ProofRow]:
        texts = (consents.c.source, consents.c.proof)
        clear = [
            (text != "") & ~or_(*(text.startswith(start, autoescape=True) for start in sealed))
            for text in texts
        ]
        rows = select(consents.c.id, consents.c.recorded_at, *texts).where(
            consents.c.withdrawn.is_(False), or_(*clear)
        )
        return [ProofRow(*row) for row in await self._connection.execute(rows.limit(limit))]

    async def replace(self, rows: Sequence[ProofRow]) -> None:
        mine = update(consents).where(consents.c.id == bindparam("row"))
        anew = mine.values(source=bindparam("its_source"), proof=bindparam("its_proof"))
        await self._connection.execute(
            anew, [{"row": row.id, "its_source": row.source, "its_proof": row.proof} for row in rows]
        )

    async def destroy_keys(self, *, before: str) -> int:
        months = select(proof_keys.c.month).where(proof_keys.c.month < before).order_by(proof_keys.c.month)
        destroyed = 0
        for month in (await self._connection.execute(months)).scalars().all():
            start, end = _span(month)
            recorded = (consents.c.recorded_at >= start) & (consents.c.recorded_at < end)
            left = exists().where(recorded, consents.c.withdrawn.is_(False))
            gone = delete(proof_keys).where(proof_keys.c.month == month, ~left)
            destroyed += (await self._connection.execute(gone)).rowcount
        return destroyed


def _span(month: str) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    later = start.month == 12
    return start, start.replace(year=start.year + later, month=1 if later else start.month + 1)
