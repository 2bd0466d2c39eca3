"""The link to a PBX that misbehaves.

Nothing is sent twice, no event is lost or swapped, every wait ends.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from dialer.adapters.ami.client import AmiClient
from dialer.adapters.ami.link import AmiAddress, AmiLink, Timing
from dialer.adapters.ami.wire import ContractBroken, Headers, LinkDown, LoginRefused, NoAnswer, UnsafeValue
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.integration import fake_ami as fake
from tests.integration.fake_ami import SECRET, USER, FakeAmi, event, fake_ami, silence

TIMING = Timing(
    connect=SOON_S, answer=SOON_S, boot=SOON_S, ping_every=SOON_S, first_pause=0.02, longest_pause=0.1
)
IMPATIENT = Timing(connect=SOON_S, answer=1, boot=1, ping_every=0.1, first_pause=0.02, longest_pause=0.1)
ORIGINATE = {"Action": "Originate", "Channel": "Local/call@dialer-permit/n", "Async": "true"}


class Listener:
    """A listener that keeps its calls: "up", "lost", or the fields of an event."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str | Headers | BaseException] = asyncio.Queue()

    def event(self, fields: Headers) -> None:
        self.heard.put_nowait(fields)

    def up(self) -> None:
        self.heard.put_nowait("up")

    def lost(self) -> None:
        self.heard.put_nowait("lost")

    def broken(self, error: BaseException) -> None:
        self.heard.put_nowait(error)

    async def next(self) -> str | Headers | BaseException:
        return await asyncio.wait_for(self.heard.get(), SOON_S)

    async def next_events(self, count: int) -> list[Headers]:
        heard = [await self.next() for _ in range(count)]
        return [fields for fields in heard if not isinstance(fields, str | BaseException)]


@asynccontextmanager
async def link_to(
    port: int, timing: Timing = TIMING, secret: str = SECRET
) -> AsyncIterator[tuple[AmiLink, Listener]]:
    """Start a link. None of its tasks outlives the block."""
    before = asyncio.all_tasks()
    listener = Listener()
    link = AmiLink(AmiAddress("127.0.0.1", port, USER, secret), listener, timing)
    try:
        await link.start()
        yield link, listener
    finally:
        await link.close()
        assert not [task for task in asyncio.all_tasks() - before if "AmiLink" in repr(task)]


async def test_a_login_ends_in_a_link_that_is_up() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (link, listener):
        assert link.up
        assert await listener.next() == "up"
        assert (await link.ask({"Action": "Ping"})).success


async def test_a_wrong_password_is_one_clear_error_and_is_found_right_once_it_is_mended() -> None:
    listener = Listener()
    async with fake_ami() as ami:
        ami.answers["Login"] = fake.refused("Authentication failed")
        link = AmiLink(AmiAddress("127.0.0.1", ami.port, USER, SECRET), listener, TIMING)
        with pytest.raises(LoginRefused, match=r"refuses AMI user 'dialer'.*secret_file"):
            await link.start()
        while len(ami.received("Login")) < 3:
            await asyncio.sleep(0.01)
        del ami.answers["Login"]
        assert await listener.next() == "up"
        assert link.up
        await link.close()


async def test_a_password_that_is_refused_later_does_not_end_the_service() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (link, listener):
        ami.answers["Login"] = fake.refused("Authentication failed")
        ami.drop()
        assert [await listener.next() for _ in range(2)] == ["up", "lost"]
        while len(ami.received("Login")) < 3:
            await asyncio.sleep(0.01)
        with pytest.raises(LinkDown, match="Authentication failed"):
            await link.ask(ORIGINATE)
        del ami.answers["Login"]
        assert await listener.next() == "up"


async def test_a_password_that_could_carry_an_action_is_never_sent() -> None:
    async with fake_ami() as ami:
        with pytest.raises(UnsafeValue):
            async with link_to(ami.port, secret="x\r\n\r\nAction: Originate"):
                raise AssertionError("it must not start")
        assert ami.actions == []


async def test_the_secret_does_not_show_in_what_may_be_logged() -> None:
    assert SECRET not in repr(AmiAddress("127.0.0.1", 5038, USER, SECRET))


async def test_a_host_that_is_down_is_told_at_once_and_found_when_it_comes_up() -> None:
    port = free_port(socket.SOCK_STREAM)
    async with link_to(port) as (link, listener):
        assert not link.up
        with pytest.raises(LinkDown, match=f"no AMI at 127.0.0.1:{port}"):
            await link.ask({"Action": "Ping"})
        async with fake_ami(port):
            assert await listener.next() == "up"
            assert (await link.ask({"Action": "Ping"})).success


@pytest.mark.parametrize("mute", ["Login", "ListCommands", "CoreSettings", "ShowDialPlan"])
async def test_a_pbx_that_never_answers_during_login_does_not_block_the_start(mute: str) -> None:
    async with fake_ami() as ami:
        ami.answers[mute] = silence
        async with link_to(ami.port, IMPATIENT) as (link, listener):
            assert not link.up
            del ami.answers[mute]
            assert await listener.next() == "up"


async def test_a_pbx_that_is_still_booting_gets_no_calls() -> None:
    async with fake_ami() as ami:
        ami.boots = False
        async with link_to(ami.port, IMPATIENT) as (link, listener):
            with pytest.raises(LinkDown, match="booted"):
                await link.ask(ORIGINATE)
            ami.boots = True
            assert await listener.next() == "up"
        assert ami.received("Originate") == []


async def test_an_old_asterisk_is_refused_at_login() -> None:
    async with fake_ami() as ami:
        ami.version = "20.9.0"
        with pytest.raises(ContractBroken, match=r"20\.9\.0"):
            async with link_to(ami.port):
                raise AssertionError("it must not start")


async def test_a_user_without_the_rights_is_refused_at_login() -> None:
    async with fake_ami() as ami:
        ami.commands = tuple(name for name in fake.COMMANDS if name != "DBPut")
        with pytest.raises(ContractBroken, match="may not DBPut"):
            async with link_to(ami.port):
                raise AssertionError("it must not start")


async def test_a_pbx_without_the_gate_is_refused_at_login() -> None:
    async with fake_ami() as ami:
        ami.answers["ShowDialPlan"] = fake.refused("Did not find context dialer-permit")
        with pytest.raises(ContractBroken, match="dialer-permit"):
            async with link_to(ami.port):
                raise AssertionError("it must not start")


async def test_an_originate_cut_off_by_the_loss_of_the_link_is_never_sent_again() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (link, listener):
        ami.answers["Originate"] = fake.hang_up_on_us
        with pytest.raises(NoAnswer):
            await link.ask(ORIGINATE)
        assert [await listener.next() for _ in range(3)] == ["up", "lost", "up"]
        assert (await link.ask({"Action": "Ping"})).success
        assert ami.connections == 2
        assert len(ami.received("Originate")) == 1


async def test_an_originate_that_is_never_answered_ends_in_time_and_is_never_sent_again() -> None:
    async with fake_ami() as ami, link_to(ami.port, IMPATIENT) as (link, listener):
        assert await listener.next() == "up"
        ami.answers["Originate"] = silence
        with pytest.raises(NoAnswer, match="Originate within"):
            await link.ask(ORIGINATE)
        ami.drop()
        assert [await listener.next() for _ in range(2)] == ["lost", "up"]
        assert len(ami.received("Originate")) == 1


async def test_an_answer_that_comes_too_late_disturbs_no_other() -> None:
    async with fake_ami() as ami, link_to(ami.port, IMPATIENT) as (link, listener):
        assert await listener.next() == "up"
        ami.answers["Originate"] = silence
        with pytest.raises(NoAnswer):
            await link.ask(ORIGINATE)
        await ami.say(fake.reply(ami.received("Originate")[0], "Error", "too late"))
        assert (await link.ask({"Action": "Ping"})).message == "Done"


async def test_a_peer_that_is_gone_without_a_word_is_noticed() -> None:
    async with fake_ami() as ami, link_to(ami.port, IMPATIENT) as (_, listener):
        ami.answers["Ping"] = silence
        assert [await listener.next() for _ in range(2)] == ["up", "lost"]
        del ami.answers["Ping"]
        assert await listener.next() == "up"


async def test_loss_and_return_of_the_link_stand_in_line_with_the_events() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (_, listener):
        await ami.say(event("Hangup", Channel="before"))
        assert await listener.next() == "up"
        assert [fields["channel"] for fields in await listener.next_events(1)] == ["before"]
        ami.drop()
        assert [await listener.next() for _ in range(2)] == ["lost", "up"]
        await ami.say(event("Hangup", Channel="after"))
        assert [fields["channel"] for fields in await listener.next_events(1)] == ["after"]


@pytest.mark.parametrize("chunk", [0, 1, 7, 1024])
async def test_events_keep_their_order_however_the_stream_is_cut(chunk: int) -> None:
    async with fake_ami() as ami, link_to(ami.port) as (_, listener):
        ami.chunk = chunk
        await ami.say(*(event("Hangup", Channel=str(number)) for number in range(30)))
        assert await listener.next() == "up"
        assert [fields["channel"] for fields in await listener.next_events(30)] == [str(n) for n in range(30)]


@pytest.mark.parametrize("chunk", [1, 2, 3, 5])
async def test_a_character_cut_in_two_by_the_network_is_whole_again(chunk: int) -> None:
    async with fake_ami() as ami, link_to(ami.port) as (_, listener):
        ami.chunk = chunk
        await ami.say(event("Hangup", CallerIDName="Zoé Ćwiek €5 😀"))
        assert await listener.next() == "up"
        assert [fields["calleridname"] for fields in await listener.next_events(1)] == ["Zoé Ćwiek €5 😀"]


async def test_a_repeated_header_keeps_all_its_values() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (_, listener):
        await ami.say(fake.message(("Event", "X"), ("ChanVariable", "A=1"), ("ChanVariable", "B=2")))
        assert await listener.next() == "up"
        assert [fields["chanvariable"] for fields in await listener.next_events(1)] == [("A=1", "B=2")]


async def test_a_repeated_answer_is_taken_once() -> None:
    def twice(_ami: FakeAmi, action: fake.Action) -> Iterable[bytes]:
        return [fake.reply(action, "Success", "first"), fake.reply(action, "Error", "second")]

    async with fake_ami() as ami, link_to(ami.port) as (link, _):
        ami.answers["DBPut"] = twice
        assert (await link.ask({"Action": "DBPut"})).message == "first"
        assert (await link.ask({"Action": "Ping"})).success


async def test_the_originate_response_is_an_event_and_not_the_answer() -> None:
    def both(_ami: FakeAmi, action: fake.Action) -> Iterable[bytes]:
        identity = action["ActionID"][0]
        yield fake.reply(action, "Success", "Originate successfully queued")
        yield event("OriginateResponse", ActionID=identity, Response="Failure", Uniqueid="0a" * 16)

    async with fake_ami() as ami, link_to(ami.port) as (link, listener):
        ami.answers["Originate"] = both
        assert (await link.ask(ORIGINATE)).message == "Originate successfully queued"
        assert await listener.next() == "up"
        assert [fields["response"] for fields in await listener.next_events(1)] == ["Failure"]


async def test_an_originate_response_that_overtakes_the_answer_is_both() -> None:
    def swapped(_ami: FakeAmi, action: fake.Action) -> Iterable[bytes]:
        identity = action["ActionID"][0]
        yield event("OriginateResponse", ActionID=identity, Response="Failure", Uniqueid="0a" * 16)
        yield fake.reply(action, "Success", "Originate successfully queued")

    async with fake_ami() as ami, link_to(ami.port) as (link, listener):
        ami.answers["Originate"] = swapped
        assert (await link.ask(ORIGINATE)).success
        assert await listener.next() == "up"
        assert [fields["response"] for fields in await listener.next_events(1)] == ["Failure"]


async def test_many_actions_are_answered_in_order_and_the_loss_of_the_link_ends_them() -> None:
    actions = [{"Action": "DBPut", "Family": "f", "Key": str(number), "Val": "1"} for number in range(1200)]
    async with fake_ami() as ami, link_to(ami.port) as (link, _):
        assert all(reply.success for reply in await link.ask_all(actions))
        assert len(ami.astdb) == 1200

        def drop_at_last(ami: FakeAmi, action: fake.Action) -> Iterable[bytes]:
            return fake.hang_up_on_us(ami, action) if action["Key"] == ["700"] else fake.db_put(ami, action)

        ami.answers["DBPut"] = drop_at_last
        with pytest.raises(NoAnswer):
            await link.ask_all(actions)


async def test_not_one_of_many_is_sent_when_one_is_unsafe() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (link, _):
        with pytest.raises(UnsafeValue):
            await link.ask_all([{"Action": "DBPut", "Val": "1"}, {"Action": "DBPut", "Val": "1\n"}])
        assert ami.received("DBPut") == []


async def test_a_list_that_lost_an_item_is_refused() -> None:
    def torn(ami: FakeAmi, action: fake.Action) -> Iterable[bytes]:
        answer, _, *rest = fake.rows(action, "CoreShowChannel", ami.channels, "CoreShowChannelsComplete")
        return [answer, *rest]

    async with fake_ami() as ami, link_to(ami.port) as (link, _):
        ami.channels = [{"Channel": "PJSIP/a"}, {"Channel": "PJSIP/b"}]
        assert len((await link.ask({"Action": "CoreShowChannels"})).items) == 2
        ami.answers["CoreShowChannels"] = torn
        with pytest.raises(Exception, match="counts 2 items in a list of 1"):
            await link.ask({"Action": "CoreShowChannels"})


async def test_closing_ends_what_is_under_way() -> None:
    async with fake_ami() as ami, link_to(ami.port) as (link, listener):
        ami.answers["Originate"] = silence
        waiting = asyncio.create_task(link.ask(ORIGINATE))
        while not ami.received("Originate"):
            await asyncio.sleep(0.01)
        await link.close()
        with pytest.raises(NoAnswer):
            await waiting
        with pytest.raises(LinkDown, match="closed"):
            await link.ask(ORIGINATE)
        assert [await listener.next() for _ in range(2)] == ["up", "lost"]


async def test_a_fault_in_the_listener_is_told_and_not_lost() -> None:
    class Faulty(Listener):
        def event(self, fields: Headers) -> None:
            raise RuntimeError("a fault of ours")

    listener = Faulty()
    async with fake_ami() as ami:
        link = AmiLink(AmiAddress("127.0.0.1", ami.port, USER, SECRET), listener, TIMING)
        await link.start()
        await ami.say(event("Hangup", Channel="x"))
        assert await listener.next() == "up"
        assert isinstance(await listener.next(), RuntimeError)
        await link.close()


async def test_an_unopened_client_says_that_there_is_no_link() -> None:
    client = AmiClient(lambda _fields: None)
    with pytest.raises(LinkDown):
        await client.ask({"Action": "Ping"}, 1)
    client.close()
