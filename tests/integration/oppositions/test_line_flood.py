"""A flood on the call-back line: every opposition is taken, in batches.

The recovery waits for one of them alone.
"""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import PbxOutbox
from dialer.ports.telephony import LineObjection
from dialer.services.calls import pbx_worker
from dialer.services.oppositions import callback_line
from dialer.services.pbx import lease
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.integration.history import History, a_pbx, fill
from tests.integration.scripted_link import ScriptedLink
from tests.integration.service_process import World

TICK_S = 0.01
BATCH = 10
CALLS = 45
NOBODY = 7
"""Index of a caller whose typed digits hold no possible number."""


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbx_worker, "TICK_S", TICK_S)
    monkeypatch.setattr(lease, "TICK_S", TICK_S)
    monkeypatch.setattr(pbx_worker, "RETRY_S", TICK_S)
    monkeypatch.setattr(callback_line, "BATCH", BATCH)


class NotedLink(ScriptedLink):
    """A link that notes the requests to the PBX, in order."""

    done: ClassVar[list[str]]

    async def clear_line_objections(self, keys: Sequence[str]) -> None:
        await super().clear_line_objections(keys)
        self.done.append(f"{len(keys)} cleared")

    async def outbox(self, of: Collection[AttemptId] | None = None) -> PbxOutbox:
        self.done.append("recovery")
        return await super().outbox(of)


async def test_of_a_flood_one_batch_is_taken_before_the_recovery_and_the_rest_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with ActStore.open(url) as store:
        await fill(store)
        world = World()
        pbx = a_pbx(world)
        for index in range(CALLS):
            number = "" if index == NOBODY else f"0199{index:06d}"
            pbx.line[f"line-{index:03d}"] = LineObjection(f"line-{index:03d}", world.at, number, "0" * 16)
        monkeypatch.setattr("tests.integration.history.ScriptedLink", NotedLink)
        done: list[str] = []
        monkeypatch.setattr(NotedLink, "done", done, raising=False)
        history = History(store, [pbx], world)
        await history.ready()
        async with asyncio.timeout(SOON_S):
            while pbx.line:
                await asyncio.sleep(TICK_S)
        assert await store.suppressions.count() == CALLS - 1
        assert done[:2] == [f"{BATCH} cleared", "recovery"]
        assert done[2:] == [*[f"{BATCH} cleared"] * 3, "5 cleared"]
        await history.processes[0].die()
