"""The database classes calls that reached no person as the domain does."""

from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import select

from dialer.adapters.sql.calls import left_unanswered, number_gone, unreached
from dialer.adapters.sql.schema.calls import attempts
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.outcome import About, counts, end_about
from dialer.ports.records import Progression
from tests.harness.acts import ActStore
from tests.samples.calls import claimed
from tests.samples.campaigns import NOW
from tests.samples.people import listed

ENDS: list[tuple[int | None, int | None]] = [(None, cause) for cause in (None, *range(128))] + [
    (sip, 21) for sip in range(300, 700)
]
ENDS += [(sip, cause) for sip in (404, 408, 480, 503) for cause in (None, 1, 18, 34)]


@pytest.mark.parametrize("heard", ["nothing", "ringing", "answer"])
async def test_every_code_is_read_alike(store: ActStore, heard: str) -> None:
    ends = list(product(ENDS, (AttemptState.ENDED, AttemptState.LOST)))
    await listed(store, *range(len(ends)))
    ringing, answered = (NOW if heard != "nothing" else None), (NOW if heard == "answer" else None)
    made = [
        replace(
            attempt,
            state=state,
            sip_code=sip,
            hangup_cause=cause,
            ended_at=NOW,
            ringing_at=ringing,
            answered_at=answered,
        )
        for attempt, ((sip, cause), state) in zip(await claimed(store), ends, strict=False)
    ]
    await store.attempts.commit([Progression(attempt) for attempt in made])
    async with store._database.read() as connection:
        rows = await connection.execute(select(attempts.c.id, unreached, left_unanswered, number_gone))
        stored = {row[0]: tuple(map(bool, row[1:])) for row in rows}
    for attempt in made:
        found = end_about(attempt)
        expected = not counts(attempt), found is About.SILENCE, found is About.NUMBER
        assert stored[attempt.id] == expected, attempt
