"""The calls of a PBX as the services see it, against an interface that misbehaves.

Each silence and refusal allows its own conclusion.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.ami.wire import LoginRefused
from dialer.adapters.clock import SystemClock
from dialer.domain.base.errors import NotOriginated, Unavailable
from dialer.domain.base.types import AttemptId, PhoneNumber
from dialer.domain.calls.call_events import ChannelGone, Dialing, NotSent, Opposed
from dialer.ports.telephony import CallOrder, LinkLost, LinkUp
from tests.harness.halts import a_halt
from tests.integration import fake_ami as fake
from tests.integration.fake_ami import SECRET, USER, event, fake_ami
from tests.integration.fake_pbx import MS, TIMING, A, B, C, Heard, channel, pbx
from tests.samples.calls import an_attempt

ORDER = CallOrder(an_attempt(id=A), "a1" * 8, 25, 180)


def originate_response(outcome: str) -> bytes:
    return event("OriginateResponse", Response=outcome, Reason="0", Uniqueid=A)


def user_event(name: str, **headers: str) -> bytes:
    return event("UserEvent", UserEvent=name, **({"Attempt": A, "At": str(MS)} | headers))


async def test_an_order_becomes_one_originate_with_its_seal() -> None:
    async with pbx() as (ami, telephony, _):
        await telephony.originate(ORDER)
        [action] = ami.received("Originate")
        assert action["ChannelId"] == [A]
        assert [line.partition("=")[0] for line in action["Variable"]][-1] == "DIALER_SEAL"


async def test_a_refused_originate_was_surely_not_sent() -> None:
    async with pbx() as (ami, telephony, _):
        ami.answers["Originate"] = fake.refused("Originate failed")
        with pytest.raises(NotOriginated, match="Originate failed"):
            await telephony.originate(ORDER)


async def test_an_originate_without_answer_may_have_been_sent() -> None:
    async with pbx() as (ami, telephony, heard):
        ami.answers["Originate"] = fake.hang_up_on_us
        with pytest.raises(Unavailable):
            await telephony.originate(ORDER)
        assert [await heard.next(), await heard.next()] == [LinkLost("pbx1"), LinkUp("pbx1")]
        assert len(ami.received("Originate")) == 1


async def test_without_a_link_nothing_is_sent_and_that_is_known() -> None:
    telephony = AmiTelephony(
        "pbx1", AmiAddress("127.0.0.1", 9, USER, SECRET), "5ea1" * 16, SystemClock(), timing=TIMING
    )
    async with telephony:
        assert not telephony.up
        with pytest.raises(NotOriginated, match="no AMI at"):
            await telephony.originate(ORDER)
        with pytest.raises(Unavailable, match="no AMI at"):
            await telephony.set_halt(a_halt())


async def test_an_order_that_could_carry_another_action_is_never_sent() -> None:
    number = PhoneNumber("+33199000001\r\n\r\nAction: Originate\r\nChannel: Local/evil")
    async with pbx() as (ami, telephony, _):
        with pytest.raises(NotOriginated, match="DIALER_NUMBER"):
            await telephony.originate(replace(ORDER, attempt=replace(ORDER.attempt, number=number)))
        assert ami.received("Originate") == []


async def test_a_call_for_which_no_channel_was_made_was_not_sent_and_never_will_be() -> None:
    async with pbx() as (ami, _, heard):
        await ami.say(originate_response("Failure"))
        unsent = await heard.next()
        assert isinstance(unsent, NotSent)
        assert unsent.attempt_id == A
        assert f"/dialer-used/{A}" in ami.astdb


async def test_a_call_of_which_the_gate_has_spoken_needs_no_second_look() -> None:
    async with pbx() as (ami, _, heard):
        await ami.say(user_event("DialerDialing"), originate_response("Failure"), user_event("DialerOpposed"))
        assert [type(await heard.next()), type(await heard.next())] == [Dialing, Opposed]
        assert ami.received("DBGet") == []


async def test_a_call_that_the_gate_let_pass_is_ordinary_despite_a_failed_originate() -> None:
    async with pbx() as (ami, _, heard):
        ami.astdb[f"/dialer-used/{A}"] = "1795000010"
        await ami.say(originate_response("Failure"), originate_response("Success"))
        while not ami.received("DBGet"):
            await asyncio.sleep(0.01)
        await ami.say(event("Hangup", Channel="PJSIP/default-1", Linkedid=B))
        last = await heard.next()
        assert isinstance(last, ChannelGone)
        assert ami.astdb == {f"/dialer-used/{A}": "1795000010"}


async def test_of_withheld_permits_those_the_gate_had_let_pass_are_not_unsent() -> None:
    before, decided, passed = (
        an_attempt(id=id_, decided_at=SystemClock().now() - timedelta(seconds=age))
        for id_, age in ((C, 3700), (A, 5), (B, 5))
    )
    async with pbx() as (ami, telephony, _):
        ami.astdb[f"/dialer-used/{B}"] = mark = "1795000010"
        for _ in range(2):
            assert await telephony.withhold([before, decided, passed]) == {A}
        assert ami.astdb[f"/dialer-used/{B}"] == mark
        assert {f"/dialer-used/{A}", f"/dialer-used/{C}"} < ami.astdb.keys()


async def test_a_pbx_that_may_have_forgotten_is_not_believed() -> None:
    async with pbx() as (ami, telephony, heard):
        ami.uptime = ""
        ami.drop()
        assert [await heard.next(), await heard.next()] == [LinkLost("pbx1"), LinkUp("pbx1")]
        assert await telephony.withhold([an_attempt(id=A, decided_at=SystemClock().now())]) == frozenset()
        assert f"/dialer-used/{A}" in ami.astdb


async def test_events_come_translated_and_in_order_with_the_link_itself() -> None:
    async with pbx() as (ami, telephony, heard):
        await ami.say(user_event("DialerDialing"), user_event("DialerNonsense"), user_event("DialerOpposed"))
        first, second = await heard.next(), await heard.next()
        assert (type(first), type(second)) == (Dialing, Opposed)
        assert telephony.unusable == 1
        ami.drop()
        assert [await heard.next(), await heard.next()] == [LinkLost("pbx1"), LinkUp("pbx1")]


async def test_the_events_end_when_the_telephony_is_closed() -> None:
    async with fake_ami() as ami:
        telephony = AmiTelephony(
            "pbx1", AmiAddress("127.0.0.1", ami.port, USER, SECRET), "5e" * 32, SystemClock()
        )
        await telephony.start()
        await telephony.close()
        assert [item async for item in telephony.events()] == [LinkUp("pbx1"), LinkLost("pbx1")]


async def test_a_wrong_password_stops_the_start() -> None:
    async with fake_ami() as ami:
        telephony = AmiTelephony(
            "pbx1", AmiAddress("127.0.0.1", ami.port, USER, "no"), "5e" * 32, SystemClock()
        )
        with pytest.raises(LoginRefused):
            await telephony.start()
        with pytest.raises(Unavailable, match="refuses AMI user"):
            await telephony.set_halt(a_halt())
        await telephony.close()


async def test_where_the_mark_cannot_be_written_nothing_is_concluded() -> None:
    async with pbx() as (ami, _, heard):
        ami.answers["DBPut"] = fake.refused("Failed to update entry")
        await ami.say(originate_response("Failure"))
        while not ami.received("DBPut"):
            await asyncio.sleep(0.01)
        await ami.say(user_event("DialerDialing"))
        assert isinstance(await heard.next(), Dialing)


class BrokenClock(SystemClock):
    def now(self) -> datetime:
        raise RuntimeError("a fault of ours")


async def test_a_fault_of_ours_comes_out_of_the_events() -> None:
    async with fake_ami() as ami:
        address = AmiAddress("127.0.0.1", ami.port, USER, SECRET)
        async with AmiTelephony("pbx1", address, "5e" * 32, BrokenClock()) as telephony:
            heard = Heard(telephony)
            assert await heard.next() == LinkUp("pbx1")
            await ami.say(user_event("DialerDialing"))
            with pytest.raises(RuntimeError, match="a fault of ours"):
                await heard.next()


async def test_a_call_that_is_dialling_is_hung_up_by_its_own_half() -> None:
    async with pbx() as (ami, telephony, heard):
        ami.channels = [channel("Local/call@dialer-permit-1;2", f"{A}-2")]
        await ami.say(event("DialState", DestChannel="PJSIP/default-1", DestLinkedid=A, DialStatus="RINGING"))
        await heard.next()
        await telephony.hang_up(A)
        assert [action["Channel"] for action in ami.received("Hangup")] == [[f"{A}-2"]]


async def test_an_answered_call_is_hung_up_by_its_callee_and_no_channels_are_listed() -> None:
    async with pbx() as (ami, telephony, heard):
        ami.channels = [channel("PJSIP/default-1", "1.1")]
        await ami.say(user_event("DialerAnswered", Channel="PJSIP/default-1", Linkedid=A))
        await heard.next()
        await telephony.hang_up(A)
        assert [action["Channel"] for action in ami.received("Hangup")] == [[f"{A}-2"], ["PJSIP/default-1"]]
        assert ami.received("CoreShowChannels") == []


async def test_who_has_answered_is_not_cut_off_by_a_cancel() -> None:
    """No event has told us yet that they did."""
    async with pbx() as (ami, telephony, heard):
        ami.channels = [channel("PJSIP/default-1", "1.1")]
        await ami.say(event("DialState", DestChannel="PJSIP/default-1", DestLinkedid=A, DialStatus="RINGING"))
        await heard.next()
        await telephony.cancel(A)
        assert [action["Channel"] for action in ami.received("Hangup")] == [[f"{A}-2"]]


async def test_hanging_up_who_is_gone_is_done() -> None:
    async with pbx() as (ami, telephony, heard):
        await telephony.hang_up(A)
        await ami.say(user_event("DialerAnswered", Channel="PJSIP/default-1", Linkedid=A))
        await heard.next()
        ami.answers["Hangup"] = fake.refused("Permission denied")
        with pytest.raises(Unavailable, match="Permission denied"):
            await telephony.hang_up(A)


async def test_everybody_is_hung_up_in_two_actions() -> None:
    async with pbx() as (ami, telephony, _):
        ami.channels = [channel(f"PJSIP/default-{n}", f"{n}") for n in range(300)]
        ami.channels += [channel(f"Local/call@dialer-permit-{n};2", f"{n}-2") for n in range(40)]
        assert await telephony.hang_up_all() == 340
        assert len(ami.received("Hangup")) == 2


async def test_a_call_is_passing_until_its_dial_has_begun_and_its_thread_has_answered() -> None:
    half = channel("Local/call@dialer-permit-1;2", f"{A}-2")
    callee = channel("PJSIP/default-1", "5") | {"ChannelState": "0"}
    async with pbx() as (ami, telephony, _):
        assert not await telephony.passing([A])
        ami.channels = [half]
        assert await telephony.passing([A, AttemptId("b" * 32)]) == {A}
        assert not await telephony.passing([AttemptId("b" * 32)])
        ami.channels = [half, callee]
        assert await telephony.passing([A]) == {A}
        await ami.say(event("DialBegin", DestChannel="PJSIP/default-1", DestLinkedid=A, DialString="x"))
        while await telephony.passing([A]):
            await asyncio.sleep(0.01)
        assert ami.received("Getvar")[-1]["Channel"] == ["PJSIP/default-1"]


async def test_a_call_that_the_network_has_answered_is_not_passing() -> None:
    half = channel("Local/call@dialer-permit-1;2", f"{A}-2")
    async with pbx() as (ami, telephony, _):
        ami.channels = [half, channel("PJSIP/default-1", "5") | {"ChannelState": "5"}]
        assert not await telephony.passing([A])


async def test_in_pretended_time_everything_said_is_in_ours() -> None:
    async with pbx(shift=timedelta(days=70)) as (ami, _, heard):
        await ami.say(user_event("DialerDialing"))
        dialing = await heard.next()
        assert isinstance(dialing, Dialing)
        assert dialing.at.timestamp() == pytest.approx(MS / 1000 + timedelta(days=70).total_seconds())
