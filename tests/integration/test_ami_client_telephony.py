"""A PBX as the services see it, against a manager interface that misbehaves: what may be concluded from each silence and refusal."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialer.adapters.ami.errors import LoginRefused
from dialer.adapters.ami.link import AmiAddress, Timing
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.domain.call_events import (
    AttemptId,
    ChannelGone,
    Dialing,
    DialStatus,
    NotSent,
    Opposed,
    PbxSuppression,
)
from dialer.domain.campaign import CampaignId
from dialer.domain.contact import Fingerprint, PhoneNumber
from dialer.domain.errors import NotOriginated, Unavailable
from dialer.domain.halt import HaltFlag
from dialer.ports.telephony import CallOrder, Line, LineUsed, LinkLost, LinkUp, Telephony, TelephonyEvent
from tests.harness.halts import a_halt
from tests.harness.patience import SOON_S
from tests.integration import fake_ami as fake
from tests.integration.fake_ami import SECRET, USER, FakeAmi, event, fake_ami
from tests.unit.values import an_attempt

A = AttemptId("0a" * 16)
B = AttemptId("0b" * 16)
C = AttemptId("0c" * 16)
MS = 1_795_000_000_123
TIMING = Timing(
    connect=SOON_S, answer=SOON_S, boot=SOON_S, ping_every=SOON_S, first_pause=0.02, longest_pause=0.1
)
ORDER = CallOrder(an_attempt(id=A), "a1" * 8, 25, 180)
ENTRY = PbxSuppression(Fingerprint("f1" * 32), "a1" * 8)
RECORD = f"At: {MS},DialStatus: BUSY,Cause: 17,Sip: 486,Trace: "


class Heard:
    """What a telephony tells, one after another."""

    def __init__(self, telephony: Telephony) -> None:
        self._events = telephony.events()

    async def next(self) -> TelephonyEvent:
        return await asyncio.wait_for(anext(self._events), SOON_S)


@asynccontextmanager
async def pbx(**options: Any) -> AsyncIterator[tuple[FakeAmi, AmiTelephony, Heard]]:
    """A fake PBX, its telephony with the link up, and what it tells from then on."""
    async with fake_ami() as ami:
        address = AmiAddress("127.0.0.1", ami.port, USER, SECRET)
        telephony = AmiTelephony("pbx1", address, "5ea1" * 16, SystemClock(), timing=TIMING, **options)
        async with telephony:
            heard = Heard(telephony)
            assert await heard.next() == LinkUp("pbx1")
            yield ami, telephony, heard


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


async def test_a_call_that_the_gate_let_pass_is_an_ordinary_one_whatever_the_originate_says() -> None:
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


def channel(name: str, unique: str, linked: str = A) -> dict[str, str]:
    return {"Channel": name, "Uniqueid": unique, "Linkedid": linked}


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


async def test_a_halt_takes_any_reason_and_is_lifted_as_often_as_wished() -> None:
    async with pbx() as (ami, telephony, _):
        halt = a_halt("arrêt d'urgence\r\nAction: Originate")
        await telephony.set_halt(halt)
        assert ami.astdb["/dialer-halt/all"] == f"{halt.id}|arr?t d'urgence??Action: Originate"
        await telephony.set_halt(halt := a_halt(""))
        assert await telephony.halt_flag() == HaltFlag(halt.id, "-")
        for _ in range(2):
            await telephony.clear_halt()
            assert await telephony.halt_flag() is None
        assert ami.astdb == {}


async def test_the_flag_that_a_person_has_set_is_the_flag_of_a_halt_without_an_id() -> None:
    async with pbx() as (ami, telephony, _):
        for value in ("fire", "", "1", f"{'A' * 32}|fire"):
            ami.astdb["/dialer-halt/all"] = value
            assert await telephony.halt_flag() == HaltFlag(None, value)


async def test_a_halt_that_stays_is_not_called_lifted() -> None:
    async with pbx() as (ami, telephony, _):
        await telephony.set_halt(a_halt())
        ami.answers["DBDel"] = fake.refused("Database entry could not be deleted")
        with pytest.raises(Unavailable, match="dialer-halt"):
            await telephony.clear_halt()


async def test_a_call_is_passing_until_its_dial_has_begun_and_the_thread_that_sends_it_has_answered() -> None:
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


async def test_a_pause_is_cleared_unless_it_was_set_again_since() -> None:
    campaign, until = CampaignId("c0123456789ab"), datetime.fromtimestamp(1_800_000_000, UTC)
    async with pbx() as (ami, telephony, _):
        assert await telephony.pause_flag(campaign) is None
        await telephony.set_pause(campaign, until)
        first = await telephony.pause_flag(campaign)
        assert first
        assert first.startswith("1800000000|")
        await telephony.set_pause(campaign, until)
        await telephony.clear_pause(campaign, first)
        second = await telephony.pause_flag(campaign)
        assert second
        await telephony.clear_pause(campaign, second)
        assert ami.astdb == {}


MENDED = "/dialer-canary/mended"


async def test_a_pbx_that_never_failed_need_not_prove_anything() -> None:
    async with pbx() as (ami, telephony, _):
        ami.astdb[MENDED] = "1795000000000"
        await telephony.prove_memory(doubted=False)
        assert ami.astdb == {}


async def test_a_pbx_that_failed_is_mended_of_that_failure_once_it_keeps_what_is_written_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dialer.adapters.ami.telephony.COMMITTED_S", 0.01)
    async with pbx() as (ami, telephony, _):
        ami.variables["DIALER_BROKEN"] = "1795000000000"
        ami.answers["DBPut"] = lambda _ami, action: [fake.reply(action, "Success", "")]
        with pytest.raises(Unavailable, match="does not keep"):
            await telephony.prove_memory(doubted=False)
        assert MENDED not in ami.astdb
        del ami.answers["DBPut"]
        await telephony.prove_memory(doubted=False)
        assert ami.astdb[MENDED] == "1795000000000"


async def test_suppressions_are_written_where_the_gate_looks() -> None:
    everybody = PbxSuppression(Fingerprint("f2" * 32), None)
    async with pbx() as (ami, telephony, _):
        await telephony.suppress([ENTRY, everybody])
        assert set(ami.astdb) == {
            f"/dialer-suppressed/{ENTRY.sponsor_key}/{ENTRY.fingerprint}",
            f"/dialer-suppressed/all/{everybody.fingerprint}",
        }
        ami.astdb["/dialer-suppressed/all/of another shape"] = "1"
        assert set(await telephony.suppressed()) == {ENTRY, everybody}
        del ami.astdb["/dialer-suppressed/all/of another shape"]
        await telephony.unsuppress(ENTRY)
        await telephony.unsuppress(ENTRY)
        assert len(ami.astdb) == 1
        await telephony.suppress([])


async def test_what_the_lock_lacks_is_asked_for_key_by_key() -> None:
    """A tree would be a scan of all that Asterisk remembers, under the lock that every call needs."""
    everybody = PbxSuppression(Fingerprint("f2" * 32), None)
    async with pbx() as (ami, telephony, _):
        await telephony.suppress([ENTRY])
        assert await telephony.lacking([ENTRY, everybody]) == [everybody]
        assert await telephony.lock_mark() is None
        await telephony.set_lock_mark("0a-1b")
        assert await telephony.lock_mark() == "0a-1b"
        ami.astdb["/dialer-mark/dialer-suppressed"] = "of another shape"
        assert await telephony.lock_mark() is None
        assert not ami.received("DBGetTree")


async def test_a_suppression_that_was_not_written_is_an_error() -> None:
    async with pbx() as (ami, telephony, _):
        ami.answers["DBPut"] = fake.refused("Failed to update entry")
        with pytest.raises(Unavailable, match="Failed to update"):
            await telephony.suppress([ENTRY])


async def test_the_outbox_is_read_whole_and_what_is_unreadable_stays() -> None:
    async with pbx() as (ami, telephony, _):
        ami.astdb |= {f"/dialer-opposed/{A}": f"{MS}|{'f1' * 32}|{'a1' * 8}"}
        ami.astdb |= {f"/dialer-ended/{A}": RECORD, f"/dialer-ended/{B}": "torn"}
        ami.channels = [channel("PJSIP/default-1", "1.1", B), channel("PJSIP/other-1", "1.2", "1795000000.7")]
        outbox = await telephony.outbox()
        assert [opposed.attempt_id for opposed in outbox.opposed] == [A]
        assert [(ended.attempt_id, ended.dial_status) for ended in outbox.ended] == [(A, DialStatus.BUSY)]
        assert outbox.alive == {B}
        assert telephony.unusable == 1
        await telephony.clear_opposed([A, B])
        await telephony.clear_ended([A])
        assert set(ami.astdb) == {f"/dialer-ended/{B}"}


async def test_of_known_calls_the_outbox_is_read_without_going_through_the_whole_memory() -> None:
    """A tree is looked for among all oppositions ever, and nothing passes the gate meanwhile."""
    async with pbx() as (ami, telephony, _):
        ami.astdb |= {f"/dialer-opposed/{A}": f"{MS}|{'f1' * 32}|{'a1' * 8}", f"/dialer-ended/{A}": RECORD}
        ami.astdb |= {f"/dialer-ended/{B}": RECORD}
        whole = await telephony.outbox()
        asked = len(ami.received("DBGetTree"))
        of_one = await telephony.outbox([A])
        nothing = await telephony.outbox([])
        assert len(ami.received("DBGetTree")) == asked
    assert of_one.opposed == whole.opposed
    assert [ended.attempt_id for ended in of_one.ended] == [A]
    assert (nothing.opposed, nothing.ended) == ((), ())


async def test_what_is_kept_of_calls_and_of_the_line_is_found_in_one_look() -> None:
    async with pbx() as (ami, telephony, _):
        ami.astdb |= {f"/dialer-opposed/{A}": f"{MS}|{'f1' * 32}|{'a1' * 8}"}
        (of_a_call,) = await telephony.oppositions_kept()
        assert (of_a_call,) == await telephony.opposed()
        ami.astdb |= {"/dialer-opposed/line-1795000000.7": "whatever it says"}
        before = len(ami.received("DBGetTree"))
        assert await telephony.oppositions_kept() == [of_a_call, LineUsed("pbx1")]
        assert len(ami.received("DBGetTree")) == before + 1


async def test_the_numbers_of_the_line_are_asked_for_once() -> None:
    async with pbx() as (ami, telephony, _):
        ami.astdb |= {"/dialer-line/33162000009": "of another process"}
        first, second = (Line(number, "5c" * 32, "a1" * 8, None) for number in ("33162000001", "33162000002"))
        await telephony.set_lines([first, second])
        await telephony.set_lines([first], known={"33162000001", "33162000002"})
        assert len(ami.received("DBGetTree")) == 1
        assert {key for key in ami.astdb if key.startswith("/dialer-line/")} == {"/dialer-line/33162000001"}


async def test_who_ends_while_the_outbox_is_read_is_in_it() -> None:
    def ends_now(ami: FakeAmi, action: fake.Action) -> Iterable[bytes]:
        listed = list(fake.core_show_channels(ami, action))
        ami.channels.clear()
        ami.astdb[f"/dialer-ended/{A}"] = RECORD
        return listed

    async with pbx() as (ami, telephony, _):
        ami.channels = [channel("PJSIP/default-1", "1.1", A)]
        ami.answers["CoreShowChannels"] = ends_now
        outbox = await telephony.outbox()
        assert [ended.attempt_id for ended in outbox.ended] == [A]


async def test_after_the_outbox_a_call_of_before_can_be_hung_up() -> None:
    async with pbx() as (ami, telephony, _):
        ami.channels = [channel("PJSIP/default-1", "1.1", A)]
        await telephony.outbox()
        await telephony.hang_up(A)
        assert ["PJSIP/default-1"] in [action["Channel"] for action in ami.received("Hangup")]


async def test_in_pretended_time_everything_said_is_in_ours() -> None:
    async with pbx(shift=timedelta(days=70)) as (ami, _, heard):
        await ami.say(user_event("DialerDialing"))
        dialing = await heard.next()
        assert isinstance(dialing, Dialing)
        assert dialing.at.timestamp() == pytest.approx(MS / 1000 + timedelta(days=70).total_seconds())
