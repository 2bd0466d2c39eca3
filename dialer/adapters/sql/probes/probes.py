"""Call-back probes, as they were made."""

from collections.abc import Iterable

from sqlalchemy import insert, select, tuple_

from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.probe_tables import probes
from dialer.domain.ledger.entries_probes import number_probed
from dialer.domain.probes.probe import Probe, ProbeOutcome
from dialer.ports.probes import ProbeFilter

PROBE = columns_for(Probe, probes)
IN_ORDER = (probes.c.started_at, probes.c.id)


class SqlProbes:
    """`dialer.ports.probes.Probes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, probe: Probe) -> None:
        async with self._database.write() as connection:
            await connection.execute(insert(probes).values(record_of(probe)))
            await record(connection, [number_probed(probe)])

    async def latest(self, sponsor: str, numbers: Iterable[str]) -> dict[str, Probe]:
        made = PROBE.where(probes.c.sponsor == sponsor, probes.c.outcome != ProbeOutcome.NOT_MADE)
        newest = made.order_by(*(column.desc() for column in IN_ORDER)).limit(1)
        found: dict[str, Probe] = {}
        async with self._database.read() as connection:
            for number in numbers:
                row = (await connection.execute(newest.where(probes.c.number == number))).first()
                if row is not None:
                    found[number] = Probe(*row)
        return found

    async def page(self, query: ProbeFilter) -> list[Probe]:
        statement = PROBE.where(probes.c.sponsor == query.sponsor, probes.c.number.in_(query.numbers))
        if query.after is not None:
            cursor = select(*IN_ORDER).where(probes.c.id == query.after).scalar_subquery()
            statement = statement.where(tuple_(*IN_ORDER) > cursor)
        async with self._database.read() as connection:
            rows = await connection.execute(statement.order_by(*IN_ORDER).limit(query.limit))
            return [Probe(*row) for row in rows]
