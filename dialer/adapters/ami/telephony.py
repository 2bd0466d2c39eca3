"""An Asterisk as the services see it: its calls, from the Originate to the hang-up.

Its memory (AstDB) is in `dialer.adapters.ami.memory`. A call between the gate and its INVITE is
neither refused nor surely sent: `passing` finds those.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import timedelta
from typing import Self

from dialer.adapters.ami.astdb import callees_among, hangup, succeeded
from dialer.adapters.ami.inbox import CalleeChannels, Inbox
from dialer.adapters.ami.link import AmiAddress, AmiLink, Timing
from dialer.adapters.ami.memory import PbxMemory
from dialer.adapters.ami.originate import dialling_half, originate, require
from dialer.adapters.ami.probing import Prober
from dialer.adapters.ami.translate import ATTEMPT_ID, PbxTime, callee_call, text
from dialer.adapters.ami.wire import Action, ActionRefused, LinkDown, UnsafeValue
from dialer.adapters.secret_files import copies_key
from dialer.domain.base.errors import DialerError, NotOriginated, Unavailable
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import NotSent, UnsentCause
from dialer.ports.clock import Clock
from dialer.ports.telephony import CallOrder, ProbeEnd, ProbeOrder, TelephonyEvent

NO_CHANNEL = "No such channel"
HEARD = frozenset({"4", "5", "6"})
"""Channel states brought about by the network: the callee's telephone rings, or was answered."""


async def passing(
    link: AmiLink, callees: CalleeChannels, attempt_ids: Collection[AttemptId]
) -> frozenset[AttemptId]:
    """Return the attempts whose INVITE may still leave, unless the gate refuses them.

    Asterisk reports the start of a dial (DialBegin) once the INVITE waits for the thread of its
    session. That thread does one thing after another: when it has answered a question about the
    channel, the INVITE has left. Raise `Unavailable`.
    """
    channels = (await link.ask({"Action": "CoreShowChannels"})).items
    there = {text(channel, "uniqueid") for channel in channels}
    may_leave = {attempt_id for attempt_id in attempt_ids if dialling_half(attempt_id) in there}
    asked: list[Action] = []
    for channel in channels:
        attempt_id = callee_call(channel)
        if attempt_id not in may_leave:
            continue
        if text(channel, "channelstate") in HEARD:
            may_leave.discard(attempt_id)
        elif callees.begun(attempt_id):
            may_leave.discard(attempt_id)
            asked.append(call_id_of(text(channel, "channel")))
    for reply in await link.ask_all(asked):
        # A channel that is gone by now has nothing left to send.
        if not reply.success and reply.message != NO_CHANNEL:
            raise ActionRefused(f"the PBX tells nothing of a channel ({reply.message})")
    return frozenset(may_leave)


def call_id_of(channel: str) -> Action:
    return {"Action": "Getvar", "Channel": channel, "Variable": "CHANNEL(pjsip,call-id)"}


LOOPBACK = frozenset({"127.0.0.1", "localhost"})
DIALLING_HALVES = "/^Local.*;2$/"
EVERY_CHANNEL = "/^(Local|PJSIP)/"
CANCELLING_S = 0.2
"""Seconds for the dialplan to cancel unanswered calls, and to report them as cancelled.

A halt may take 2 s in all.
"""


class AmiTelephony(PbxMemory):
    """Implementation of `ports.telephony.Telephony`.

    `seal_key` is the PBX's DIALER_SEAL_KEY, `line_key` its DIALER_LINE_KEY. `shift` is how far
    ahead of real time `clock` pretends to be.
    """

    def __init__(
        self,
        pbx: str,
        address: AmiAddress,
        seal_key: str,
        clock: Clock,
        *,
        line_key: str = "",
        shift: timedelta = timedelta(),
        timing: Timing | None = None,
    ) -> None:
        pbx_time = PbxTime(shift)
        inbox = Inbox(pbx, copies_key(address.secret), clock, pbx_time, self._originate_failed)
        link = AmiLink(address, inbox, timing or Timing())
        super().__init__(pbx, link, inbox, clock, pbx_time, line_key)
        self._seal_key = seal_key
        # Asterisk sends its copies of SIP messages to the UDP port of AMI's number (hep.conf), and
        # only on its own machine.
        self._copies_to = (address.host, address.port) if address.host in LOOPBACK else None
        self._prober = Prober(link, seal_key, pbx_time)
        self._checks: set[asyncio.Task[None]] = set()

    @property
    def pbx(self) -> str:
        return self._pbx

    @property
    def up(self) -> bool:
        return self._link.up

    @property
    def unusable(self) -> int:
        """Number of the PBX's reports that could not be read so far."""
        return self._inbox.unusable.total()

    def begin(self) -> None:
        """Connect, and go on trying until closed. Requests wait for the end of the first try."""
        self._listen()
        self._link.begin()

    async def start(self) -> None:
        """Begin, and return after the first try, up or not.

        Raise `LoginRefused` or `ContractBroken` where a person must mend something.
        """
        self._listen()
        await self._link.start()

    def _listen(self) -> None:
        if self._copies_to is not None:
            self._inbox.answers.listen(*self._copies_to)

    async def close(self) -> None:
        await self._link.close()
        self._inbox.answers.close()
        for check in self._checks:
            check.cancel()
        if self._checks:
            await asyncio.wait(self._checks)
        self._inbox.close()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except DialerError:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def events(self) -> AsyncIterator[TelephonyEvent]:
        return self._inbox.stream()

    async def originate(self, order: CallOrder) -> None:
        self._inbox.answers.expect(order.attempt)
        try:
            reply = await self._link.ask(originate(order, self._seal_key, self._pbx_time))
        except (UnsafeValue, LinkDown) as error:
            raise NotOriginated(error.detail, hint=error.hint) from error
        if not reply.success:
            raise NotOriginated(f"the PBX refused the Originate ({reply.message})")

    async def probe(self, order: ProbeOrder) -> ProbeEnd:
        return await self._prober.probe(order)

    async def hang_up(self, attempt_id: AttemptId) -> None:
        """Hang up the half that dials, which cancels an INVITE.

        Where that half is gone, the callee has answered and is cut off.
        """
        require("attempt id", attempt_id, ATTEMPT_ID)
        if not await self._cancelled(attempt_id):
            await self._cut_off(attempt_id)

    async def cancel(self, attempt_id: AttemptId) -> None:
        require("attempt id", attempt_id, ATTEMPT_ID)
        await self._cancelled(attempt_id)

    async def revoke(self, attempt_id: AttemptId) -> None:
        """Mark the attempt as used, so that the gate refuses it from then on.

        Hang up if it had passed.
        """
        require("attempt id", attempt_id, ATTEMPT_ID)
        fresh = attempt_id in await self._withhold([attempt_id])
        if await self._cancelled(attempt_id):
            return
        if fresh:
            self._inbox.put(NotSent(attempt_id, self._clock.now(), UnsentCause.REVOKED))
        else:
            await self._cut_off(attempt_id)

    async def withhold(self, attempts: Sequence[Attempt]) -> frozenset[AttemptId]:
        """Withhold attempts of this life of the PBX alone.

        Its notes of the last second before a crash may be lost.
        """
        for attempt in attempts:
            require("attempt id", attempt.id, ATTEMPT_ID)
        unsent = await self._withhold([attempt.id for attempt in attempts])
        age_s = self._link.age_s
        booted = self._clock.now() - timedelta(seconds=age_s) if age_s is not None else None
        return frozenset(
            attempt.id
            for attempt in attempts
            if attempt.id in unsent and booted and attempt.decided_at > booted
        )

    async def _cancelled(self, attempt_id: AttemptId) -> bool:
        """Hang up the half that dials, which cancels the INVITE.

        Return True where there was one.
        """
        return (await self._link.ask(hangup(dialling_half(attempt_id)))).success

    async def _cut_off(self, attempt_id: AttemptId) -> None:
        if callee := self._inbox.callees.of(attempt_id):
            await self._do([hangup(callee)], harmless=NO_CHANNEL)

    async def hang_up_all(self) -> int:
        """Hang up every call, known to us or not, and return how many.

        The halves that dial go first and cancel their INVITEs.
        """
        dialling = succeeded(await self._link.ask(hangup(DIALLING_HALVES))).items
        await asyncio.sleep(CANCELLING_S)
        answered = succeeded(await self._link.ask(hangup(EVERY_CHANNEL))).items
        return len(dialling) + len(callees_among(answered))

    async def passing(self, attempt_ids: Collection[AttemptId]) -> frozenset[AttemptId]:
        return await passing(self._link, self._inbox.callees, attempt_ids)

    def _originate_failed(self, attempt_id: AttemptId) -> None:
        check = asyncio.create_task(self._settle_failed(attempt_id))
        self._checks.add(check)
        check.add_done_callback(self._settled)

    async def _settle_failed(self, attempt_id: AttemptId) -> None:
        if await self._withhold([attempt_id]):
            self._inbox.put(NotSent(attempt_id, self._clock.now(), UnsentCause.NO_CHANNEL))

    def _settled(self, check: asyncio.Task[None]) -> None:
        self._checks.discard(check)
        error = None if check.cancelled() else check.exception()
        # Where the link was lost meanwhile, the recovery that follows finds out instead.
        if error is not None and not isinstance(error, Unavailable):
            self._inbox.broken(error)
