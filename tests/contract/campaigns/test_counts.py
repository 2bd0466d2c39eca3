"""The counts behind a campaign's progress equal a count of the rows, after any history."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import Engine, event

from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.retry import ClosedReason, ContactClosed, Due
from dialer.domain.decision.record import ReasonCode
from dialer.ports.records import Progression
from tests.contract.altering import alter
from tests.harness.acts import ActStore
from tests.samples.calls import permit, refuse, sent
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import IMPORT, consent, fingerprint, listed, new_contact

STEPS = 30


class History:
    """Lists, permits, refusals, ends, erasures and consents in random order."""

    def __init__(self, store: ActStore, seed: int) -> None:
        self.store = store
        self.chance = Random(seed)
        self.people = 20
        self.alive: list[Attempt] = []

    async def step(self) -> None:
        acts = (self.add, self.permit, self.permit, self.refuse, self.end, self.end, self.erase, self.agree)
        await self.chance.choice(acts)()

    async def add(self) -> None:
        added = [new_contact(index) for index in range(self.people - 1, self.people + 3)]
        await self.store.contacts.add(IMPORT, CAMPAIGN, added)
        self.people += 3

    async def permit(self) -> None:
        made = await self.store.attempts.claim(CAMPAIGN, now=NOW, limit=4, permits=3, judge=permit)
        attempts = [one.outcome for one in made if isinstance(one.outcome, Attempt)]
        moved = set(await sent(self.store, [attempt.id for attempt in attempts[:2]]))
        self.alive += [
            replace(one, state=AttemptState.ORIGINATING) if one.id in moved else one for one in attempts
        ]

    async def refuse(self) -> None:
        codes = self.chance.sample([ReasonCode.NO_CONSENT, ReasonCode.HALTED, ReasonCode.SUPPRESSED], 2)
        judge = refuse(*codes, outcome=self.chance.choice((Due(NOW), ContactClosed(ClosedReason.NO_KEY))))
        await self.store.attempts.claim(CAMPAIGN, now=NOW, limit=3, permits=1, judge=judge)

    async def end(self) -> None:
        if self.alive:
            attempt = self.alive.pop(self.chance.randrange(len(self.alive)))
            state = self.chance.choice((AttemptState.ENDED, AttemptState.LOST, AttemptState.LAPSED))
            result = self.chance.choice(list(Result))
            contact = self.chance.choice((Due(NOW), ContactClosed(ClosedReason.DELIVERED)))
            over = replace(attempt, state=state, result=result, ended_at=NOW)
            await self.store.attempts.commit([Progression(over, contact=contact)] * 2)

    async def erase(self) -> None:
        someone = fingerprint(self.chance.randrange(self.people))
        if all(attempt.fingerprint != someone for attempt in self.alive):
            await self.store.subjects.erase(someone, by="ada", at=NOW)

    async def agree(self) -> None:
        await self.store.consents.add([consent(self.chance.randrange(self.people))], by="camille")


@pytest.mark.parametrize("seed", range(4))
async def test_the_counts_equal_a_recount_after_any_history(store: ActStore, seed: int) -> None:
    await listed(store, *range(20))
    history = History(store, seed)
    for step in range(STEPS):
        await history.step()
        if step == STEPS // 2:
            await store.campaigns.fold_counts()
    progress = await store.campaigns.progress(CAMPAIGN)
    assert progress.due + progress.calling + progress.closed == progress.contacts == history.people
    assert progress.calling == len(history.alive)
    assert await store.campaigns.recount() == 0
    await store.campaigns.fold_counts()
    assert await store.campaigns.progress(CAMPAIGN) == progress


async def test_a_recount_mends_what_is_wrong_and_says_so(store: ActStore, url: str) -> None:
    await listed(store, 1, 2, 3)
    true = await store.campaigns.progress(CAMPAIGN)
    alter(url, "UPDATE progress_counts SET n = n + 5 WHERE fact = 'contact due'")
    assert (await store.campaigns.progress(CAMPAIGN)).due == 8
    assert await store.campaigns.recount() == 1
    assert await store.campaigns.progress(CAMPAIGN) == true
    assert await store.campaigns.recount() == 0


async def test_progress_and_silent_calls_are_answered_without_counting_any_call(store: ActStore) -> None:
    await listed(store, *range(20))
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        await store.attempts.silent(CAMPAIGN, since=NOW)
        await store.campaigns.progress(CAMPAIGN)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert [each for each in said if "attempts" in each or "count(" in each] == []
