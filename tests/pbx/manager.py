"""A bare AMI client for tests: sends actions and keeps every event.

It is not the product's client, on purpose.
"""

import asyncio
import hashlib
import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.harness.patience import SOON_S

Message = dict[str, str]
CALL_S = 60
NUMBER = "+33199000001"
CALLER_ID = "+33162000001"
SEALED = (
    "DIALER_ATTEMPT",
    "DIALER_NUMBER",
    "DIALER_FINGERPRINT",
    "DIALER_SPONSOR",
    "DIALER_CAMPAIGN",
    "DIALER_EXPIRES",
    "DIALER_TRUNK",
    "DIALER_RING",
    "DIALER_SCRIPT",
    "DIALER_MAX",
    "DIALER_CUT",
    "DIALER_CALLER",
)
"""The values under the seal, in its order: written here a second time, on purpose."""


@dataclass(slots=True)
class Manager:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    events: list[Message] = field(default_factory=list)
    answers: dict[str, Message] = field(default_factory=dict)
    lists: dict[str, list[Message]] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    listener: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        while True:
            text = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            fields = (line.partition(":") for line in text.split("\r\n") if line)
            message = {name: value.strip() for name, _, value in fields}
            async with self.arrived:
                self.keep(message)
                self.arrived.notify_all()

    def keep(self, message: Message) -> None:
        action = message.get("ActionID", "")
        if "Response" in message:
            self.answers[action] = message
        elif action in self.lists:
            self.lists[action].append(message)
        else:
            self.events.append(message)

    async def action(self, name: str, *variables: str, **headers: str) -> Message:
        """Send one action and return its answer."""
        number = str(next(self.numbers))
        self.lists[number] = []
        fields = [f"Action: {name}", f"ActionID: {number}", *(f"{k}: {v}" for k, v in headers.items())]
        self.writer.write("\r\n".join([*fields, *(f"Variable: {v}" for v in variables), "", ""]).encode())
        await self.until(lambda: number in self.answers)
        return self.answers[number]

    async def listed(self, name: str, **headers: str) -> list[Message]:
        """Send an action that asks for a list, and return it whole; empty where there is none."""
        answer = await self.action(name, **headers)
        if answer["Response"] != "Success":
            return []
        told = self.lists[answer["ActionID"]]
        await self.until(lambda: bool(told) and told[-1].get("EventList") == "Complete")
        return told[:-1]

    async def until(self, seen: Callable[[], bool], seconds: float = SOON_S) -> None:
        """Wait for a state that any message may bring."""
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(seen), seconds)

    async def event(self, what: str, attempt: str, seconds: float = CALL_S) -> Message:
        """Wait for the UserEvent `what` of `attempt`."""
        await self.until(lambda: bool(self.of(what, attempt)), seconds)
        return self.of(what, attempt)[0]

    def of(self, what: str, attempt: str) -> list[Message]:
        return [e for e in self.events if e.get("UserEvent") == what and e.get("Attempt") == attempt]

    async def database(self, key: str) -> str | None:
        """Return the value of `family/key` in AstDB, or None."""
        family, name = key.rsplit("/", 1)
        found = await self.listed("DBGet", Family=family, Key=name)
        return found[0]["Val"] if found else None

    async def put(self, key: str, value: str) -> Message:
        family, name = key.rsplit("/", 1)
        return await self.action("DBPut", Family=family, Key=name, Val=value)

    async def delete(self, key: str) -> Message:
        family, name = key.rsplit("/", 1)
        return await self.action("DBDel", Family=family, Key=name)

    async def originate(self, permit: Message, *, named: bool = True, **headers: str) -> Message:
        """Ask for the call as the service does.

        `named=False` leaves the channels' ids to Asterisk.
        """
        attempt = permit["DIALER_ATTEMPT"]
        ids = {"ChannelId": attempt, "OtherChannelId": f"{attempt}-2"} if named and attempt else {}
        return await self.action(
            "Originate",
            *(f"{k}={v}" for k, v in permit.items()),
            Channel="Local/call@dialer-permit/n",
            Application="Wait",
            Data="1",
            Async="true",
            Timeout="30000",
            **ids,
            **headers,
        )

    async def close(self) -> None:
        if self.listener is not None:
            self.listener.cancel()
        self.writer.close()


def permit(seal_key: str, script: str, **changes: str) -> Message:
    """Return a fresh permit for a fictional number, valid for a minute.

    `changes` are made before it is sealed.
    """
    values = {
        "DIALER_ATTEMPT": uuid.uuid4().hex,
        "DIALER_NUMBER": NUMBER,
        "DIALER_FINGERPRINT": hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
        "DIALER_SPONSOR": "a1" * 8,
        "DIALER_CAMPAIGN": "c0123456789ab",
        "DIALER_EXPIRES": str(int(time.time()) + CALL_S),
        "DIALER_TRUNK": "default",
        "DIALER_RING": "5",
        "DIALER_SCRIPT": script,
        "DIALER_MAX": str(CALL_S),
        "DIALER_CUT": "9999999999",
        "DIALER_CALLER": CALLER_ID,
    } | changes
    return values | {"DIALER_SEAL": seal(seal_key, values)}


def seal(key: str, values: Message) -> str:
    parts = [key, *(values[name] for name in SEALED), key]
    return hashlib.sha1(":".join(parts).encode()).hexdigest()


async def manager_at(port: int, user: str, secret: str) -> Manager:
    """Log in and listen."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    await reader.readline()
    manager = Manager(reader, writer)
    manager.listener = asyncio.create_task(manager.listen())
    answer = await manager.action("Login", Username=user, Secret=secret)
    assert answer["Response"] == "Success", answer
    return manager
