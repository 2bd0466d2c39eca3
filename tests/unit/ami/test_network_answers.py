"""The end of a call waits a moment for the network's answer, and is reported once.

It is reported without the answer where none comes.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.adapters.ami import network_answers
from dialer.adapters.ami.network_answers import NetworkAnswers
from dialer.adapters.clock import SystemClock
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import DialStatus, Ended
from dialer.ports.telephony import TelephonyEvent, TrunkAsked
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.samples.calls import an_attempt
from tests.samples.campaigns import MONDAY
from tests.unit.ami.test_sip_copy import KEY, answer

NOWHERE = ("127.0.0.1", 5060)


class Heard:
    """A listener to the copies of one PBX."""

    def __init__(self) -> None:
        self.events: list[TelephonyEvent] = []
        self.answers = NetworkAnswers("pbx1", KEY, self.events.append, SystemClock().now)

    def calls(self, index: int) -> Ended:
        """Call the one number; return its end as the PBX will report it."""
        attempt = an_attempt(id=AttemptId(f"{index:032x}"))
        self.answers.expect(attempt)
        return Ended(attempt.id, MONDAY, DialStatus.NOANSWER, 16, None, ())


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    heard, port = Heard(), free_port(socket.SOCK_DGRAM)
    heard.answers.listen("127.0.0.1", port)
    async with asyncio.timeout(SOON_S):
        while heard.answers._transport is None:
            await asyncio.sleep(0.01)
    yield heard
    heard.answers.close()


async def test_an_end_waits_for_its_answer(heard: Heard) -> None:
    ended = heard.calls(1)
    heard.answers.tell(ended)
    assert heard.events == []
    heard.answers.datagram_received(answer("480 No", "Reason: Q.850;cause=1"), NOWHERE)
    assert heard.events == [replace(ended, hangup_cause=1, sip_code=480)]


async def test_an_end_whose_answer_never_comes_is_told_all_the_same(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_answers, "PATIENCE_S", 0.01)
    ended = heard.calls(1)
    heard.answers.tell(ended)
    async with asyncio.timeout(SOON_S):
        while not heard.events:
            await asyncio.sleep(0.01)
    heard.answers.datagram_received(answer("480 No"), NOWHERE)
    assert heard.events == [ended]


async def test_an_end_is_not_lost_when_the_link_is_or_when_the_number_is_called_again(heard: Heard) -> None:
    first = heard.calls(1)
    heard.answers.tell(first)
    second = heard.calls(2)
    heard.answers.tell(second)
    heard.answers.flush()
    heard.answers.flush()
    assert heard.events == [first, second]


async def test_who_does_not_hear_the_copies_waits_for_none() -> None:
    deaf = Heard()
    ended = deaf.calls(1)
    deaf.answers.tell(ended)
    assert deaf.events == [ended]


async def test_a_rest_has_an_end_whatever_the_trunk_asks(heard: Heard) -> None:
    heard.calls(1)
    before = SystemClock().now()
    heard.answers.datagram_received(answer("503 No", "Retry-After: 999999999"), NOWHERE)
    (asked,) = heard.events
    assert isinstance(asked, TrunkAsked)
    assert asked.until - before < timedelta(days=1, minutes=1)
