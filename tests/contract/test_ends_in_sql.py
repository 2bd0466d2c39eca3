"""The database tells calls that reached nobody apart as the domain does."""

from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import select

from dialer.adapters.sql.ends import left_unanswered, unreached
from dialer.adapters.sql.store import SqlStore
from dialer.adapters.sql.tables import attempts
from dialer.domain.attempt import AttemptState
from dialer.domain.final_answer import About, counts, end_about
from dialer.ports.records import Progression
from tests.contract.samples import NOW, claimed, listed

ENDS = [(None, cause) for cause in (None, *range(128))] + [(sip, 21) for sip in range(300, 700)]


@pytest.mark.parametrize("heard", ["nothing", "ringing", "answer"])
async def test_every_code_is_read_alike(store: SqlStore, heard: str) -> None:
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
    async with store.attempts._database.read() as connection:
        rows = await connection.execute(select(attempts.c.id, unreached, left_unanswered))
        stored = {row[0]: (bool(row[1]), bool(row[2])) for row in rows}
    for attempt in made:
        assert stored[attempt.id] == (not counts(attempt), end_about(attempt) is About.SILENCE), attempt
