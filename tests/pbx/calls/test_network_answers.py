"""The network's answers beyond its codes, read from Asterisk's copies of its SIP messages."""

import asyncio
from datetime import timedelta

import pytest

from dialer.domain.calls.call_events import Answered, ChannelGone, DialStatus, Ended
from dialer.domain.calls.outcome import EndReason, end_reason
from dialer.ports.telephony import TrunkAsked
from tests.harness.patience import SOON_S
from tests.pbx.callee import Manner
from tests.pbx.machine.test_ami_real import CLOCK, Session, own_pbx, session, somebody

__all__ = ["own_pbx", "session"]


def refusing(status: int, *headers: str) -> Manner:
    return Manner(status=status, reason="Refused", rings=False, refusal_headers=headers)


@pytest.mark.parametrize(
    ("manner", "sip", "cause"),
    [
        pytest.param(refusing(480, 'Reason: Q.850;cause=1;text="unallocated"'), 480, 1, id="unallocated"),
        pytest.param(refusing(480, 'Reason: Q.850;cause=41;text="temporary failure"'), 480, 41, id="failure"),
        pytest.param(refusing(404, "Reason: SIP;cause=404, Q.850 ;cause=34"), 404, 34, id="no-circuit"),
        pytest.param(refusing(480), 480, 19, id="no-reason"),
    ],
)
async def test_the_reason_of_a_refusal_is_its_cause(
    session: Session, manner: Manner, sip: int, cause: int
) -> None:
    """RFC 3326."""
    async with somebody(session.port, manner):
        attempt = await session.originate()
        ended = await session.until(Ended, attempt)
        await session.until(ChannelGone, attempt)
    assert (ended.sip_code, ended.hangup_cause) == (sip, cause)


async def test_a_trunk_asks_to_be_left_in_peace(session: Session) -> None:
    """RFC 3261, 20.33. A callee's own such wish says nothing about the trunk."""
    async with somebody(session.port, refusing(480, "Retry-After: 77")):
        await session.until(Ended, await session.originate())
    async with somebody(session.port, refusing(503, "Retry-After: 600 (busy)")):
        before = CLOCK.now()
        await session.until(Ended, await session.originate())
        asked = await session.until(TrunkAsked)
    assert asked.trunk == session.trunk
    assert timedelta(seconds=600) <= asked.until - before <= timedelta(seconds=600 + SOON_S)
    assert len([event for event in session.told if isinstance(event, TrunkAsked)]) == 1


async def test_who_answers_as_we_give_up_lifted_the_receiver_and_heard_nothing(session: Session) -> None:
    """RFC 3261, 9.1: their 200 crosses our CANCEL."""
    async with somebody(session.port, Manner(status=0, crosses=True)):
        attempt = await session.originate(ring_timeout_s=1)
        ended = await session.until(Ended, attempt)
    assert Answered in session.kinds(attempt)
    assert (ended.dial_status, ended.sip_code) == (DialStatus.ANSWER, 200)
    assert end_reason(ended.trace) is EndReason.LATE_ANSWER
    assert len([event for event in session.of(attempt) if isinstance(event, Ended)]) == 1


async def test_who_lets_it_ring_has_not_answered(session: Session) -> None:
    async with somebody(session.port, Manner(status=0)):
        attempt = await session.originate(ring_timeout_s=1)
        ended = await session.until(Ended, attempt)
    assert (ended.dial_status, ended.sip_code) == (DialStatus.NOANSWER, None)
    assert Answered not in session.kinds(attempt)


async def test_without_copies_the_end_is_told_all_the_same(session: Session) -> None:
    session.telephony._inbox.answers.datagram_received = lambda *_: None  # type: ignore[method-assign]
    async with somebody(session.port, refusing(480, "Reason: Q.850;cause=1")):
        async with asyncio.timeout(SOON_S):
            ended = await session.until(Ended, await session.originate())
    assert (ended.sip_code, ended.hangup_cause) == (480, 19)
