"""Notifications: committed with their event, given to one caller at a time, kept until taken."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.upkeep import Topic
from dialer.ports.upkeep import WebhookUrl
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import listed, number, suppression

HEARS_ALL, HEARS_HALTS = WebhookUrl("a" * 16), WebhookUrl("b" * 16)
SUBSCRIBERS = {HEARS_ALL: frozenset(Topic), HEARS_HALTS: frozenset({Topic.HALTED})}
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def told(url: str) -> AsyncIterator[ActStore]:
    async with ActStore.open(url, subscribers=SUBSCRIBERS) as opened:
        yield opened


async def types(store: ActStore, endpoint: WebhookUrl) -> list[str]:
    claimed = await store.outbox.claim(endpoint, now=LATER, until=LATER, limit=100)
    return [json.loads(delivery.body)["type"] for delivery in claimed]


async def test_an_opposition_a_campaigns_end_and_a_halt_are_told_to_whoever_wants_them(
    told: ActStore,
) -> None:
    await listed(told, 1)
    await told.suppressions.add([suppression(1)])
    await told.campaigns.move(CAMPAIGN, CampaignVerb.PAUSE, by="omar", at=NOW)
    await told.campaigns.move(CAMPAIGN, CampaignVerb.STOP, by="omar", at=NOW)
    await told.halts.begin_halt(a_halt())
    assert sorted(await types(told, HEARS_ALL)) == [
        "dialer.campaign_ended",
        "dialer.halted",
        "dialer.opt_out",
    ]
    assert await types(told, HEARS_HALTS) == ["dialer.halted"]


async def test_nobody_is_told_twice_of_the_same_while_it_waits(told: ActStore) -> None:
    await told.suppressions.add([suppression(1)])
    await told.suppressions.add([suppression(1), suppression(2)])
    assert await told.outbox.waiting() == 2


async def test_no_notification_holds_a_number(told: ActStore, engine: Engine, url: str) -> None:
    await told.suppressions.add([suppression(1, note=f"calls from {number(1)}")])
    assert number(1).removeprefix("+") not in engine.dump(url)["outbox"]


async def test_what_is_claimed_is_its_claimants_until_the_lease_ends(told: ActStore) -> None:
    await told.suppressions.add([suppression(1)])
    (first,) = await told.outbox.claim(HEARS_ALL, now=NOW, until=LATER, limit=10)
    assert await told.outbox.claim(HEARS_ALL, now=NOW, until=LATER, limit=10) == []
    (again,) = await told.outbox.claim(HEARS_ALL, now=LATER, until=LATER, limit=10)
    assert (again.id, again.tries) == (first.id, 2)


async def test_what_was_taken_is_gone_and_what_was_given_up_is_kept_but_not_due(
    told: ActStore, engine: Engine, url: str
) -> None:
    await told.suppressions.add([suppression(1), suppression(2)])
    first, second = await told.outbox.claim(HEARS_ALL, now=NOW, until=NOW, limit=10)
    await told.outbox.delivered(first.id)
    await told.outbox.postpone(second.id, due_at=None, error="not delivered: answered 500")
    assert await told.outbox.claim(HEARS_ALL, now=LATER, until=LATER, limit=10) == []
    assert await told.outbox.waiting() == 0
    assert "answered 500" in engine.dump(url)["outbox"]


async def test_who_subscribed_to_nothing_costs_nothing(store: ActStore) -> None:
    await store.suppressions.add([suppression(1)])
    assert await store.outbox.waiting() == 0
