"""One Asterisk as the services see it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Self, TypeVar

from dialer.adapters.ami import astdb, line
from dialer.adapters.ami.answers import callees_among, hangup, present, succeeded
from dialer.adapters.ami.errors import ActionRefused, LinkDown, UnsafeValue
from dialer.adapters.ami.inbox import Inbox
from dialer.adapters.ami.link import AmiAddress, AmiLink, Timing
from dialer.adapters.ami.originate import SHAPES, dialling_half, originate, require
from dialer.adapters.ami.passing import NO_CHANNEL, passing
from dialer.adapters.ami.pbx_time import PbxTime
from dialer.adapters.ami.probing import Prober
from dialer.adapters.ami.report import ATTEMPT_ID, text
from dialer.adapters.ami.translate import Unusable
from dialer.adapters.ami.wire import Action, Fields
from dialer.adapters.keys import copies_key
from dialer.domain.attempt import Attempt
from dialer.domain.call_events import AttemptId, Ended, NotSent, Opposed, Outbox, PbxSuppression
from dialer.domain.campaign import CampaignId
from dialer.domain.errors import DialerError, NotOriginated, Unavailable
from dialer.domain.halt import Halt, HaltFlag
from dialer.ports.clock import Clock
from dialer.ports.telephony import (
    CallOrder,
    Line,
    LineObjection,
    LineUsed,
    ProbeEnd,
    ProbeOrder,
    TelephonyEvent,
)

Entry = TypeVar("Entry", Opposed, Ended, LineObjection)

BROKEN = {"Action": "Getvar", "Variable": "DIALER_BROKEN"}
"""When it last failed to keep an opposition; empty where it never did since it was started."""
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
COMMITTED_S = 1.2
"""Asterisk writes what it was given to disk within a second (main/db.c), and forgets it where that fails."""
DIALLING_HALVES = "/^Local.*;2$/"
EVERY_CHANNEL = "/^(Local|PJSIP)/"
CANCELLING_S = 0.2
"""Time for the dialplan to cancel and report as cancelled what was not answered. A halt may take 2 s in all."""
UNSENT = "the PBX could not make a channel"
REVOKED = "revoked"
KEPT_S = 600
"""What has expired at the PBX is kept this much longer: its clock may be set back (T030)."""
MOST_FORGOTTEN = 15_000
"""Entries deleted in one go, so that nothing else waits for long."""


class AmiTelephony:
    """Implements `ports.telephony.Telephony`.

    `seal_key` is the PBX's DIALER_SEAL_KEY, `line_key` its DIALER_LINE_KEY, without which no objection on the call-back line can be read; `shift` is how far ahead of real time `clock` pretends to be.
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
        self._pbx = pbx
        self._seal_key = seal_key
        self._line_key = line_key
        self._clock = clock
        self._pbx_time = PbxTime(shift)
        self._inbox = Inbox(pbx, copies_key(address.secret), clock, self._pbx_time, self._originate_failed)
        # Asterisk sends its copies of SIP messages to the UDP port of AMI's number (hep.conf), of its own machine alone.
        self._copies_to = (address.host, address.port) if address.host in LOOPBACK else None
        self._link = AmiLink(address, self._inbox, timing or Timing())
        self._prober = Prober(self._link, seal_key, self._pbx_time)
        self._sweep = cycle(astdb.PASSING)
        self._checks: set[asyncio.Task[None]] = set()

    @property
    def pbx(self) -> str:
        return self._pbx

    @property
    def up(self) -> bool:
        return self._link.up

    @property
    def unusable(self) -> int:
        """How many reports of the PBX could not be read so far."""
        return self._inbox.unusable.total()

    def begin(self) -> None:
        """Try to connect, and go on trying until closed. Whatever is asked meanwhile waits for the end of the first try."""
        self._listen()
        self._link.begin()

    async def start(self) -> None:
        """As `begin`, and return after the first try, up or not. Raise `LoginRefused` or `ContractBroken`: a person must mend that."""
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
        """First the half that dials, which cancels an INVITE; where it is gone, the callee has answered and is cut off."""
        require("attempt id", attempt_id, ATTEMPT_ID)
        if not await self._cancelled(attempt_id):
            await self._cut_off(attempt_id)

    async def revoke(self, attempt_id: AttemptId) -> None:
        """Marked as used first, so that the gate refuses it from then on; what passed the gate before that is hung up."""
        require("attempt id", attempt_id, ATTEMPT_ID)
        fresh = attempt_id in await self._withhold([attempt_id])
        if await self._cancelled(attempt_id):
            return
        if fresh:
            self._inbox.put(NotSent(attempt_id, self._clock.now(), REVOKED))
        else:
            await self._cut_off(attempt_id)

    async def withhold(self, attempts: Sequence[Attempt]) -> frozenset[AttemptId]:
        """Only of this life of the PBX: what it noted in the last second before a crash may be lost."""
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
        """Whether there was a half that dials; its end cancels the INVITE."""
        return (await self._link.ask(hangup(dialling_half(attempt_id)))).success

    async def _cut_off(self, attempt_id: AttemptId) -> None:
        if callee := self._inbox.callees.of(attempt_id):
            await self._do([hangup(callee)], harmless=NO_CHANNEL)

    async def leave_message(self, attempt_id: AttemptId, *, spoken: bool) -> None:
        require("attempt id", attempt_id, ATTEMPT_ID)
        family = astdb.SPOKEN if spoken else astdb.MACHINE
        await self._do([astdb.put(family, attempt_id, str(self._pbx_now()))])

    async def forget_expired(self) -> int:
        family = next(self._sweep)
        rows = succeeded(await self._link.ask(astdb.tree(family))).items
        keys = list(islice(astdb.expired(rows, self._pbx_now() - KEPT_S), MOST_FORGOTTEN))
        await self._delete(family, keys)
        return len(keys)

    def _pbx_now(self) -> int:
        return self._pbx_time.epoch(self._clock.now())

    async def hang_up_all(self) -> int:
        """Every call, known to us or not; return how many. The halves that dial go first and cancel their INVITEs."""
        dialling = succeeded(await self._link.ask(hangup(DIALLING_HALVES))).items
        await asyncio.sleep(CANCELLING_S)
        answered = succeeded(await self._link.ask(hangup(EVERY_CHANNEL))).items
        return len(dialling) + len(callees_among(answered))

    async def prove_memory(self, *, doubted: bool) -> None:
        """What the gate compares is the failure itself, so that one which comes meanwhile is not mended with it."""
        broken = text(succeeded(await self._link.ask(BROKEN)).fields, "value")
        if broken or doubted:
            await self._prove_canary()
        if broken:
            await self._do([astdb.put(astdb.CANARY, astdb.MENDED_KEY, broken)])
        else:
            await self._delete(astdb.CANARY, [astdb.MENDED_KEY])

    async def _prove_canary(self) -> None:
        written = str(self._pbx_now())
        await self._do([astdb.put(astdb.CANARY, astdb.CANARY_KEY, written)])
        await asyncio.sleep(COMMITTED_S)
        kept = await self._link.ask(astdb.get(astdb.CANARY, astdb.CANARY_KEY))
        if written not in (text(row, "val") for row in kept.items if "val" in row):
            raise ActionRefused(
                "the PBX does not keep what is written to it",
                hint="is the disk of its AstDB volume full, or the file read by others?",
            )

    async def halt_flag(self) -> HaltFlag | None:
        reply = await self._link.ask(astdb.get(astdb.HALT, astdb.HALT_KEY))
        return astdb.halt_flag(reply.items) if present(reply) else None

    async def set_halt(self, halt: Halt) -> None:
        await self._do([astdb.put(astdb.HALT, astdb.HALT_KEY, astdb.halt_text(halt))])

    async def pause_flag(self, campaign_id: CampaignId) -> str | None:
        require("campaign id", campaign_id, SHAPES["DIALER_CAMPAIGN"])
        reply = await self._link.ask(astdb.get(astdb.PAUSED, campaign_id))
        return astdb.value_in(reply.items) if present(reply) else None

    async def set_pause(self, campaign_id: CampaignId, until: datetime) -> None:
        require("campaign id", campaign_id, SHAPES["DIALER_CAMPAIGN"])
        flag = f"{self._pbx_time.epoch(until)}|{uuid.uuid4().hex}"
        await self._do([astdb.put(astdb.PAUSED, campaign_id, flag)])

    async def clear_pause(self, campaign_id: CampaignId, flag: str) -> None:
        if await self.pause_flag(campaign_id) == flag:
            await self._delete(astdb.PAUSED, [campaign_id])

    async def passing(self, attempt_ids: Collection[AttemptId]) -> frozenset[AttemptId]:
        return await passing(self._link, self._inbox.callees, attempt_ids)

    async def clear_halt(self) -> None:
        await self._delete(astdb.HALT, [astdb.HALT_KEY])

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None:
        since = str(self._pbx_now())
        await self._do(
            [astdb.put(astdb.suppressed_family(entry), entry.fingerprint, since) for entry in entries]
        )

    async def suppressed(self) -> list[PbxSuppression]:
        return list(
            astdb.suppressed_entries(succeeded(await self._link.ask(astdb.tree(astdb.SUPPRESSED))).items)
        )

    async def unsuppress(self, entry: PbxSuppression) -> None:
        await self._delete(astdb.suppressed_family(entry), [entry.fingerprint])

    async def lacking(self, entries: Sequence[PbxSuppression]) -> list[PbxSuppression]:
        keys = [astdb.get(astdb.suppressed_family(entry), entry.fingerprint) for entry in entries]
        replies = await self._link.ask_all(keys)
        return [entry for entry, reply in zip(entries, replies, strict=True) if not present(reply)]

    async def lock_mark(self) -> str | None:
        reply = await self._link.ask(astdb.get(astdb.MARK, astdb.SUPPRESSED))
        return astdb.marked(reply.items) if present(reply) else None

    async def set_lock_mark(self, mark: str) -> None:
        require("mark", mark, astdb.MARK_SHAPE)
        await self._do([astdb.put(astdb.MARK, astdb.SUPPRESSED, mark)])

    async def outbox(self, of: Collection[AttemptId] | None = None) -> Outbox:
        """Who is alive is read first: a call that ends meanwhile is then in both, never in neither."""
        channels = succeeded(await self._link.ask({"Action": "CoreShowChannels"})).items
        if of is None:
            opposed = await self.opposed()
            ended = list(succeeded(await self._link.ask(astdb.tree(astdb.ENDED))).items)
        else:
            keys = _required(list(of))
            opposed = self._oppositions(await self._rows_of(astdb.OPPOSED, with_downs(keys)))
            ended = await self._rows_of(astdb.ENDED, keys)
        self._inbox.callees.reset(channels)
        linked = (channel.get("linkedid", "") for channel in channels)
        return Outbox(
            opposed,
            tuple(self._usable(astdb.ended_entries(ended, self._pbx_time))),
            frozenset(
                AttemptId(link) for link in linked if isinstance(link, str) and ATTEMPT_ID.fullmatch(link)
            ),
        )

    async def opposed(self) -> tuple[Opposed, ...]:
        return self._oppositions(await self._opposed_rows())

    async def oppositions_kept(self) -> list[Opposed | LineUsed]:
        rows = await self._opposed_rows()
        of_the_line = [LineUsed(self._pbx)] if any(map(line.of_the_line, rows)) else []
        return [*self._oppositions(rows), *of_the_line]

    def _oppositions(self, rows: Iterable[Fields]) -> tuple[Opposed, ...]:
        of_calls = [row for row in rows if not line.of_the_line(row)]
        return tuple(self._usable(astdb.opposed_entries(of_calls, self._pbx_time, self._clock.now())))

    async def _rows_of(self, family: str, keys: Sequence[str]) -> list[Fields]:
        """As the tree of the family would give them."""
        replies = await self._link.ask_all([astdb.get(family, key) for key in keys])
        return [
            {"key": f"/{family}/{key}", "val": text(row, "val")}
            for key, reply in zip(keys, replies, strict=True)
            if present(reply)
            for row in reply.items
            if "val" in row
        ]

    async def set_lines(self, lines: Sequence[Line], *, known: Collection[str] | None = None) -> None:
        if known is None:
            rows = succeeded(await self._link.ask(astdb.tree(line.LINE))).items
            known = {str(row.get("key", "")).rpartition("/")[2] for row in rows}
        await self._do(list(line.told(lines, self._pbx_time)))
        gone = sorted(set(known) - {entry.number for entry in lines})
        await self._delete(line.LINE, gone)
        await self._delete(line.SILENCE, gone)

    async def line_objections(self) -> list[LineObjection]:
        rows = [row for row in await self._opposed_rows() if line.of_the_line(row)]
        return list(self._usable(line.objections(rows, self._line_key, self._pbx_time)))

    async def clear_line_objections(self, keys: Sequence[str]) -> None:
        await self._delete_opposed(keys)

    async def _opposed_rows(self) -> Sequence[Fields]:
        return succeeded(await self._link.ask(astdb.tree(astdb.OPPOSED))).items

    async def clear_opposed(self, attempt_ids: Sequence[AttemptId]) -> None:
        await self._delete_opposed(_required(attempt_ids))

    async def clear_ended(self, attempt_ids: Sequence[AttemptId]) -> None:
        await self._delete(astdb.ENDED, _required(attempt_ids))

    async def _delete_opposed(self, keys: Sequence[str]) -> None:
        await self._delete(astdb.OPPOSED, with_downs(keys))

    async def _delete(self, family: str, keys: Sequence[str]) -> None:
        """A key that was not there is as good as deleted; only looking again tells that from a failure."""
        replies = await self._link.ask_all([astdb.delete(family, key) for key in keys])
        doubtful = [key for key, reply in zip(keys, replies, strict=True) if not reply.success]
        for reply in await self._link.ask_all([astdb.get(family, key) for key in doubtful]):
            if reply.message != astdb.NOT_FOUND:
                raise ActionRefused(
                    f"the PBX did not delete a key of {family}", hint="its log (docker logs) says more"
                )

    async def _do(self, actions: Sequence[Action], *, harmless: str = "") -> None:
        """Raise `ActionRefused` for the first that Asterisk refuses for any reason but the `harmless` one."""
        for reply in await self._link.ask_all(actions):
            if not reply.success and reply.message != harmless:
                succeeded(reply)

    def _usable(self, entries: Iterable[Entry | Unusable]) -> Iterator[Entry]:
        """What cannot be read stays where it is, for a person to look at."""
        for entry in entries:
            if isinstance(entry, Unusable):
                self._inbox.warn(entry)
            else:
                yield entry

    def _originate_failed(self, attempt_id: AttemptId) -> None:
        check = asyncio.create_task(self._settle_failed(attempt_id))
        self._checks.add(check)
        check.add_done_callback(self._settled)

    async def _settle_failed(self, attempt_id: AttemptId) -> None:
        if await self._withhold([attempt_id]):
            self._inbox.put(NotSent(attempt_id, self._clock.now(), UNSENT))

    async def _withhold(self, attempt_ids: Sequence[AttemptId]) -> set[AttemptId]:
        """The gate marks an attempt as used before it lets it pass. Without that mark nothing was sent, and with ours nothing will be."""
        marks = await self._link.ask_all([astdb.get(astdb.USED, attempt_id) for attempt_id in attempt_ids])
        unused = [id_ for id_, mark in zip(attempt_ids, marks, strict=True) if astdb.unused(mark)]
        await self._do([astdb.withhold(attempt_id, self._pbx_now()) for attempt_id in unused])
        return set(unused)

    def _settled(self, check: asyncio.Task[None]) -> None:
        self._checks.discard(check)
        error = None if check.cancelled() else check.exception()
        # Where the link was lost meanwhile, the recovery that follows finds out instead.
        if error is not None and not isinstance(error, Unavailable):
            self._inbox.broken(error)


def _required(attempt_ids: Sequence[AttemptId]) -> Sequence[AttemptId]:
    """Raise `UnsafeValue` for one that is none."""
    for attempt_id in attempt_ids:
        require("attempt id", attempt_id, ATTEMPT_ID)
    return attempt_ids


def with_downs(keys: Sequence[str]) -> list[str]:
    """A 9 is noted as it goes down, and once more as it comes up."""
    return [*keys, *(f"{key}{astdb.DOWN}" for key in keys)]
