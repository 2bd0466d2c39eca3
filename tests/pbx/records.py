"""The product's record of a real call's report, and the callee's perception of the same call."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from dialer.adapters.ami.translate import PbxTime, translate
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt_transitions import apply_event
from dialer.domain.calls.call_events import CallEvent
from dialer.services.calls.call_records import CallRecord
from dialer.simulated_callees.received import Heard, KeyPressed
from dialer.simulated_callees.rtp_sender import RATE
from dialer.views.calls import CallView
from tests.harness.agreement import disagreements
from tests.harness.stalls import Stalls, monotonic
from tests.pbx.callee import Callee
from tests.pbx.ear import Frame
from tests.pbx.manager import Message
from tests.pbx.sounds import FRAMES, place_of
from tests.pbx.voice import FRAME_S, Keying
from tests.samples.calls import an_attempt
from tests.samples.campaigns import MONDAY

Key = TypeVar("Key")
SOON_S = 0.3
NEAR = 12
"""Packets of 20 ms."""


@dataclass(frozen=True, slots=True)
class Perceived:
    heard: tuple[Heard, ...]
    keys: tuple[KeyPressed, ...]


def disagreement(callee: Callee, answer: Message, report: Message, stalls: Stalls) -> list[str]:
    """Return every way in which record and callee differ.

    By more than 100 ms and the machine's stalls.
    """
    record, perceived = recorded(answer, report), perceived_by(callee, answer)
    stalled = stalls.since(monotonic(int(answer["At"]) / 1000))
    if not _keys_are_told(callee):
        return disagreements({**record, "keys": []}, Perceived(perceived.heard, ()), stalled)
    pressed = tuple(_until_nine(perceived.keys, lambda press: press.key))
    keys = list(_until_nine(record["keys"], lambda key: str(key["key"])))
    return disagreements({**record, "keys": keys}, Perceived(perceived.heard, pressed), stalled)


def _keys_are_told(callee: Callee) -> bool:
    """Return whether the moments of keys can be compared.

    The moment of a key-up is one for proper telephone events only, and only where the call goes on
    after it.
    """
    last = max((press.at + press.held for press in callee.manner.presses), default=0.0)
    goes_on = callee.manner.hang_up_at is None or callee.manner.hang_up_at > last + SOON_S
    return callee.manner.keying is Keying.EVENTS and goes_on


def _until_nine(keys: Iterable[Key], name: Callable[[Key], str]) -> Iterator[Key]:
    """Yield keys up to a 9: after it nothing is chosen any more, and no key is waited for."""
    for key in keys:
        yield key
        if name(key) == "9":
            return


def recorded(*told: Message) -> dict[str, Any]:
    """Build the record by way of the product's own reader, domain and record."""
    attempt = an_attempt(id=AttemptId(told[0]["Attempt"]))
    for message in told:
        event = translate({name.lower(): value for name, value in message.items()}, MONDAY, PbxTime())
        assert isinstance(event, CallEvent), message
        attempt = apply_event(attempt, event)
    return CallView.of(CallRecord(attempt, "m-1", attempt.number, {}, None)).document()


def perceived_by(callee: Callee, answer: Message) -> Perceived:
    """Return times in milliseconds from the answer that the PBX reported.

    The machine's clock is one for both.
    """
    zero = int(answer["At"]) / 1000
    keys = tuple(KeyPressed(key, _ms(at - zero), _ms(at - zero)) for key, at in callee.released)
    return Perceived(tuple(_passages(callee.ear.frames, zero)), keys)


def _passages(frames: Sequence[Frame], zero: float) -> Iterator[Heard]:
    sounding = [(frame, place) for frame in frames if (place := place_of(frame.payload))]
    for name, run in groupby(sounding, key=lambda found: found[1][0]):
        found = list(run)
        heard = [frame for frame, _ in found]
        skipped, reached = found[0][1][1], found[-1][1][1]
        started = _due(heard[0], heard[:NEAR]) - skipped * FRAME_S
        ended = _due(heard[-1], heard[-NEAR:]) + FRAME_S
        whole = len(found) == FRAMES[name] - 1 == reached
        yield Heard(name, _ms(started - zero), _ms(ended - zero), whole)


def _due(frame: Frame, near: Sequence[Frame]) -> float:
    """Return when a packet came, had it been delayed as little as the quickest near it.

    A busy test program is late for some of them.
    """
    return frame.timestamp / RATE + min(other.arrived - other.timestamp / RATE for other in near)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
