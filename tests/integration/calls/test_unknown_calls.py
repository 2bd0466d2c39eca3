"""A database put back to an earlier state during calls: their nines count (field case 10).

It knows nothing of those calls.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.metrics import PrometheusMeter
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import (
    Answered,
    ChannelGone,
    Dialing,
    DialStatus,
    Ended,
    Opposed,
    Ringing,
    TalkingStopped,
)
from dialer.domain.oppositions.suppression import OppositionChannel, PbxSuppression, sponsor_key
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.unknown_calls import NOTE, UnknownCalls
from dialer.services.oppositions.callback_line import LineProofs
from dialer.services.pbx.fleet import Fleet
from tests.contract.rotation import fingerprints, rotated
from tests.harness.acts import ActStore
from tests.harness.ledger import UNWRITABLE, WRITABLE, LedgerIs
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import UNCHANGED
from tests.samples.campaigns import NOW, SPONSOR, campaign
from tests.samples.people import fingerprint

CLOCK = pretending(NOW)
STRANGER, OTHER, THIRD = (AttemptId(each * 16) for each in ("ab", "cd", "ef"))
WHOSE = PbxSuppression(fingerprint(1), sponsor_key(SPONSOR))
ENTRY = Opposed(STRANGER, NOW, WHOSE)


class Heard:
    """A service on a database that knows the campaign and no call, and one PBX."""

    def __init__(self, store: ActStore) -> None:
        self.store = store
        self.pbx = ScriptedPbx(lambda: NOW)
        self.link = ScriptedLink(self.pbx)

    async def calls(self, ledger: LedgerIs = UNWRITABLE) -> CallEventApplier:
        fleet = Fleet({self.link.pbx: self.link}, driven=True)
        call_guards = CallGuards(
            self.store, UNCHANGED, CLOCK, LineProofs(self.store, {}, CLOCK), load_packs()
        )
        unknown_calls = UnknownCalls(self.store, fleet, await fingerprints(self.store), CLOCK, ledger)
        return CallEventApplier(
            self.store, fleet, LiveCalls(), CLOCK, PrometheusMeter(), call_guards, unknown_calls
        )


@pytest.fixture
async def heard(tmp_path: Path) -> AsyncIterator[Heard]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with ActStore.open(url) as store:
        await store.campaigns.add(campaign())
        yield Heard(store)


async def test_a_nine_is_stored_from_the_pbxs_own_entry_and_stays_there(heard: Heard) -> None:
    """The database that knows the call may come back, and must then learn of it as well."""
    heard.pbx.opposed[STRANGER] = ENTRY
    calls = await heard.calls()
    for _ in range(2):
        await calls.apply(heard.link, [Opposed(STRANGER, NOW)])
    (stored,) = await heard.store.suppressions.of(fingerprint(1))
    assert (stored.sponsor, stored.channel, stored.source) == (SPONSOR, OppositionChannel.DTMF, STRANGER)
    assert (stored.received_at, stored.note) == (NOW, NOTE)
    assert heard.pbx.locked == {WHOSE}
    assert heard.pbx.opposed == {STRANGER: ENTRY}


async def test_where_the_ledger_holds_the_database_for_the_right_one_the_pbx_is_relieved(
    heard: Heard,
) -> None:
    """After a restoration, calls since the backup are no attempts any more."""
    ended = Ended(STRANGER, NOW, DialStatus.ANSWER, 16, 200, ())
    heard.pbx.opposed[STRANGER], heard.pbx.ended[STRANGER] = ENTRY, ended
    await (await heard.calls(WRITABLE)).apply(heard.link, [ENTRY, ended])
    assert await heard.store.suppressions.of(fingerprint(1))
    assert (heard.pbx.opposed, heard.pbx.ended) == ({}, {})


async def test_it_is_stored_when_the_outbox_is_read_again_too(heard: Heard) -> None:
    """A recovery, and each minute, reads it again; another process may as well."""
    for _ in range(2):
        await (await heard.calls()).apply(heard.link, [ENTRY])
    assert len(await heard.store.suppressions.of(fingerprint(1))) == 1


async def test_a_nine_that_the_pbx_has_not_written_yet_waits_for_it(heard: Heard) -> None:
    calls = await heard.calls()
    await calls.apply(heard.link, [Opposed(STRANGER, NOW)])
    assert not await heard.store.suppressions.of(fingerprint(1))
    heard.pbx.opposed[STRANGER] = ENTRY
    await calls.apply(heard.link, [Opposed(STRANGER, NOW)])
    assert await heard.store.suppressions.of(fingerprint(1))


async def test_who_has_answered_is_left_on_the_line_and_what_still_rings_is_cancelled(heard: Heard) -> None:
    calls = await heard.calls()
    await calls.apply(heard.link, [Opposed(STRANGER, NOW)])
    await calls.apply(heard.link, [Ringing(THIRD, NOW), Answered(THIRD, NOW)])
    await calls.apply(heard.link, [Dialing(OTHER, NOW), Ringing(OTHER, NOW)])
    ended = Ended(STRANGER, NOW, DialStatus.ANSWER, 16, 200, ())
    await calls.apply(heard.link, [TalkingStopped(STRANGER, NOW), ended, ChannelGone(STRANGER, NOW)])
    assert (heard.pbx.cancelled, heard.pbx.hung_up) == ([OTHER], [])


async def test_an_unknown_sponsors_opposition_counts_against_everybody(heard: Heard) -> None:
    entry = Opposed(STRANGER, NOW, PbxSuppression(fingerprint(1), "0" * 16))
    await (await heard.calls()).apply(heard.link, [entry])
    (stored,) = await heard.store.suppressions.of(fingerprint(1))
    assert stored.sponsor is None


async def test_an_opposition_under_older_keys_counts_under_those_of_today(heard: Heard) -> None:
    await rotated(heard.store)
    await (await heard.calls()).apply(heard.link, [ENTRY])
    (today,) = (await fingerprints(heard.store)).successors(fingerprint(1))
    assert await heard.store.suppressions.of(today)
