"""A unit of work is one transaction: rows, evidence and notifications, whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.sql.campaigns import SqlCampaignRepository
from dialer.adapters.sql.oppositions import SqlSuppressionRepository
from dialer.adapters.sql.upkeep import SqlRestoreRepository
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import NotFound, Unavailable
from dialer.domain.base.types import Fingerprint
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb
from dialer.domain.ledger.entries_admin import Gap, link_changed
from dialer.domain.ledger.event import Kind
from dialer.domain.upkeep import Topic, opt_out
from dialer.ports.upkeep import WebhookUrl
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.campaigns import freeze_script, move_campaign
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import end_halts
from dialer.services.upkeep.restoring import begin_restoration
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.samples.campaigns import CAMPAIGN, NOW, campaign
from tests.samples.people import consent, number, suppression

TOLD = WebhookUrl("crm")
KEY = b"key of the tests"


class Broken(Exception):
    pass


@pytest.fixture
async def told(url: str) -> AsyncIterator[ActStore]:
    """With an endpoint that hears of every opposition."""
    async with ActStore.open(url, subscribers={TOLD: frozenset({Topic.OPT_OUT})}) as opened:
        yield opened


async def evidence(store: ActStore) -> list[Kind]:
    """Kinds of entries that wait to be sealed, in order."""
    async with store.read() as work:
        return [pending.event.kind for pending in await work.recorded.pending()]


async def oppose(work: Any) -> None:
    work.record(link_changed("pbx1", up=True, at=NOW))
    stored = await work.suppressions.add([suppression(1)])
    work.notify(*map(opt_out, stored))
    work.record(link_changed("pbx1", up=False, at=NOW))


async def test_rows_evidence_and_notifications_are_committed_together(told: ActStore) -> None:
    async with told.write() as work:
        await oppose(work)
        assert await told.suppressions.count() == 0, "another unit sees nothing before the end"
    assert await told.suppressions.count() == 1
    assert await told.outbox.waiting() == 1
    assert await evidence(told) == [Kind.PBX_UP, Kind.PBX_DOWN], "in the order of recording"


async def test_what_breaks_the_block_undoes_all_of_it(told: ActStore) -> None:

    async def act() -> None:
        async with told.write() as work:
            await oppose(work)
            raise Broken

    with pytest.raises(Broken):
        await act()
    assert await told.suppressions.count() == 0
    assert await told.outbox.waiting() == 0
    assert await evidence(told) == []


async def test_evidence_that_cannot_be_written_undoes_its_rows(told: ActStore) -> None:
    """No act without its entry: this one has no form in the ledger."""
    formless = replace(link_changed("pbx1", up=True, at=NOW), body={"what": object()})

    async def act() -> None:
        async with told.write() as work:
            await work.suppressions.add([suppression(1)])
            work.record(formless)

    with pytest.raises(TypeError):
        await act()
    assert await told.suppressions.count() == 0


async def test_a_unit_that_is_cancelled_leaves_nothing(told: ActStore) -> None:
    begun = asyncio.Event()

    async def wait_for_ever() -> None:
        async with told.write() as work:
            await oppose(work)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait_for_ever())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await told.suppressions.count(), await evidence(told)) == (0, [])


async def test_a_unit_that_reads_changes_nothing_and_sees_one_instant(told: ActStore) -> None:
    async with told.read() as work:
        before = await work.suppressions.count()
        await told.suppressions.add([suppression(1)])
        assert await work.suppressions.count() == before

    async def write() -> None:
        async with told.read() as work:
            await work.suppressions.add([suppression(2)])

    async def record() -> None:
        async with told.read() as work:
            work.record(link_changed("pbx1", up=True, at=NOW))

    for act in (write, record):
        with pytest.raises(Unavailable):
            await act()
    assert await told.suppressions.count() == 1


class NoLocks:
    """Locks of a fleet without PBXs."""

    async def suppress(self, entries: object) -> None:
        pass

    async def unsuppress(self, entry: object) -> None:
        pass


def desk(store: ActStore) -> Suppressions:
    ringing = RingingCalls(store, Fleet({}, driven=False))
    return Suppressions(store, pretending(NOW), Fingerprints(KEY), NoLocks(), ringing)


def of_one() -> Fingerprint:
    return Fingerprints(KEY).of(number(1))


async def breaks(*_: object, **__: object) -> None:
    raise Broken


async def test_an_opposition_is_lifted_with_the_end_of_earlier_consents_or_not_at_all(
    store: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.consents.add([consent(1, fingerprint=of_one())], by="camille")
    await store.suppressions.add([suppression(1, fingerprint=of_one())])
    before = await store.consents.of(of_one()), await evidence(store)
    with monkeypatch.context() as broken:
        broken.setattr(SqlSuppressionRepository, "remove", breaks)
        with pytest.raises(Broken):
            await desk(store).remove(LOCAL_ADMINISTRATOR, number(1), "by letter")
    assert (await store.consents.of(of_one()), await evidence(store)) == before
    assert len(await store.suppressions.of(of_one())) == 1
    assert await desk(store).remove(LOCAL_ADMINISTRATOR, number(1), "by letter") == 1
    assert len(await store.consents.of(of_one())) == 2
    with pytest.raises(NotFound):
        await desk(store).remove(LOCAL_ADMINISTRATOR, number(1), "by letter")


async def test_a_script_is_frozen_by_the_approval_or_not_at_all(
    store: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.campaigns.add(campaign())

    async def approve() -> None:
        async with store.write() as work:
            await freeze_script(work, CAMPAIGN, "f" * 64)
            await move_campaign(work, CAMPAIGN, CampaignVerb.APPROVE, by="omar", at=NOW)

    with monkeypatch.context() as broken:
        broken.setattr(SqlCampaignRepository, "add_move", breaks)
        with pytest.raises(Broken):
            await approve()
    draft = await store.campaigns.get(CAMPAIGN)
    assert (draft.state, draft.script) == (CampaignState.DRAFT, None)
    assert await evidence(store) == [Kind.CAMPAIGN_CREATE]
    await approve()
    assert (await store.campaigns.get(CAMPAIGN)).script == "f" * 64


async def test_a_restoration_ends_with_its_halt_or_not_at_all(
    store: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    halt = a_halt()
    async with store.write() as work:
        await begin_restoration(work, Gap(NOW, 0, 0, ()), halt)

    async def unhalt() -> None:
        async with store.write() as work:
            await end_halts(work, [halt.id], by="omar", at=NOW, reason="all is well")

    with monkeypatch.context() as broken:
        broken.setattr(SqlRestoreRepository, "end", breaks)
        with pytest.raises(Broken):
            await unhalt()
    assert (await store.halts.state()).halted
    await unhalt()
    last = await store.restores.last()
    assert not (await store.halts.state()).halted
    assert last is not None
    assert last.ended_at == NOW
