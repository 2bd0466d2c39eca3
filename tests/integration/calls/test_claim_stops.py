"""A claim that finds no contact to call stops in time: the rest of the list waits."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.decision.decide import decide as decide_really
from dialer.domain.decision.record import Decision, ReasonCode, RefusalReason
from dialer.services.dialing.claim import MOST_JUDGING_S
from tests.contract.engines import SqliteEngine
from tests.integration.floor import Floor, a_floor

PEOPLE = 100
EACH_S = 0.001
AT_ONCE = round(MOST_JUDGING_S / EACH_S)


def refuse_slowly(floor: Floor, patch: pytest.MonkeyPatch) -> None:
    """Let every judgement take a millisecond of the processor."""

    def decide(*asked: Any) -> Decision:
        floor.process.clock.used_s += EACH_S
        why = RefusalReason("FP-02", ReasonCode.NO_CONSENT, "")
        return decide_really(*asked)._replace(permitted=False, reasons=(why,), permit_until=None)

    patch.setattr("dialer.services.decision.decider.decide", decide)


async def test_a_claim_ends_after_so_much_judging_and_the_next_takes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = SqliteEngine(tmp_path)
    await upgrade(engine.original)
    async with a_floor(engine.copy("slow"), PEOPLE) as floor:
        refuse_slowly(floor, monkeypatch)
        judged = [(await floor.written())[0]]
        while judged[-1] < PEOPLE:
            assert await floor.process.dialing.turn()
            judged.append((await floor.written())[0])
        steps = [after - before for before, after in pairwise(judged)]
        assert steps == [AT_ONCE] * (PEOPLE // AT_ONCE)
