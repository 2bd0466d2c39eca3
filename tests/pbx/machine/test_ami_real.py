"""The AMI adapter against the real Asterisk: its actions are understood, its conclusions hold."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from dialer.adapters.ami.link import AmiAddress, Timing
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.ami.wire import LoginRefused
from dialer.adapters.clock import SystemClock
from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.container import docker
from dialer.domain.base.errors import NotOriginated
from dialer.domain.base.halt import HaltFlag
from dialer.domain.base.types import AttemptId, Fingerprint
from dialer.domain.calls.call_events import (
    Answered,
    ChannelGone,
    Dialing,
    DialStatus,
    Ended,
    NotSent,
    Opposed,
    Refused,
    Ringing,
)
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.telephony import CallOrder, LinkLost, LinkUp, TelephonyEvent
from tests.harness.halts import a_halt
from tests.harness.patience import SOON_S
from tests.pbx.callee import Callee, Manner, callee_at, header
from tests.pbx.conftest import Pbx, spec_in
from tests.pbx.manager import manager_at
from tests.pbx.sounds import SCRIPT, write_prompts
from tests.pbx.voice import Press
from tests.samples.calls import an_attempt

NAME = "ami"
SPONSOR = "a1" * 8
CLOCK = SystemClock()
RINGS_FOR_EVER = Manner(status=0)
MANY = 40
Event = TypeVar("Event", bound=TelephonyEvent)


@pytest.fixture(scope="module")
def own_pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """Not the PBX that other tests call through: this one is halted and restarted."""
    home = tmp_path_factory.mktemp("ami-home")
    spec = spec_in(home, NAME)
    write_prompts(home / "prompts")
    asyncio.run(lifecycle.up(spec))
    yield Pbx(
        spec, (home / f"{NAME}.secret").read_text().strip(), (home / f"{NAME}.seal").read_text().strip()
    )
    asyncio.run(lifecycle.down(NAME, home))


def telephony_of(pbx: Pbx, **changes: str) -> AmiTelephony:
    address = AmiAddress("127.0.0.1", pbx.spec.ami_port, "dialer", changes.get("secret", pbx.secret))
    return AmiTelephony(
        NAME, address, changes.get("seal_key", pbx.seal_key), CLOCK, timing=Timing(longest_pause=0.5)
    )


@dataclass(slots=True)
class Session:
    """A telephony with its link up, and everything it has reported."""

    telephony: AmiTelephony
    trunk: str
    port: int
    told: list[TelephonyEvent]
    arrived: asyncio.Condition

    async def listen(self) -> None:
        async for event in self.telephony.events():
            async with self.arrived:
                self.told.append(event)
                self.arrived.notify_all()

    async def until(
        self, kind: type[Event], attempt: AttemptId | None = None, seconds: float = SOON_S
    ) -> Event:
        def found() -> list[Event]:
            return [event for event in self.of(attempt) if isinstance(event, kind)]

        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(lambda: bool(found())), seconds)
        return found()[0]

    def of(self, attempt: AttemptId | None) -> list[TelephonyEvent]:
        return [
            event for event in self.told if attempt is None or getattr(event, "attempt_id", None) == attempt
        ]

    def kinds(self, attempt: AttemptId) -> list[type[TelephonyEvent]]:
        return list(dict.fromkeys(type(event) for event in self.of(attempt)))

    async def originate(self, **changes: Any) -> AttemptId:
        order = self.order(**changes)
        await self.telephony.originate(order)
        return order.attempt.id

    def order(self, ring_timeout_s: int = 20, **changes: Any) -> CallOrder:
        attempt = an_attempt(
            id=AttemptId(uuid.uuid4().hex),
            fingerprint=Fingerprint(uuid.uuid4().hex * 2),
            decided_at=CLOCK.now(),
            expires_at=CLOCK.now() + timedelta(seconds=30),
            trunk=self.trunk,
            script=SCRIPT,
        )
        return CallOrder(replace(attempt, **changes), SPONSOR, ring_timeout_s, 60)


@pytest.fixture
async def session(own_pbx: Pbx) -> AsyncIterator[Session]:
    async with telephony_of(own_pbx) as telephony:
        trunk = own_pbx.spec.trunks[0]
        session = Session(telephony, trunk.name, trunk.port, [], asyncio.Condition())
        listening = asyncio.create_task(session.listen())
        await session.until(LinkUp)
        yield session
    await listening


@asynccontextmanager
async def somebody(port: int, manner: Manner) -> AsyncIterator[Callee]:
    """Open a callee that stays until the PBX has ended the call.

    Its late BYE would otherwise end the next callee's.
    """
    with closing(await callee_at(port, manner)) as callee:
        yield callee
        if manner.status in {0, 200}:
            await asyncio.wait_for(callee.ended.wait(), SOON_S)


async def test_a_wrong_password_is_refused(own_pbx: Pbx) -> None:
    with pytest.raises(LoginRefused):
        async with telephony_of(own_pbx, secret="wrong"):
            raise AssertionError("it must not start")


async def test_a_wrong_seal_is_refused_by_the_gate_and_calls_nobody(own_pbx: Pbx) -> None:
    async with telephony_of(own_pbx, seal_key="00" * 32) as telephony:
        trunk = own_pbx.spec.trunks[0]
        session = Session(telephony, trunk.name, trunk.port, [], asyncio.Condition())
        listening = asyncio.create_task(session.listen())
        with closing(await callee_at(trunk.port, Manner())) as callee:
            attempt = await session.originate()
            assert (await session.until(Refused, attempt)).why == "FORGED"
            assert callee.invites == []
    await listening


async def test_a_busy_callee_is_told_from_the_first_invite_to_the_end(session: Session) -> None:
    async with somebody(session.port, Manner(status=486, reason="Busy Here")) as callee:
        attempt = await session.originate()
        ended = await session.until(Ended, attempt)
        assert len(callee.invites) == 1
        assert "sip:+33162000001@" in callee.invites[0]
    assert (ended.dial_status, ended.hangup_cause, ended.sip_code, ended.trace) == (
        DialStatus.BUSY,
        17,
        486,
        (),
    )
    assert {Dialing, Ringing, Ended} <= set(session.kinds(attempt))
    assert not {NotSent, Answered, Refused} & set(session.kinds(attempt))


async def test_an_end_waits_in_the_outbox_until_it_is_cleared(session: Session) -> None:
    async with somebody(session.port, Manner(hang_up_at=0.4)):
        attempt = await session.originate()
        ended = await session.until(Ended, attempt)
        await session.until(ChannelGone, attempt)
    assert session.kinds(attempt) == [Dialing, Ringing, Answered, Ended, ChannelGone]
    assert ended.dial_status is DialStatus.ANSWER
    assert [(step.verb, step.name) for step in ended.trace] == [("play", "notice"), ("cut", "notice")]
    assert ended in (await session.telephony.outbox()).ended
    assert (await session.telephony.outbox([attempt])).ended == (ended,)
    await session.telephony.clear_ended([attempt])
    await session.telephony.clear_ended([attempt])
    assert ended not in (await session.telephony.outbox()).ended
    assert (await session.telephony.outbox([attempt])).ended == ()


async def test_a_nine_is_told_and_waits_in_the_outbox_until_it_is_cleared(session: Session) -> None:
    async with somebody(session.port, Manner(presses=(Press("9", 0.3),))):
        attempt = await session.originate()
        await session.until(Opposed, attempt)
        outbox = await session.telephony.outbox([attempt])
        assert attempt in outbox.alive
        await session.until(Ended, attempt)
    opposed = [entry for entry in (await session.telephony.outbox()).opposed if entry.attempt_id == attempt]
    assert set((await session.telephony.outbox([attempt])).opposed) == set(opposed)
    assert not {entry.at for entry in opposed}.isdisjoint(
        event.at for event in session.of(attempt) if isinstance(event, Opposed)
    )
    await session.telephony.clear_opposed([attempt])
    assert attempt not in [entry.attempt_id for entry in (await session.telephony.outbox()).opposed]


async def test_a_nine_cut_off_by_the_hang_up_is_an_opposition(session: Session) -> None:
    manner = Manner(presses=(Press("9", 0.3, held=2.0),), hang_up_at=0.4)
    async with somebody(session.port, manner):
        attempt = await session.originate()
        await session.until(Ended, attempt)
        await session.until(Opposed, attempt)


async def test_hanging_up_a_ringing_call_cancels_its_invite(session: Session) -> None:
    async with somebody(session.port, RINGS_FOR_EVER):
        attempt = await session.originate()
        await session.until(Ringing, attempt)
        await session.telephony.hang_up(attempt)
        assert (await session.until(Ended, attempt)).dial_status is DialStatus.CANCEL


async def test_hanging_up_an_answered_call_ends_it(session: Session) -> None:
    async with somebody(session.port, Manner()):
        attempt = await session.originate()
        await session.until(Answered, attempt)
        await session.telephony.hang_up(attempt)
        assert (await session.until(Ended, attempt)).dial_status is DialStatus.ANSWER


async def test_everybody_is_hung_up_at_once(session: Session, own_pbx: Pbx) -> None:
    # A trunk of its own: an unanswered INVITE is sent again for half a minute.
    deaf = own_pbx.spec.trunks[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setblocking(False)
        listening.bind(("127.0.0.1", deaf.port))
        attempts = [await session.originate(trunk=deaf.name) for _ in range(MANY)]
        invited: set[str] = set()
        while len(invited) < MANY:
            invite = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(listening, 4096), SOON_S)
            invited.add(header(invite.decode(), "Call-ID"))
        assert await session.telephony.hang_up_all() == MANY
        for attempt in attempts:
            assert (await session.until(Ended, attempt)).dial_status is DialStatus.CANCEL
    assert not (await session.telephony.outbox()).alive


async def test_a_halt_stops_calls_until_it_is_lifted(session: Session) -> None:
    halt = a_halt("arr\u00eat d'urgence")
    await session.telephony.set_halt(halt)
    assert await session.telephony.halt_flag() == HaltFlag(halt.id, "arr?t d'urgence")
    attempt = await session.originate()
    assert (await session.until(Refused, attempt)).why == "HALTED"
    await session.telephony.clear_halt()
    await session.telephony.clear_halt()
    assert await session.telephony.halt_flag() is None
    async with somebody(session.port, Manner(status=486, reason="Busy Here")):
        await session.until(Ended, await session.originate())


async def test_a_suppressed_fingerprint_is_not_called_until_it_is_removed(session: Session) -> None:
    order = session.order()
    mine = PbxSuppression(order.attempt.fingerprint, SPONSOR)
    everybodys = PbxSuppression(order.attempt.fingerprint, None)
    for entry in (mine, everybodys):
        await session.telephony.suppress([entry])
        attempt = await session.originate(fingerprint=order.attempt.fingerprint)
        assert (await session.until(Refused, attempt)).why == "SUPPRESSED"
        await session.telephony.unsuppress(entry)
    async with somebody(session.port, Manner(status=486, reason="Busy Here")):
        await session.until(Ended, await session.originate(fingerprint=order.attempt.fingerprint))


async def test_many_thousand_suppressions_are_written(session: Session) -> None:
    entries = [PbxSuppression(Fingerprint(f"{number:064x}"), None) for number in range(5000)]
    await session.telephony.suppress(entries)
    attempt = await session.originate(fingerprint=entries[-1].fingerprint)
    assert (await session.until(Refused, attempt)).why == "SUPPRESSED"
    assert set(await session.telephony.suppressed()) >= set(entries)


async def test_the_same_order_twice_calls_once(session: Session) -> None:
    async with somebody(session.port, Manner(status=486, reason="Busy Here")) as callee:
        order = session.order()
        await session.telephony.originate(order)
        await session.until(Ended, order.attempt.id)
        # Asterisk makes no second channel of an id while the first is there.
        async with asyncio.timeout(SOON_S):
            while order.attempt.id in (await session.telephony.outbox()).alive:
                await asyncio.sleep(0.02)
        await session.telephony.originate(order)
        assert (await session.until(Refused, order.attempt.id)).why == "REPEATED"
        assert len(callee.invites) == 1
    assert NotSent not in session.kinds(order.attempt.id)


async def test_a_call_that_never_reached_the_gate_was_not_sent(session: Session, own_pbx: Pbx) -> None:
    manager = await manager_at(own_pbx.spec.ami_port, "dialer", own_pbx.secret)
    attempt = AttemptId(uuid.uuid4().hex)
    nowhere = {
        "Channel": "Local/nobody@dialer-permit/n",
        "ChannelId": attempt,
        "OtherChannelId": f"{attempt}-2",
    }
    await manager.action("Originate", **nowhere, Application="Wait", Data="1", Async="true", Timeout="1000")
    await session.until(NotSent, attempt)
    await manager.close()


async def test_a_withheld_permit_is_unsent_and_its_late_originate_calls_nobody(session: Session) -> None:
    order = session.order()
    assert await session.telephony.withhold([order.attempt]) == {order.attempt.id}
    await session.telephony.originate(order)
    assert (await session.until(Refused, order.attempt.id)).why == "REPEATED"
    assert await session.telephony.withhold([order.attempt]) == {order.attempt.id}


async def test_a_call_that_left_is_never_taken_for_unsent(session: Session) -> None:
    async with somebody(session.port, Manner(status=486, reason="Busy Here")):
        order = session.order()
        await session.telephony.originate(order)
        await session.until(Ended, order.attempt.id)
    assert await session.telephony.withhold([order.attempt]) == frozenset()


async def test_a_restart_of_the_pbx_is_a_loss_and_a_return(session: Session, own_pbx: Pbx) -> None:
    of_its_former_life = session.order().attempt
    await docker("restart", "-t", "2", own_pbx.spec.container)
    await session.until(LinkLost)
    async with session.arrived:
        await asyncio.wait_for(
            session.arrived.wait_for(lambda: session.told.count(LinkUp(NAME)) == 2), SOON_S
        )
    async with somebody(session.port, Manner(status=486, reason="Busy Here")):
        await session.until(Ended, await session.originate())
    decided_since = session.order().attempt
    assert await session.telephony.withhold([of_its_former_life, decided_since]) == {decided_since.id}


async def test_a_killed_pbx_is_noticed_and_takes_no_order(session: Session, own_pbx: Pbx) -> None:
    await docker("kill", own_pbx.spec.container)
    await session.until(LinkLost)
    with pytest.raises(NotOriginated):
        await session.originate()
    await docker("start", own_pbx.spec.container)
    async with session.arrived:
        await asyncio.wait_for(
            session.arrived.wait_for(lambda: session.told.count(LinkUp(NAME)) == 2), SOON_S
        )


async def test_what_expired_long_ago_is_forgotten_and_the_rest_is_not(session: Session, own_pbx: Pbx) -> None:
    manager = await manager_at(own_pbx.spec.ami_port, "dialer", own_pbx.secret)
    now = int(CLOCK.now().timestamp())
    families = ("dialer-used", "dialer-machine", "dialer-spoken", "dialer-objected")
    old, late = "0d" * 16, "1a" * 16
    for family in families:
        await manager.put(f"{family}/{old}", str(now - 700))
        await manager.put(f"{family}/{late}", str(now - 500))
    assert [await session.telephony.forget_expired() for _ in families] == [1, 1, 1, 1]
    for family in families:
        assert await manager.database(f"{family}/{old}") is None
        assert await manager.database(f"{family}/{late}") == str(now - 500)
        await manager.delete(f"{family}/{late}")
    await manager.close()
