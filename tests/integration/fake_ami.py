"""A manager interface on loopback that misbehaves on demand.

It drops, repeats, reorders, cuts, delays, refuses or stays silent.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
EOL = "\r\n"
USER = "dialer"
SECRET = "s3cret"
COMMANDS = (
    *("CoreShowChannels", "DBDel", "DBGet", "DBGetTree", "DBPut", "Getvar", "Hangup", "Originate", "Ping"),
    "ShowDialPlan",
)

Action = dict[str, list[str]]
Answer = Callable[["FakeAmi", Action], Iterable[bytes]]


def message(*headers: tuple[str, str]) -> bytes:
    return (EOL.join(f"{name}: {value}" for name, value in headers) + EOL * 2).encode()


def event(name: str, **headers: str) -> bytes:
    return message(("Event", name), *headers.items())


@dataclass(slots=True)
class FakeAmi:
    """The fake. `actions` holds every action received, over all connections.

    `answers` overrides the answer to an action.
    """

    port: int = 0
    version: str = "22.10.1~dfsg"
    commands: tuple[str, ...] = COMMANDS
    boots: bool = True
    uptime: str = "3600"
    chunk: int = 0
    """Bytes of a piece to send; 0 sends whole messages."""
    actions: list[Action] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    astdb: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    """Variables without a channel."""
    channels: list[Mapping[str, str]] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def received(self, name: str) -> list[Action]:
        return [action for action in self.actions if action["Action"] == [name]]

    async def say(self, *messages: bytes) -> None:
        """Send to every connected client."""
        for writer in self.writers:
            await self._write(writer, b"".join(messages))

    def drop(self) -> None:
        """Cut every connection without a word."""
        for writer in self.writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            await self._write(writer, BANNER)
            while True:
                action = parse(await reader.readuntil(b"\r\n\r\n"))
                self.actions.append(action)
                await self._write(writer, b"".join(self._answer(action)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self.writers.remove(writer)
            writer.transport.abort()

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        size = self.chunk or len(data) or 1
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()
            if self.chunk:
                await asyncio.sleep(0.001)

    def _answer(self, action: Action) -> Iterable[bytes]:
        name = action["Action"][0]
        return (self.answers.get(name) or DEFAULTS.get(name) or unknown)(self, action)


def parse(raw: bytes) -> Action:
    action: Action = {}
    for line in raw.decode().split(EOL):
        if line:
            name, _, value = line.partition(": ")
            action.setdefault(name, []).append(value)
    return action


def reply(action: Action, response: str, text: str, *headers: tuple[str, str]) -> bytes:
    return message(("Response", response), ("ActionID", action["ActionID"][0]), ("Message", text), *headers)


def success(_ami: FakeAmi, action: Action) -> Iterable[bytes]:
    yield reply(action, "Success", "Done")


def silence(_ami: FakeAmi, _action: Action) -> Iterable[bytes]:
    return ()


def hang_up_on_us(ami: FakeAmi, _action: Action) -> Iterable[bytes]:
    ami.drop()
    return ()


def unknown(_ami: FakeAmi, action: Action) -> Iterable[bytes]:
    yield reply(action, "Error", "Invalid/unknown command")


def refused(text: str) -> Answer:
    return lambda _ami, action: [reply(action, "Error", text)]


def rows(action: Action, kind: str, items: Iterable[Mapping[str, str]], end: str) -> Iterable[bytes]:
    """Make a list as Asterisk sends it: an answer, the items, an event that counts them."""
    identity = {"ActionID": action["ActionID"][0]}
    listed = [event(kind, **item, **identity) for item in items]
    yield reply(action, "Success", "Result will follow", ("EventList", "start"))
    yield from listed
    yield event(end, EventList="Complete", ListItems=str(len(listed)), **identity)


def login(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    if (action["Username"], action["Secret"]) != ([USER], [SECRET]):
        yield reply(action, "Error", "Authentication failed")
        return
    yield reply(action, "Success", "Authentication accepted")
    if ami.boots:
        yield event("FullyBooted", Status="Fully Booted", Uptime=ami.uptime)


def list_commands(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    yield reply(action, "Success", "", *((name, "does it (Priv: all)") for name in ami.commands))


def core_settings(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    yield reply(action, "Success", "", ("AsteriskVersion", ami.version))


def show_dialplan(_ami: FakeAmi, action: Action) -> Iterable[bytes]:
    return rows(action, "ListDialplan", [{"Context": "dialer-permit"}], "ShowDialPlanComplete")


def core_show_channels(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    return rows(action, "CoreShowChannel", ami.channels, "CoreShowChannelsComplete")


def hangup(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    """Hang up. Channels of a regular expression go at once; one of a name is only found.

    A Uniqueid finds one, too.
    """
    wanted = action["Channel"][0]
    if wanted.startswith("/"):
        cut = [channel for channel in ami.channels if re.search(wanted[1:-1], channel["Channel"])]
        ami.channels = [channel for channel in ami.channels if channel not in cut]
        return rows(
            action,
            "ChannelHungup",
            ({"Channel": each["Channel"]} for each in cut),
            "ChannelsHungupListComplete",
        )
    found = any(wanted in (channel["Channel"], channel["Uniqueid"]) for channel in ami.channels)
    return [
        reply(action, "Success", "Channel Hungup") if found else reply(action, "Error", "No such channel")
    ]


def path(action: Action) -> str:
    return f"/{action['Family'][0]}/{action['Key'][0]}"


def getvar(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    name = action["Variable"][0]
    headers = (
        ("ActionID", action["ActionID"][0]),
        ("Variable", name),
        ("Value", ami.variables.get(name, "")),
    )
    return [message(("Response", "Success"), *headers)]


def db_put(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    ami.astdb[path(action)] = action["Val"][0]
    yield reply(action, "Success", "Updated database successfully")


def db_get(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    value = ami.astdb.get(path(action))
    if value is None:
        return [reply(action, "Error", "Database entry not found")]
    return rows(action, "DBGetResponse", [{"Key": action["Key"][0], "Val": value}], "DBGetComplete")


def db_del(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    if ami.astdb.pop(path(action), None) is None:
        yield reply(action, "Error", "Database entry could not be deleted")
    else:
        yield reply(action, "Success", "Key deleted successfully")


def db_get_tree(ami: FakeAmi, action: Action) -> Iterable[bytes]:
    family = f"/{action['Family'][0]}/"
    found = [{"Key": key, "Val": value} for key, value in ami.astdb.items() if key.startswith(family)]
    return rows(action, "DBGetTreeResponse", found, "DBGetTreeComplete")


DEFAULTS: Mapping[str, Answer] = {
    "Login": login,
    "ListCommands": list_commands,
    "CoreSettings": core_settings,
    "ShowDialPlan": show_dialplan,
    "CoreShowChannels": core_show_channels,
    "Getvar": getvar,
    "Hangup": hangup,
    "DBPut": db_put,
    "DBGet": db_get,
    "DBDel": db_del,
    "DBGetTree": db_get_tree,
    "Originate": success,
    "Ping": success,
}


@asynccontextmanager
async def fake_ami(port: int = 0) -> AsyncIterator[FakeAmi]:
    """Listen on 127.0.0.1 (0: at a free port) until the block ends."""
    ami = FakeAmi()
    server = await asyncio.start_server(ami.serve, "127.0.0.1", port)
    ami.port = server.sockets[0].getsockname()[1]
    try:
        yield ami
    finally:
        server.close()
        ami.drop()
        await server.wait_closed()
        while ami.writers:
            await asyncio.sleep(0.01)
