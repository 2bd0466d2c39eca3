"""The standing link to one Asterisk: it logs in, checks the contract and notices its loss.

After a loss it tries again, with growing pauses.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from dialer.adapters.ami import contract
from dialer.adapters.ami.client import AmiClient
from dialer.adapters.ami.wire import Action, ContractBroken, Headers, LinkDown, LoginRefused, Reply
from dialer.domain.base.errors import DialerError, Unavailable

log = structlog.get_logger()

EVENT_CLASSES = "user,call,dtmf,system"
BOOTED = "FullyBooted"
_PBX_EVENTS = frozenset({BOOTED, "Reload"})


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of a link, in seconds. A boot may take `boot`.

    A dead link is noticed within `ping_every` + `answer`, another dialplan within `dialplan_every`
    more.
    """

    connect: float = 3.0
    answer: float = 5.0
    boot: float = 10.0
    ping_every: float = 5.0
    dialplan_every: float = 10.0
    first_pause: float = 0.25
    longest_pause: float = 10.0


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Address and login of one PBX, and the dialplan that it must have loaded.

    `dialplan` is a `Dialplan.hash`. None takes any dialplan that has the gate.
    """

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    dialplan: str | None = None


class LinkListener(Protocol):
    """Callbacks, called in the order of events. They must not raise."""

    def event(self, fields: Headers) -> None: ...

    def up(self) -> None: ...

    def lost(self) -> None: ...

    def broken(self, error: BaseException) -> None:
        """Take note that a fault of ours ended the link for good."""
        ...


class AmiLink:
    def __init__(self, address: AmiAddress, listener: LinkListener, timing: Timing) -> None:
        self._address = address
        self._listener = listener
        self._timing = timing
        self._client: AmiClient | None = None
        self._booted = asyncio.Event()
        self._reloaded = asyncio.Event()
        self._went_up = False
        self._booted_at: float | None = None
        self._why: DialerError = LinkDown("the link to the PBX was not started")
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        return self._client is not None

    @property
    def age_s(self) -> float | None:
        """The seconds since the Asterisk at the other end started, or a little less.

        None where it does not say.
        """
        return None if self._booted_at is None else asyncio.get_running_loop().time() - self._booted_at

    def begin(self) -> None:
        """Connect, and go on trying until closed. Requests wait for the end of the first try."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def start(self) -> None:
        """Begin, and return after the first try, up or not.

        Raise `LoginRefused` or `ContractBroken` where a person must mend something. Go on trying
        all the same: the PBX alone may be mended. Raise `UnsafeValue`, and try no more, where
        nothing can be sent.
        """
        self.begin()
        await self._tried.wait()
        if self._task is not None and self._task.done():
            self._task.result()
        if not self.up and isinstance(self._why, LoginRefused | ContractBroken):
            raise self._why

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._why = LinkDown("the link to the PBX was closed")

    async def ask(self, action: Action) -> Reply:
        """Send once as `AmiClient.ask` does.

        Raise `LinkDown`, with the reason, where there is no link.
        """
        return await (await self._up_client()).ask(action, self._timing.answer)

    async def ask_all(self, actions: Sequence[Action]) -> list[Reply]:
        return await (await self._up_client()).ask_all(actions, self._timing.answer)

    async def _up_client(self) -> AmiClient:
        if self._task is not None:
            await self._tried.wait()
        if self._client is None:
            raise LinkDown(self._why.detail, hint=self._why.hint)
        return self._client

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, DialerError):
            self._why = error
        self._tried.set()
        if error is not None:
            self._listener.broken(error)

    async def _run(self) -> None:
        pause = self._timing.first_pause
        while True:
            try:
                await self._live()
            except Unavailable as error:
                self._why = error
                raised_by_start = not self._tried.is_set() and isinstance(
                    error, LoginRefused | ContractBroken
                )
                if not raised_by_start:
                    log.warning("no link to the PBX", at=self._at, error=str(error), again_in_s=pause)
            if self._went_up:
                pause = self._timing.first_pause
            self._tried.set()
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._timing.longest_pause)

    @property
    def _at(self) -> str:
        return f"{self._address.host}:{self._address.port}"

    async def _live(self) -> None:
        """Live one connection, from the first packet to the last. Always end by an error."""
        self._booted.clear()
        self._went_up = False
        client = AmiClient(self._on_event)
        try:
            await client.open(self._address.host, self._address.port, self._timing.connect)
            await self._log_in(client)
            await self._check(client)
            self._client = client
            self._went_up = True
            self._listener.up()
            self._tried.set()
            await self._watch(client)
        finally:
            client.close()
            if self._client is not None:
                self._client = None
                self._listener.lost()

    def _on_event(self, fields: Headers) -> None:
        if fields.get("event") == BOOTED:
            self._booted_at = booted_at(fields, asyncio.get_running_loop().time())
        if fields.get("event") in _PBX_EVENTS:
            (self._booted if fields["event"] == BOOTED else self._reloaded).set()
            return
        try:
            self._listener.event(fields)
        except Exception as error:
            # Raised on from here, the error would end in asyncio's log, and the event would be
            # lost.
            self._listener.broken(error)

    async def _log_in(self, client: AmiClient) -> None:
        address = self._address
        action = {
            "Action": "Login",
            "Username": address.user,
            "Secret": address.secret,
            "Events": EVENT_CLASSES,
        }
        reply = await client.ask(action, self._timing.answer)
        if not reply.success:
            raise LoginRefused(
                f"the PBX at {self._at} refuses AMI user {address.user!r} ({reply.message})",
                hint="its secret is not the one in the home: mend `secret_file`, or start the PBX again",
            )

    async def _check(self, client: AmiClient) -> None:
        """Check the contract once the PBX is booted: before FullyBooted the gate may be missing."""
        try:
            async with asyncio.timeout(self._timing.boot):
                await self._booted.wait()
        except TimeoutError:
            raise LinkDown(
                f"the PBX at {self._at} does not say that it has booted",
                hint="wait, or give its AMI user read = system",
            ) from None
        answer_s = self._timing.answer
        contract.check_rights(await client.ask({"Action": "ListCommands"}, answer_s))
        contract.check_version(await client.ask({"Action": "CoreSettings"}, answer_s))
        contract.check_gate(
            await client.ask({"Action": "ShowDialPlan", "Context": contract.GATE_CONTEXT}, answer_s)
        )
        await self._check_dialplan(client)

    async def _check_dialplan(self, client: AmiClient) -> None:
        self._reloaded.clear()
        if self._address.dialplan is not None:
            contract.check_dialplan(
                await client.ask(contract.SHOW_DIALPLAN, self._timing.answer), self._address.dialplan
            )

    async def _watch(self, client: AmiClient) -> None:
        """Ping until the connection ends: a peer can go without a word.

        `dialplan reload` at the PBX's own console sends no event, so check the dialplan again and
        again.
        """
        clock = asyncio.get_running_loop().time
        checked = clock()
        while True:
            await self._until_due(client)
            if self._reloaded.is_set() or clock() - checked >= self._timing.dialplan_every:
                await self._check_dialplan(client)
                checked = clock()
            else:
                await client.ask({"Action": "Ping"}, self._timing.answer)

    async def _until_due(self, client: AmiClient) -> None:
        """Wait for the next ping, or until the PBX has loaded something anew.

        Raise `LinkDown` where the connection ends first.
        """
        lost, reloaded = (asyncio.create_task(one) for one in (client.lost(), self._reloaded.wait()))
        try:
            done, _ = await asyncio.wait(
                (lost, reloaded), timeout=self._timing.ping_every, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            lost.cancel()
            reloaded.cancel()
        if lost in done:
            raise LinkDown(f"the link to the PBX at {self._at} was lost")


def booted_at(fully_booted: Headers, now: float) -> float | None:
    """Return when Asterisk was started, on the clock of `now`, or up to a second later.

    Asterisk tells whole seconds. Return None where it tells none.
    """
    uptime = fully_booted.get("uptime")
    return now - int(uptime) if isinstance(uptime, str) and uptime.isdecimal() else None
