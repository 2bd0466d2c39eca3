"""The memory of one Asterisk (AstDB), read and written over its link.

It holds locks and flags, the call-back line, and reports of calls that are not committed yet.
"""

import asyncio
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import cycle, islice
from typing import TypeVar

from dialer.adapters.ami import astdb, callback_line
from dialer.adapters.ami.astdb import present, succeeded
from dialer.adapters.ami.inbox import Inbox
from dialer.adapters.ami.link import AmiLink
from dialer.adapters.ami.originate import SHAPES, require
from dialer.adapters.ami.translate import ATTEMPT_ID, PbxTime, Unusable, text
from dialer.adapters.ami.wire import Action, ActionRefused, Headers
from dialer.domain.base.halt import Halt, HaltFlag
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.call_events import Ended, Opposed, PbxOutbox
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.clock import Clock
from dialer.ports.telephony import Line, LineObjection, LineUsed

T = TypeVar("T", Opposed, Ended, LineObjection)

BROKEN = {"Action": "Getvar", "Variable": "DIALER_BROKEN"}
"""The variable with the time of the last failure to keep an opposition.

Empty where there was none since the start.
"""
COMMITTED_S = 1.2
"""Asterisk writes to disk within a second (main/db.c), and forgets values where that fails."""
KEPT_S = 600
"""Keep expired entries at the PBX this much longer: its clock may be set back (T030)."""
MOST_FORGOTTEN = 15_000
"""Entries deleted in one go, so that nothing else waits for long."""


class PbxMemory:
    """The memory part of `ports.telephony.Telephony`.

    `line_key` is the PBX's DIALER_LINE_KEY. Without it no opposition on the call-back line can be
    read.
    """

    def __init__(
        self, pbx: str, link: AmiLink, inbox: Inbox, clock: Clock, pbx_time: PbxTime, line_key: str
    ) -> None:
        self._pbx = pbx
        self._link = link
        self._inbox = inbox
        self._clock = clock
        self._pbx_time = pbx_time
        self._line_key = line_key
        self._sweep = cycle(astdb.PASSING)

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

    async def prove_memory(self, *, doubted: bool) -> None:
        """Prove that the PBX keeps oppositions. Raise `ActionRefused` where it does not.

        The gate compares the failure itself, so that a failure that comes meanwhile is not mended,
        too.
        """
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

    async def outbox(self, of: Collection[AttemptId] | None = None) -> PbxOutbox:
        """Read the outbox.

        Read the living channels first: a call that ends meanwhile is then in both, never in
        neither.
        """
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
        return PbxOutbox(
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
        line_used = [LineUsed(self._pbx)] if any(map(callback_line.is_line_entry, rows)) else []
        return [*self._oppositions(rows), *line_used]

    def _oppositions(self, rows: Iterable[Headers]) -> tuple[Opposed, ...]:
        of_calls = [row for row in rows if not callback_line.is_line_entry(row)]
        return tuple(self._usable(astdb.opposed_entries(of_calls, self._pbx_time, self._clock.now())))

    async def _rows_of(self, family: str, keys: Sequence[str]) -> list[Headers]:
        """Read rows as the tree of the family would give them."""
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
            rows = succeeded(await self._link.ask(astdb.tree(callback_line.LINE))).items
            known = {str(row.get("key", "")).rpartition("/")[2] for row in rows}
        await self._do(list(callback_line.describe_line(lines, self._pbx_time)))
        gone = sorted(set(known) - {entry.number for entry in lines})
        await self._delete(callback_line.LINE, gone)
        await self._delete(callback_line.SILENCE, gone)

    async def line_objections(self) -> list[LineObjection]:
        rows = [row for row in await self._opposed_rows() if callback_line.is_line_entry(row)]
        return list(self._usable(callback_line.objections(rows, self._line_key, self._pbx_time)))

    async def clear_line_objections(self, keys: Sequence[str]) -> None:
        await self._delete_opposed(keys)

    async def _opposed_rows(self) -> Sequence[Headers]:
        return succeeded(await self._link.ask(astdb.tree(astdb.OPPOSED))).items

    async def clear_opposed(self, attempt_ids: Sequence[AttemptId]) -> None:
        await self._delete_opposed(_required(attempt_ids))

    async def clear_ended(self, attempt_ids: Sequence[AttemptId]) -> None:
        await self._delete(astdb.ENDED, _required(attempt_ids))

    async def _delete_opposed(self, keys: Sequence[str]) -> None:
        await self._delete(astdb.OPPOSED, with_downs(keys))

    async def _delete(self, family: str, keys: Sequence[str]) -> None:
        """Delete keys. A key that was not there is as good as deleted.

        Raise `ActionRefused` for a failure.

        DBDel answers both alike, so look again.
        """
        replies = await self._link.ask_all([astdb.delete(family, key) for key in keys])
        doubtful = [key for key, reply in zip(keys, replies, strict=True) if not reply.success]
        for reply in await self._link.ask_all([astdb.get(family, key) for key in doubtful]):
            if reply.message != astdb.NOT_FOUND:
                raise ActionRefused(
                    f"the PBX did not delete a key of {family}", hint="its log (docker logs) says more"
                )

    async def _do(self, actions: Sequence[Action], *, harmless: str = "") -> None:
        """Send actions.

        Raise `ActionRefused` for the first refusal with another reason than `harmless`.
        """
        for reply in await self._link.ask_all(actions):
            if not reply.success and reply.message != harmless:
                succeeded(reply)

    def _usable(self, entries: Iterable[T | Unusable]) -> Iterator[T]:
        """Yield the usable entries.

        An entry that cannot be read stays there, for a person to look at.
        """
        for entry in entries:
            if isinstance(entry, Unusable):
                self._inbox.warn(entry)
            else:
                yield entry

    async def _withhold(self, attempt_ids: Sequence[AttemptId]) -> set[AttemptId]:
        """Mark attempts as used, and return those the gate had not let pass.

        The gate marks an attempt before it lets it pass. Without its mark nothing was sent, and
        with ours nothing will be.
        """
        marks = await self._link.ask_all([astdb.get(astdb.USED, attempt_id) for attempt_id in attempt_ids])
        unused = [id_ for id_, mark in zip(attempt_ids, marks, strict=True) if astdb.unused(mark)]
        await self._do([astdb.withhold(attempt_id, self._pbx_now()) for attempt_id in unused])
        return set(unused)


def _required(attempt_ids: Sequence[AttemptId]) -> Sequence[AttemptId]:
    """Return the ids. Raise `UnsafeValue` for the first that is none."""
    for attempt_id in attempt_ids:
        require("attempt id", attempt_id, ATTEMPT_ID)
    return attempt_ids


def with_downs(keys: Sequence[str]) -> list[str]:
    """Return the keys, and beside each the key of its 9 going down.

    A 9 is noted as it goes down, and once more as it comes up.
    """
    return [*keys, *(f"{key}{astdb.DOWN}" for key in keys)]
