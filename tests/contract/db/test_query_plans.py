"""The dialling loop's queries stay quick among millions of contacts: each uses an index."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.types import ContactId
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.event import Kind
from dialer.domain.preflight.forecast import turns
from dialer.ports.records import CallFilter, Progression
from tests.contract.judged import claim_all, judge_at, listed_with_consent
from tests.contract.pages import read_alike
from tests.contract.rotation import half_rotated
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.samples.calls import claimed, refuse, sent
from tests.samples.campaigns import CAMPAIGN, MONDAY, NOW, definition
from tests.samples.people import consent, fingerprint, listed, suppression

copies = count(1)
SMALL = {
    *("campaigns", "system", "imports", "opposition_lists", "pbx_leases", "alembic_version", "key_rotation"),
}
WHOLE = re.compile(r"^SCAN (\w+)\b(?! USING INDEX (?:ix|uq)_attempts_live)")
WITHIN = re.compile(r"page|known|anon_\d+|CONSTANT")
"""Rows that the statement itself has found by then, or that are in no table."""


FIRST_OF_REKEYED = (
    "SCAN rekeyed USING COVERING INDEX sqlite_autoindex_rekeyed_1: SELECT rekeyed.old \nFROM rekeyed\n LIMIT"
)


@pytest.fixture
def whole_reads() -> Iterator[list[str]]:
    """Statements that read a growing table whole, by SQLite's own plan for them as they pass."""
    found: list[str] = []

    def explain(
        connection: Connection, cursor: Any, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        rows = connection.connection.cursor()
        rows.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
        for *_, step in rows.fetchall():
            scanned = WHOLE.match(step)
            if scanned and scanned[1] not in SMALL and not WITHIN.fullmatch(scanned[1]):
                found.append(f"{step}: {statement}")
        rows.close()

    event.listen(Engine, "before_cursor_execute", explain)
    yield found
    event.remove(Engine, "before_cursor_execute", explain)


@pytest.fixture
async def store(sqlite_engine: Any) -> Any:
    async with ActStore.open(sqlite_engine.copy(f"plans_{next(copies)}")) as opened:
        yield opened


async def test_dialling_reads_no_table_whole(store: ActStore, whole_reads: list[str]) -> None:
    await listed(store, *range(40))
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=30, permits=1, judge=refuse(ReasonCode.NO_CONSENT))
    await store.consents.add([consent(1)], by="camille")
    attempts = await claimed(store)
    await sent(store, [attempt.id for attempt in attempts])
    await store.attempts.alive()
    await store.attempts.alive(pbx="pbx1", campaign_id=CAMPAIGN)
    await store.attempts.get_many([attempt.id for attempt in attempts])
    await store.attempts.made([attempt.contact_id for attempt in attempts])
    ends = [replace(attempt, state=AttemptState.ENDED, opposed_at=NOW) for attempt in attempts]
    nine = suppression(1, source=ends[0].id)
    await store.attempts.commit(
        [Progression(end, nine, ContactClosed(ClosedReason.OPTED_OUT)) for end in ends]
    )
    await store.attempts.calls(CallFilter(campaign_id=CAMPAIGN, after=ends[0].id))
    await store.attempts.calls(CallFilter(fingerprint=fingerprint(1)))
    await store.contacts.dossier(CAMPAIGN, fingerprint(1))
    await store.suppressions.of(fingerprint(1))
    await store.campaigns.unfinished(CAMPAIGN)
    await store.campaigns.progress(CAMPAIGN)
    assert whole_reads == []


async def test_foreseeing_a_page_of_a_list_reads_no_table_whole(
    store: ActStore, whole_reads: list[str]
) -> None:
    await listed(store, *range(40))
    await store.consents.add([consent(1), consent(1), consent(2)], by="camille")
    await store.suppressions.add([suppression(3)])
    known = turns(definition(), (), NOW)
    assert sum(len(alike.numbers) for alike in await read_alike(store, known, size=30)) == 40
    assert whole_reads == []


async def test_the_watch_for_whole_reads_sees_one(store: ActStore, whole_reads: list[str]) -> None:
    await store.suppressions.count()
    assert len(whole_reads) == 1


async def test_a_page_of_an_inspection_reads_no_table_whole(store: ActStore, whole_reads: list[str]) -> None:
    await listed(store, *range(40))
    attempts = await claimed(store)
    await seal_all(store)
    whole_reads.clear()
    async with store.read() as work:
        found = work.inspections
        await found.called(CAMPAIGN, attempts[0].sponsor, after=ContactId(0), limit=20)
        entries = await found.sealed_about([attempt.id for attempt in attempts], before=1000)
        subjects = [entry.subject for entry in entries if entry.subject]
        await found.sealed_of(subjects, [Kind.CONSENT], before=1000)
        await found.sealed_kinds([Kind.PERMIT], first=3, before=1000)
    assert whole_reads == []


async def test_a_page_of_a_change_of_keys_reads_no_table_whole(
    store: ActStore, whole_reads: list[str]
) -> None:
    """The whole cost grows with the numbers, others' waiting does not.

    Events wait for a second to be sealed.
    """
    await listed_with_consent(store, *range(40))
    await claim_all(store, judge_at(MONDAY, load_packs()), limit=6)
    await store.suppressions.add([suppression(3)])
    async with half_rotated(store, 1):
        await store.suppressions.add([suppression(4)])
        found = [
            step for step in whole_reads if not step.startswith(("SCAN ledger_pending", FIRST_OF_REKEYED))
        ]
    assert found == []
