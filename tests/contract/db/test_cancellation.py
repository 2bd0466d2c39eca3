"""A task may be cancelled wherever it waits, and its exception kept for ever.

Others write at once, and nothing is half-written.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

import pytest

from dialer.domain.base.types import CampaignId, Fingerprint
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import DecisionFilter
from tests.contract.cancelling import cancelled_at
from tests.harness.acts import ActStore
from tests.samples.calls import claimed
from tests.samples.people import fingerprint, listed, suppression

PEOPLE = 10
HANGS_S = 20
"""Seconds. SQLite waits longer for a lock that is never let go."""


@dataclass(slots=True)
class Two:
    """One database, seen by two processes."""

    ours: ActStore
    theirs: ActStore


@pytest.fixture
async def two(url: str) -> AsyncIterator[Two]:
    async with ActStore.open(url) as ours, ActStore.open(url) as theirs:
        yield Two(ours, theirs)


async def others_can_write(two: Two, index: int) -> None:
    async with asyncio.timeout(HANGS_S):
        await two.theirs.suppressions.add([suppression(100 + index)])
        await two.ours.suppressions.add([suppression(100 + index)])


Work = Callable[[int], Coroutine[Any, Any, object]]


async def cancelled_everywhere(
    two: Two, work: Work, check: Callable[[int], Coroutine[Any, Any, None]]
) -> int:
    """Cancel `work(n)` at its n-th suspension, and once more while it cleans up.

    Go on until it comes to its end. Return how often that was.
    """
    chance, kept = Random(4), []
    for step in count(1):
        outcome = await cancelled_at(work(step), {step, step + chance.randint(1, 6)})
        kept.append(outcome)
        await others_can_write(two, step)
        await check(step)
        if outcome is None:
            return step - 1
    raise AssertionError


async def test_a_claim_cancelled_anywhere_is_whole_or_nothing(two: Two) -> None:
    def campaign(step: int) -> CampaignId:
        return CampaignId(f"c{step:012}")

    async def claim(step: int) -> object:
        return await claimed(two.ours, campaign(step))

    async def prepare(step: int) -> None:
        people = range(step * PEOPLE, (step + 1) * PEOPLE)
        await listed(two.theirs, *people, campaign_id=campaign(step))

    async def whole_or_nothing(step: int) -> None:
        permits = await two.theirs.attempts.alive(campaign_id=campaign(step))
        decisions = await two.theirs.decisions.page(DecisionFilter(campaign(step), limit=1000))
        progress = await two.theirs.campaigns.progress(campaign(step))
        assert len(permits) == len(decisions) == PEOPLE - progress.due
        assert len(permits) in {0, PEOPLE}
        await prepare(step + 1)

    await prepare(1)
    assert await cancelled_everywhere(two, claim, whole_or_nothing) > 10


async def test_an_opposition_cancelled_anywhere_is_whole_or_nothing(two: Two) -> None:
    def people(step: int) -> list[Fingerprint]:
        return [fingerprint(1000 + step * 2 + each) for each in range(2)]

    async def oppose(step: int) -> None:
        await two.ours.suppressions.add([suppression(0, fingerprint=each) for each in people(step)])

    async def whole_or_nothing(step: int) -> None:
        assert len(await two.theirs.suppressions.of_many(people(step))) in {0, 2}

    assert await cancelled_everywhere(two, oppose, whole_or_nothing) > 3


async def test_a_reading_cancelled_anywhere_leaves_the_store_free(two: Two) -> None:
    await two.ours.suppressions.add([suppression(index) for index in range(PEOPLE)])

    async def read(step: int) -> list[Suppression]:
        """Read in one batch; the check adds an opposition for every step."""
        return [one async for batch in two.ours.suppressions.in_force(batch=1000) for one in batch]

    async def readable(step: int) -> None:
        async with asyncio.timeout(HANGS_S):
            assert len(await read(step)) >= PEOPLE

    assert await cancelled_everywhere(two, read, readable) > 3
