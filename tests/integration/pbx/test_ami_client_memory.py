"""A PBX's memory as the services see it: writes, and conclusions from a refusal."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.halt import HaltFlag
from dialer.domain.base.types import CampaignId, Fingerprint
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.telephony import Line, LineUsed
from tests.harness.halts import a_halt
from tests.integration import fake_ami as fake
from tests.integration.fake_ami import FakeAmi
from tests.integration.fake_pbx import MS, A, B, channel, pbx

ENTRY = PbxSuppression(Fingerprint("f1" * 32), "a1" * 8)
RECORD = f"At: {MS},DialStatus: BUSY,Cause: 17,Sip: 486,Trace: "


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


async def test_a_pbx_that_failed_is_mended_of_that_failure_once_it_keeps_entries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dialer.adapters.ami.memory.COMMITTED_S", 0.01)
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
    """A tree would scan all of Asterisk's memory, under the lock that every call needs."""
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
    """A tree searches all oppositions ever, and nothing passes the gate meanwhile."""
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
