"""A PBX, as the services see it."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.halt import Halt, HaltFlag
from dialer.domain.base.types import AttemptId, CampaignId, PhoneNumber, ProbeId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import CallEvent, DialStatus, Opposed, PbxOutbox
from dialer.domain.oppositions.suppression import PbxSuppression


@dataclass(frozen=True, slots=True)
class CallOrder:
    """The order of one call to a PBX.

    `longest_s` is the cut-off of the whole call after the answer, in seconds. `cut_at` is the start
    of electoral silence: the call ends then in any case (FP-08).
    """

    attempt: Attempt
    sponsor_key: str
    ring_timeout_s: int
    longest_s: int
    cut_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkLost:
    pbx: str


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Logged in again (or for the first time): read the outbox before anything is dialled."""

    pbx: str


@dataclass(frozen=True, slots=True)
class LineUsed:
    """A caller objected on the call-back line: read `line_objections`."""

    pbx: str


@dataclass(frozen=True, slots=True)
class TrunkAsked:
    """The trunk asks to be sent no call before `until` (`Retry-After`)."""

    pbx: str
    trunk: str
    until: datetime


TelephonyEvent = CallEvent | LinkLost | LinkUp | LineUsed | TrunkAsked


@dataclass(frozen=True, slots=True)
class Line:
    """A number of ours as trunks write it, digits only, and the announcement to its callers.

    `silent_from`: its message is withheld then.
    """

    number: str
    script: str
    sponsor_key: str
    silent_from: datetime | None


@dataclass(frozen=True, slots=True)
class LineObjection:
    """A 9 on the call-back line.

    `number` holds the digits from the network or the caller; None while there are none.
    """

    key: str
    at: datetime
    number: str | None
    sponsor_key: str


@dataclass(frozen=True, slots=True)
class ProbeOrder:
    """Ring `number`, one of ours, as `shown`, and record the answer for `listen_s` seconds."""

    id: ProbeId
    number: PhoneNumber
    shown: PhoneNumber
    trunk: str
    ring_timeout_s: int
    listen_s: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ProbeEnd:
    """The end of a probe.

    `dial_status` None: the PBX rang no number; `refused` gives the reason.
    """

    dial_status: DialStatus | None
    hangup_cause: int | None = None
    sip_code: int | None = None
    refused: str = ""


class Telephony(Protocol):
    """A PBX. Every method raises `Unavailable` when the link is down or no answer comes in time."""

    @property
    def pbx(self) -> str: ...

    def events(self) -> AsyncIterator[TelephonyEvent]:
        """Yield events in the order of arrival, from one queue, until the telephony is closed."""
        ...

    async def originate(self, order: CallOrder) -> None:
        """Send at most once.

        Raise `NotOriginated` where surely nothing was sent, `Unavailable` where that is unknown.
        """
        ...

    async def probe(self, order: ProbeOrder) -> ProbeEnd:
        """Send at most once, and wait for its end.

        Raise `NotOriginated` where surely no number was rung, `Unavailable` where that is unknown.
        """
        ...

    async def hang_up(self, attempt_id: AttemptId) -> None: ...

    async def cancel(self, attempt_id: AttemptId) -> None:
        """End an unanswered call; one answered meanwhile goes on."""
        ...

    async def revoke(self, attempt_id: AttemptId) -> None:
        """Take a permit back.

        An INVITE that has not left never will, one that has is cancelled, an answered call is cut
        off.
        """
        ...

    async def withhold(self, attempts: Sequence[Attempt]) -> frozenset[AttemptId]:
        """Take back every unused permit of these.

        Return the attempts whose INVITE surely never left, and never will. A call that passes the
        gate in this very moment is alive in the `outbox` read next.
        """
        ...

    async def leave_message(self, attempt_id: AttemptId, *, spoken: bool) -> None:
        """Leave the short text on a machine that answered.

        `spoken`: it has spoken its greeting and beeped.
        """
        ...

    async def forget_expired(self) -> int:
        """Delete the PBX's memory of calls whose permit expired long ago, some thousands at most.

        Return their count. Each call looks at one kind of memory: to find expired entries, the PBX
        reads the whole kind.
        """
        ...

    async def hang_up_all(self) -> int: ...

    async def prove_memory(self, *, doubted: bool) -> None:
        """Let a PBX call again that lost an opposition, or is `doubted`, once it keeps its writes.

        Raise `Unavailable` where it does not: a write was gone when it must have been on disk.
        """
        ...

    async def halt_flag(self) -> HaltFlag | None: ...

    async def set_halt(self, halt: Halt) -> None:
        """Set the halt flag, in the place of any other."""
        ...

    async def clear_halt(self) -> None: ...

    async def pause_flag(self, campaign_id: CampaignId) -> str | None:
        """Return the flag of a paused campaign, None without one; each setting makes another."""
        ...

    async def set_pause(self, campaign_id: CampaignId, until: datetime) -> None:
        """Stop calls of the campaign at the gate; forget the flag some time after `until`."""
        ...

    async def clear_pause(self, campaign_id: CampaignId, flag: str) -> None:
        """Clear the flag, unless it was set again since it was seen to be `flag`."""
        ...

    async def passing(self, attempt_ids: Collection[AttemptId]) -> frozenset[AttemptId]:
        """Return the attempts that may have passed the gate with their INVITE perhaps not left yet.

        Attempts that come to the gate after this are not among them.
        """
        ...

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None: ...

    async def suppressed(self) -> list[PbxSuppression]:
        """Return every entry of the lock."""
        ...

    async def unsuppress(self, entry: PbxSuppression) -> None: ...

    async def lacking(self, entries: Sequence[PbxSuppression]) -> list[PbxSuppression]:
        """Return the ones of `entries` that the lock does not hold."""
        ...

    async def lock_mark(self) -> str | None:
        """Return the mark left by `set_lock_mark`; None where there is none."""
        ...

    async def set_lock_mark(self, mark: str) -> None:
        """Note at the PBX up to where its lock is whole. `mark`: up to 64 of `0-9a-f-`."""
        ...

    async def set_lines(self, lines: Sequence[Line], *, known: Collection[str] | None = None) -> None:
        """Set the announcements of the call-back line, with this process or without it.

        Other numbers are not answered. `known` holds the numbers answered until now; None: ask the
        PBX, which reads its whole memory.
        """
        ...

    async def line_objections(self) -> list[LineObjection]: ...

    async def clear_line_objections(self, keys: Sequence[str]) -> None: ...

    async def outbox(self, of: Collection[AttemptId] | None = None) -> PbxOutbox:
        """Return the PBX's memory of the attempts `of`, each looked up by itself.

        None means all attempts. The PBX then reads its whole memory, every opposition ever
        included, while its gate waits.
        """
        ...

    async def opposed(self) -> tuple[Opposed, ...]:
        """The oppositions of the outbox alone."""
        ...

    async def oppositions_kept(self) -> list[Opposed | LineUsed]:
        """Return oppositions as `opposed`, in one look for `line_objections`, too.

        A `LineUsed` stands for any of the latter.
        """
        ...

    async def clear_opposed(self, attempt_ids: Sequence[AttemptId]) -> None: ...

    async def clear_ended(self, attempt_ids: Sequence[AttemptId]) -> None: ...
