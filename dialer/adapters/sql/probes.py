"""Call-back probes, as they were made."""

from collections.abc import Iterable

import sqlalchemy as sa

from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.calls import probes
from dialer.domain.probes.probe import Probe, ProbeOutcome
from dialer.ports.probes import ProbeFilter

PROBE = columns_for(Probe, probes)
IN_ORDER = (probes.c.started_at, probes.c.id)


class SqlProbeRepository(SqlRepository):
    """`dialer.ports.probes.ProbeRepository`."""

    async def add(self, probe: Probe) -> None:
        await self._connection.execute(sa.insert(probes).values(record_of(probe)))

    async def latest(self, sponsor: str, numbers: Iterable[str]) -> dict[str, Probe]:
        made = PROBE.where(probes.c.sponsor == sponsor, probes.c.outcome != ProbeOutcome.NOT_MADE)
        newest = made.order_by(*(column.desc() for column in IN_ORDER)).limit(1)
        found: dict[str, Probe] = {}
        for number in numbers:
            row = (await self._connection.execute(newest.where(probes.c.number == number))).first()
            if row is not None:
                found[number] = Probe(*row)
        return found

    async def page(self, query: ProbeFilter) -> list[Probe]:
        statement = PROBE.where(probes.c.sponsor == query.sponsor, probes.c.number.in_(query.numbers))
        if query.after is not None:
            cursor = sa.select(*IN_ORDER).where(probes.c.id == query.after).scalar_subquery()
            statement = statement.where(sa.tuple_(*IN_ORDER) > cursor)
        rows = await self._connection.execute(statement.order_by(*IN_ORDER).limit(query.limit))
        return [Probe(*row) for row in rows]
