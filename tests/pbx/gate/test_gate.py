"""The second lock: the PBX's refusals before any INVITE, whether or not the service agrees."""

import asyncio
import shutil
import time

import pytest

from tests.pbx.callee import Manner
from tests.pbx.conftest import Pbx
from tests.pbx.manager import seal
from tests.pbx.observed_call import SETTLE_S, Line
from tests.pbx.sounds import FRAMES, SCRIPT

NEEDED = [name for name in FRAMES if not name.startswith("callback")]
MALFORMED = {
    "DIALER_ATTEMPT": ("", "5c" * 15, "5C" * 16, "zz" * 16),
    "DIALER_NUMBER": (
        "",
        "0199000001",
        "+0199000001",
        "+3319900000a",
        "+33199000001&PJSIP/x",
        '+3"1',
        "+33199000001@x",
    ),
    "DIALER_FINGERPRINT": ("", "ab" * 31, "ab/" * 21 + "a"),
    "DIALER_SPONSOR": ("", "a1" * 9),
    "DIALER_CAMPAIGN": ("", "0123456789ab", "c0123456789abc"),
    "DIALER_EXPIRES": ("", "0", "99999999999", "2e9", "-1"),
    "DIALER_TRUNK": ("", "Default", "a/b", "x" * 33),
    "DIALER_RING": ("", "0", "1000", "5,tT"),
    "DIALER_SCRIPT": ("", "../" * 21 + "a", "5c" * 31),
    "DIALER_MAX": ("", "0", "10000"),
    "DIALER_CUT": ("", "0", "99999999999", "soon"),
    "DIALER_CALLER": ("", "0162000001", "+33162000001>", "anonymous"),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_value_is_refused_even_if_it_is_sealed(line: Line, name: str) -> None:
    for value in MALFORMED[name]:
        paper = line.permit(**{name: value})
        assert (value, await line.refusal_of_one(paper)) == (value, "FORGED")


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_value_changed_after_sealing_is_refused(line: Line, name: str) -> None:
    other = line.permit(
        DIALER_NUMBER="+33199000002",
        DIALER_SPONSOR="b2" * 8,
        DIALER_CAMPAIGN="cba9876543210",
        DIALER_EXPIRES=str(int(time.time()) + 99),
        DIALER_TRUNK="other",
        DIALER_RING="6",
        DIALER_SCRIPT="6d" * 32,
        DIALER_MAX="61",
        DIALER_CUT="9999999998",
        DIALER_CALLER="+33162000002",
    )
    assert await line.refused(line.permit() | {name: other[name]}) == "FORGED"


async def test_a_seal_under_a_key_brought_along_is_refused(line: Line) -> None:
    paper = line.permit()
    assert (
        await line.refused(paper | {"DIALER_SEAL_KEY": "k" * 64, "DIALER_SEAL": seal("k" * 64, paper)})
        == "FORGED"
    )


async def test_an_attempt_has_one_invite_and_no_second(line: Line) -> None:
    first = await line.call(Manner(hang_up_at=0.1))
    assert await line.refused(first.permit) == "REPEATED"


async def test_the_same_permit_ten_times_at_once_gives_one_invite(line: Line) -> None:
    """Asterisk refuses a second channel of the same id.

    The gate refuses a channel that comes after the first is gone.
    """
    async with line.callee(Manner(hang_up_at=0.5)) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name)
        await asyncio.gather(*(line.manager.originate(paper) for _ in range(10)))
        await line.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
        await asyncio.sleep(SETTLE_S)
    assert len(callee.invites) == 1
    assert {refusal["Why"] for refusal in line.manager.of("DialerRefused", paper["DIALER_ATTEMPT"])} <= {
        "REPEATED"
    }
    assert len(line.manager.of("DialerEnded", paper["DIALER_ATTEMPT"])) == 1


async def test_a_permit_on_a_channel_of_another_id_is_refused(line: Line) -> None:
    """Only among channels that carry the attempt's id there is never more than one."""
    async with line.callee(Manner(hang_up_at=0.5)) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name)
        await asyncio.gather(*(line.manager.originate(paper, named=False) for _ in range(10)))
        await line.manager.until(lambda: len(line.manager.of("DialerRefused", paper["DIALER_ATTEMPT"])) >= 10)
    refusals = line.manager.of("DialerRefused", paper["DIALER_ATTEMPT"])
    assert [refusal["Why"] for refusal in refusals] == ["FORGED"] * 10
    assert callee.invites == []


@pytest.mark.parametrize("late_by", [0, 1, 3600])
async def test_an_expired_permit_is_refused(line: Line, late_by: int) -> None:
    assert await line.refused(line.permit(DIALER_EXPIRES=str(int(time.time()) - late_by))) == "EXPIRED"


async def test_a_halted_pbx_calls_nobody_until_it_is_released(line: Line) -> None:
    paper = line.permit()
    await line.manager.put("dialer-halt/all", "test")
    try:
        assert await line.refused(paper) == "HALTED"
    finally:
        await line.manager.delete("dialer-halt/all")
    assert (await line.call(Manner(hang_up_at=0.1))).report["DialStatus"] == "ANSWER"


async def test_a_paused_campaign_calls_nobody_and_others_go_on(line: Line) -> None:
    paper = line.permit()
    flag = f"dialer-paused/{paper['DIALER_CAMPAIGN']}"
    await line.manager.put(flag, "9999999999|x")
    try:
        assert await line.refused(paper) == "PAUSED"
        assert await line.manager.database(f"dialer-used/{paper['DIALER_ATTEMPT']}") == (
            f"{paper['DIALER_EXPIRES']}|withheld"
        )
        other = await line.call(Manner(hang_up_at=0.1), DIALER_CAMPAIGN="cba9876543210")
        assert other.report["DialStatus"] == "ANSWER"
    finally:
        await line.manager.delete(flag)
    assert (await line.call(Manner(hang_up_at=0.1))).report["DialStatus"] == "ANSWER"


@pytest.mark.parametrize("family", ["all", "a1" * 8])
async def test_a_suppressed_number_is_refused(line: Line, family: str) -> None:
    paper = line.permit()
    await line.manager.put(f"dialer-suppressed/{family}/{paper['DIALER_FINGERPRINT']}", str(int(time.time())))
    assert await line.refused(paper) == "SUPPRESSED"


async def test_a_suppression_for_another_sponsor_does_not_count(line: Line) -> None:
    paper = line.permit()
    await line.manager.put(
        f"dialer-suppressed/{'b2' * 8}/{paper['DIALER_FINGERPRINT']}", str(int(time.time()))
    )
    call = await line.call(Manner(hang_up_at=0.1), DIALER_FINGERPRINT=paper["DIALER_FINGERPRINT"])
    assert len(call.callee.invites) == 1


async def test_a_script_whose_prompts_are_missing_is_refused(line: Line) -> None:
    assert await line.refused(line.permit(DIALER_SCRIPT="00" * 32)) == "SCRIPT"


@pytest.mark.parametrize("size", [None, 0, 159], ids=["missing", "empty", "shorter than a packet"])
async def test_a_script_that_lacks_any_one_of_its_prompts_is_refused(
    line: Line, pbx: Pbx, size: int | None
) -> None:
    """T103: no telephone rings for a call that could not be led to its end."""
    wanting = "7c" * 32
    folder = pbx.spec.home / "prompts" / wanting
    shutil.copytree(folder.with_name(SCRIPT), folder)
    try:
        for name in NEEDED:
            file = folder / f"{name}.alaw"
            sound = file.read_bytes()
            file.unlink() if size is None else file.write_bytes(sound[:size])
            assert (name, await line.refusal_of_one(line.permit(DIALER_SCRIPT=wanting))) == (name, "SCRIPT")
            file.write_bytes(sound)
    finally:
        shutil.rmtree(folder)


async def test_the_callee_sees_our_caller_id_and_the_decided_number(line: Line) -> None:
    call = await line.call(Manner(hang_up_at=0.1))
    (invite,) = call.callee.invites
    assert invite.startswith("INVITE sip:+33199000001@127.0.0.1")
    assert "From: <sip:+33162000001@" in invite
    assert "m=audio" in invite
    assert " RTP/AVP 8 0 101" in invite


async def test_no_other_caller_id_than_the_sealed_one_is_shown(line: Line) -> None:
    async with line.callee(Manner(hang_up_at=0.1)) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name) | {
            "CALLERID(pres)": "prohib",
            "CALLERID(num)": "+33612345678",
        }
        await line.manager.originate(paper, CallerID='"The President" <+33612345678>')
        await line.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
    (invite,) = callee.invites
    assert "From: <sip:+33162000001@" in invite
    assert "President" not in invite
    assert "+33612345678" not in invite
