"""Calls that may still send an INVITE, as a real Asterisk answers.

Asterisk takes its time between its gate and the trunk.
"""

import asyncio
import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony, call_id_of
from dialer.adapters.clock import SystemClock
from dialer.adapters.pbx import container, lifecycle
from dialer.adapters.pbx.container import docker
from dialer.domain.base.types import AttemptId, Fingerprint
from dialer.domain.calls.call_events import Dialing
from dialer.ports.telephony import CallOrder
from tests.harness.patience import SOON_S
from tests.pbx.callee import Manner, callee_at
from tests.pbx.conftest import Pbx, spec_in
from tests.pbx.manager import Message, manager_at
from tests.pbx.sounds import SCRIPT, write_prompts
from tests.samples.calls import an_attempt

NAME = "hesitant"
CLOCK = SystemClock()
RINGS_FOR_EVER = Manner(status=0)
DIAL = " same => n,Dial(PJSIP/${DIALER_NUMBER}"
CALLS = 6


@pytest.fixture(scope="module")
def hesitant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """A PBX whose calls wait for a second behind the gate, as where the machine is busy."""
    home = tmp_path_factory.mktemp("hesitant-home")
    folder = shutil.copytree(container.DIALPLANS, home / "dialplans")
    file = Path(folder) / "20-dial.conf"
    assert DIAL in file.read_text()
    file.write_text(file.read_text().replace(DIAL, f" same => n,Wait(1)\n{DIAL}"))
    spec = spec_in(home, NAME)
    write_prompts(home / "prompts")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(container, "DIALPLANS", Path(folder))
        asyncio.run(lifecycle.up(spec))
    secret, seal = ((home / f"{NAME}.{kind}").read_text().strip() for kind in ("secret", "seal"))
    yield Pbx(spec, secret, seal)
    asyncio.run(lifecycle.down(NAME, home))


def an_order(trunk: str) -> CallOrder:
    attempt = an_attempt(
        id=AttemptId(uuid.uuid4().hex),
        fingerprint=Fingerprint(uuid.uuid4().hex * 2),
        decided_at=CLOCK.now(),
        expires_at=CLOCK.now() + timedelta(seconds=30),
    )
    return CallOrder(replace(attempt, trunk=trunk, script=SCRIPT), "a1" * 8, 20, 60)


async def asterisk_of(pbx: Pbx) -> int:
    """Return the process that sends the INVITEs."""
    answer = await docker("inspect", "--format", "{{.State.Pid}}", pbx.spec.container)
    return int(answer.output)


async def passed_the_gate(telephony: AmiTelephony) -> None:
    async for event in telephony.events():
        if isinstance(event, Dialing):
            return


async def test_an_invite_has_left_once_its_call_is_not_passing_any_more(hesitant: Pbx) -> None:
    """At that moment Asterisk is stopped: an INVITE that has not left by then would not arrive."""
    process = await asterisk_of(hesitant)
    trunk = hesitant.spec.trunks[0]
    address = AmiAddress("127.0.0.1", hesitant.spec.ami_port, "dialer", hesitant.secret)
    async with AmiTelephony(NAME, address, hesitant.seal_key, CLOCK) as telephony:
        for _ in range(CALLS):
            order = an_order(trunk.name)
            with closing(await callee_at(trunk.port, RINGS_FOR_EVER)) as callee:
                await telephony.originate(order)
                await asyncio.wait_for(passed_the_gate(telephony), SOON_S)
                assert await telephony.passing([order.attempt.id]) == {order.attempt.id}
                assert callee.invites == []
                while await telephony.passing([order.attempt.id]):
                    pass
                os.kill(process, signal.SIGSTOP)
                try:
                    await asyncio.sleep(0.2)
                    assert len(callee.invites) == 1
                finally:
                    os.kill(process, signal.SIGCONT)
                await telephony.hang_up(order.attempt.id)
                await asyncio.wait_for(callee.ended.wait(), SOON_S)


async def test_the_thread_that_sends_the_invite_answers_for_its_channel(hesitant: Pbx) -> None:
    """Asterisk would answer the question with nothing, were it not asked there."""
    trunk = hesitant.spec.trunks[0]
    address = AmiAddress("127.0.0.1", hesitant.spec.ami_port, "dialer", hesitant.secret)
    manager = await manager_at(hesitant.spec.ami_port, "dialer", hesitant.secret)
    async with AmiTelephony(NAME, address, hesitant.seal_key, CLOCK) as telephony:
        order = an_order(trunk.name)
        with closing(await callee_at(trunk.port, RINGS_FOR_EVER)) as callee:
            await telephony.originate(order)

            def begun() -> list[Message]:
                mine = {"Event": "DialBegin", "DestLinkedid": order.attempt.id}
                return [event for event in manager.events if mine.items() <= event.items()]

            await manager.until(lambda: bool(begun()))
            question = call_id_of(begun()[0]["DestChannel"])
            answer = await manager.action(
                "Getvar", str(question["Variable"]), Channel=str(question["Channel"])
            )
            [invite] = callee.invites
            assert answer["Value"]
            assert answer["Value"] in invite
            await telephony.hang_up(order.attempt.id)
            await asyncio.wait_for(callee.ended.wait(), SOON_S)
    await manager.close()


async def test_a_call_that_comes_after_the_flag_is_not_passing(hesitant: Pbx) -> None:
    trunk = hesitant.spec.trunks[0]
    address = AmiAddress("127.0.0.1", hesitant.spec.ami_port, "dialer", hesitant.secret)
    async with AmiTelephony(NAME, address, hesitant.seal_key, CLOCK) as telephony:
        order = an_order(trunk.name)
        campaign = order.attempt.campaign_id
        await telephony.set_pause(campaign, CLOCK.now() + timedelta(days=1))
        with closing(await callee_at(trunk.port, RINGS_FOR_EVER)) as callee:
            await telephony.originate(order)
            async with asyncio.timeout(SOON_S):
                while await telephony.passing([order.attempt.id]):
                    await asyncio.sleep(0.05)
            await asyncio.sleep(1.5)
            assert callee.invites == []
        flag = await telephony.pause_flag(campaign)
        assert flag
        await telephony.clear_pause(campaign, flag)
