"""An ear that comes late to everything, as on a busy machine, still hears the whole call."""

import asyncio
from pathlib import Path
from threading import Thread

from dialer.adapters.callees.corpus import Corpus, PromptFolder
from dialer.adapters.callees.ear import Ear
from dialer.adapters.callees.personas import Persona, number_for
from tests.harness.caller import calling
from tests.harness.fixtures import CalleePorts
from tests.harness.patience import SOON_S
from tests.harness.prompts import sound

NUMBER = number_for(Persona.NO_KEY, 0)
SECONDS = 1.0
NOTICE = sound("notice", SECONDS)


async def call(sip_port: int) -> None:
    async with calling(NUMBER, sip_port) as caller:
        await caller.invite()
        await caller.play(NOTICE)
        await caller.bye()


async def test_a_call_that_is_over_before_the_ear_looks_up_is_heard_whole(
    callee_ports: CalleePorts, tmp_path: Path
) -> None:
    corpus = Corpus()
    corpus.add("notice", NOTICE)
    ear = Ear(callee_ports.sip, callee_ports.rtp, corpus, PromptFolder(tmp_path, corpus))
    await ear.open()
    try:
        caller = Thread(target=lambda: asyncio.run(call(callee_ports.sip)))
        caller.start()
        caller.join()  # nothing is read meanwhile
        async with asyncio.timeout(SOON_S):
            while not [one for one in ear.calls.values() if one.snapshot().ending]:
                await asyncio.sleep(0.01)
        assert ear.faults() == []
    finally:
        await ear.close()
    [heard] = [one.snapshot() for one in ear.calls.values()]
    [notice] = heard.heard
    assert (notice.prompt, notice.complete, heard.lost_packets) == ("notice", True, 0)
    assert heard.answered_at is not None
    assert heard.ended_at is not None
    assert heard.ended_at - heard.answered_at >= SECONDS  # as it was, not as it was read
    assert notice.ended_ms - notice.started_ms >= SECONDS * 900
