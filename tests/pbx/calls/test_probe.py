"""The call-back probe on the real Asterisk (FP-17, T093, E9).

It rings a number of ours by the trunk, and keeps the sound of the answering party.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.originate import sealed
from dialer.adapters.ami.probing import GATE, PROBE_SHAPES, PROBED, probe_action
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.ami.translate import PbxTime
from dialer.adapters.clock import SystemClock
from dialer.adapters.prompts import spoken
from dialer.domain.base.types import PhoneNumber, ProbeId
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.probe import ProbeOutcome, of_dialling, of_sound
from dialer.ports.telephony import Line as PublishedLine
from dialer.ports.telephony import ProbeEnd, ProbeOrder
from tests.harness.halts import a_halt
from tests.harness.network import Network, Route, network_at
from tests.harness.patience import SOON_S
from tests.pbx.conftest import Pbx
from tests.pbx.observed_call import Line

SPOKEN_SCRIPT = "7e" * 32
OURS, SHOWN = PhoneNumber("+33162000001"), PhoneNumber("+33162000002")
CLOCK = SystemClock()
GREETING = (
    "Bonjour. Vous avez été appelé par un automate de Liste Demo. Pour ne plus être appelé, appuyez sur 9."
)
STRANGER = (
    "Bonjour. Vous êtes bien chez les époux Martin. Laissez un message après le bip, nous rappellerons."
)


@pytest.fixture(scope="session")
def greeting(pbx: Pbx) -> bytes:
    """Return the line's greeting, spoken: noise has no syllables to compare."""
    sound = asyncio.run(spoken(GREETING, "fr"))
    folder = Path(pbx.spec.home) / "prompts" / SPOKEN_SCRIPT
    folder.mkdir()
    (folder / "callback.alaw").write_bytes(sound)
    return sound


@pytest.fixture
async def telephony(pbx: Pbx, greeting: bytes) -> AsyncIterator[AmiTelephony]:
    address = AmiAddress("127.0.0.1", pbx.spec.ami_port, "dialer", pbx.secret)
    async with AmiTelephony("pbx1", address, pbx.seal_key, CLOCK) as telephony:
        await telephony.set_lines([PublishedLine("33162000001", SPOKEN_SCRIPT, "a1" * 8, None)])
        yield telephony
        await telephony.set_lines([])
        await telephony.clear_halt()


def order(line: Line, number: PhoneNumber = OURS, *, ring_s: int = 5, listen_s: int = 12) -> ProbeOrder:
    expires_at = CLOCK.now() + timedelta(seconds=10)
    return ProbeOrder(
        ProbeId(uuid.uuid4().hex), number, SHOWN, line.free[-1].name, ring_s, listen_s, expires_at
    )


async def probed(
    telephony: AmiTelephony, line: Line, route: Route, asked: ProbeOrder
) -> tuple[ProbeEnd, Network]:
    async with network_at(line.free[-1].port, route) as network:
        return await telephony.probe(asked), network


async def test_a_number_that_leads_back_to_us_is_heard_with_its_greeting(
    telephony: AmiTelephony, line: Line, pbx: Pbx, greeting: bytes
) -> None:
    asked = order(line)
    end, network = await probed(telephony, line, Route(back_to=line.sip_port), asked)
    assert (end.dial_status, end.sip_code) == (DialStatus.ANSWER, 200)
    assert of_sound(greeting, recording(pbx, asked))[0] is ProbeOutcome.PASSED
    assert (network.shown, await line.manager.database(f"{PROBED}/{asked.id}")) == ([SHOWN], None)


@pytest.mark.parametrize(
    ("route", "status", "outcome"),
    [
        (Route(status=486), DialStatus.BUSY, ProbeOutcome.BUSY),
        (Route(), DialStatus.NOANSWER, ProbeOutcome.NO_ANSWER),
        (Route(status=404), DialStatus.CHANUNAVAIL, ProbeOutcome.NOT_IN_SERVICE),
        (Route(status=503), DialStatus.CONGESTION, ProbeOutcome.UNREACHABLE),
    ],
    ids=["busy", "no answer", "not in service", "refused by the network"],
)
async def test_a_number_that_is_not_answered_is_told_by_why(
    telephony: AmiTelephony, line: Line, route: Route, status: DialStatus, outcome: ProbeOutcome
) -> None:
    """T093."""
    end, network = await probed(telephony, line, route, order(line, ring_s=2))
    assert (end.dial_status, len(network.invites)) == (status, 1)
    assert of_dialling(status, end.hangup_cause, end.sip_code) is outcome


async def test_a_stranger_who_answers_is_recorded_told_apart_and_hears_nothing(
    telephony: AmiTelephony, line: Line, pbx: Pbx, greeting: bytes
) -> None:
    """T093, wrong greeting."""
    stranger = await spoken(STRANGER, "fr")
    asked = order(line, listen_s=12)  # twice as long as they talk
    end, network = await probed(telephony, line, Route(says=stranger), asked)
    assert end.dial_status is DialStatus.ANSWER
    outcome, found = of_sound(greeting, recording(pbx, asked))
    assert (outcome, found.same) == (ProbeOutcome.WRONG_GREETING, False)
    assert of_sound(stranger, recording(pbx, asked))[0] is ProbeOutcome.PASSED
    assert network.sounds == 0


async def test_the_line_of_another_sponsor_is_a_wrong_greeting(
    telephony: AmiTelephony, line: Line, pbx: Pbx, greeting: bytes
) -> None:
    sound = await spoken(GREETING.replace("Liste Demo", "Ensemble Autrement"), "fr")
    asked = order(line)
    await probed(telephony, line, Route(back_to=line.sip_port), asked)
    assert of_sound(sound, recording(pbx, asked))[0] is ProbeOutcome.WRONG_GREETING


async def test_an_answer_without_a_sound_is_no_line(
    telephony: AmiTelephony, line: Line, pbx: Pbx, greeting: bytes
) -> None:
    asked = order(line, listen_s=2)
    await probed(telephony, line, Route(says=b"\xd5" * 20_000), asked)
    assert of_sound(greeting, recording(pbx, asked))[0] is ProbeOutcome.NO_SOUND


async def test_a_number_that_has_no_line_is_never_rung(telephony: AmiTelephony, line: Line) -> None:
    for number in ("+33199000001", "+33162000009"):
        end, network = await probed(telephony, line, Route(status=486), order(line, PhoneNumber(number)))
        assert (end, network.invites) == (ProbeEnd(None, refused="NOT_OURS"), [])


async def test_an_order_that_is_late_or_comes_while_halted_is_refused(
    telephony: AmiTelephony, line: Line
) -> None:
    late = replace(order(line), expires_at=CLOCK.now())
    assert (await probed(telephony, line, Route(status=486), late))[0].refused == "EXPIRED"
    await telephony.set_halt(a_halt())
    assert (await probed(telephony, line, Route(status=486), order(line)))[0].refused == "HALTED"


async def test_an_order_rings_once(telephony: AmiTelephony, line: Line) -> None:
    asked = order(line)
    await probed(telephony, line, Route(status=486), asked)
    end, network = await probed(telephony, line, Route(status=486), asked)
    assert (end.refused, network.invites) == ("REPEATED", [])


@pytest.mark.parametrize("change", [*PROBE_SHAPES, "DIALER_SEAL"])
async def test_what_was_changed_after_the_seal_is_refused(
    telephony: AmiTelephony, line: Line, pbx: Pbx, change: str
) -> None:
    others = {
        "DIALER_PROBE": "f" * 32,
        "DIALER_NUMBER": "+33199000001",
        "DIALER_CALLER": "+33199000001",
        "DIALER_EXPIRES": "9999999998",
        "DIALER_TRUNK": "other",
        "DIALER_RING": "119",
        "DIALER_LISTEN": "59",
        "DIALER_SEAL": "0" * 40,
    }
    assert await refused(line, pbx, {change: others[change]}) == "FORGED"


async def test_the_seal_of_a_permit_does_not_open_the_probe(
    telephony: AmiTelephony, line: Line, pbx: Pbx
) -> None:
    values = variables(order(line), pbx)
    seal = sealed([values[name] for name in PROBE_SHAPES], pbx.seal_key)
    assert await refused(line, pbx, values | {"DIALER_SEAL": seal}) == "FORGED"


async def refused(line: Line, pbx: Pbx, changes: dict[str, str]) -> str:
    """Return why the PBX makes no call on a sealed order with these `changes`."""
    values = variables(order(line), pbx) | changes
    key = f"{PROBED}/{values['DIALER_PROBE']}"
    async with network_at(line.free[-1].port, Route(status=486)) as network, asyncio.timeout(SOON_S):
        await line.manager.action(
            "Originate",
            *(f"{name}={value}" for name, value in values.items()),
            Channel=GATE,
            Application="Wait",
            Data="1",
            Async="true",
        )
        while (said := await line.manager.database(key)) is None:
            await asyncio.sleep(0.05)
    assert network.invites == []
    await line.manager.delete(key)
    return said.removeprefix("Refused: ")


def variables(asked: ProbeOrder, pbx: Pbx) -> dict[str, str]:
    given = probe_action(asked, pbx.seal_key, PbxTime())["Variable"]
    return {name: value for name, _, value in (item.partition("=") for item in given)}


def recording(pbx: Pbx, asked: ProbeOrder) -> bytes:
    return (Path(pbx.spec.home) / "heard" / f"{asked.id}.alaw").read_bytes()
