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
    """All that a PBX needs to make one call. `longest_s` is the cut-off of the whole call after the answer, in seconds.

    `cut_at`: electoral silence begins, and the call ends whatever it says (FP-08).
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
    """Somebody objected on the call-back line: read `line_objections`."""

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
    """A number of ours as trunks write it, digits only, and what is heard by who calls it. `silent_from`: its message is withheld then."""

    number: str
    script: str
    sponsor_key: str
    silent_from: datetime | None


@dataclass(frozen=True, slots=True)
class LineObjection:
    """Who pressed 9 on the call-back line. `number`: the digits that the network or the caller gave; None as long as there are none."""

    key: str
    at: datetime
    number: str | None
    sponsor_key: str


@dataclass(frozen=True, slots=True)
class ProbeOrder:
    """Ring `number`, which is one of ours, as `shown`, and record for `listen_s` seconds what answers."""

    id: ProbeId
    number: PhoneNumber
    shown: PhoneNumber
    trunk: str
    ring_timeout_s: int
    listen_s: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ProbeEnd:
    """How it ended. `dial_status` None: the PBX rang nobody, and `refused` says why."""

    dial_status: DialStatus | None
    hangup_cause: int | None = None
    sip_code: int | None = None
    refused: str = ""


class Telephony(Protocol):
    """One PBX. Every method raises `Unavailable` when the link is down or no answer comes in time."""

    @property
    def pbx(self) -> str: ...

    def events(self) -> AsyncIterator[TelephonyEvent]:
        """In the order of arrival, from one queue; ends when the telephony is closed."""
        ...

    async def originate(self, order: CallOrder) -> None:
        """Send at most once. Raise `NotOriginated` where surely nothing was sent, `Unavailable` where that is unknown."""
        ...

    async def probe(self, order: ProbeOrder) -> ProbeEnd:
        """Send at most once, and wait for its end. Raise `NotOriginated` where surely nobody was rung, `Unavailable` where that is unknown."""
        ...

    async def hang_up(self, attempt_id: AttemptId) -> None: ...

    async def cancel(self, attempt_id: AttemptId) -> None:
        """End a call that nobody has answered; who has, meanwhile, is left on the line."""
        ...

    async def revoke(self, attempt_id: AttemptId) -> None:
        """Take a permit back: an INVITE that has not left never will, one that has is cancelled, an answered call is cut off."""
        ...

    async def withhold(self, attempts: Sequence[Attempt]) -> frozenset[AttemptId]:
        """Take back every one of these permits that was not used; return those whose INVITE surely never left, and never will.

        What the gate lets pass in this very moment is alive in the `outbox` that is read next.
        """
        ...

    async def leave_message(self, attempt_id: AttemptId, *, spoken: bool) -> None:
        """A machine answered: the short text is to be left on it, once it has `spoken` its greeting and beeped."""
        ...

    async def forget_expired(self) -> int:
        """Delete what the PBX remembers of calls whose permit expired long ago, some thousands at most; return how many.

        Each call looks at one kind of memory: to find what has expired, the PBX reads all that it holds.
        """
        ...

    async def hang_up_all(self) -> int: ...

    async def prove_memory(self, *, doubted: bool) -> None:
        """Let the PBX call again that once did not keep an opposition, or of which that is `doubted`, since it keeps what is written to it now.

        Raise `Unavailable` where it does not: what was written was not there any more when it must have been on disk.
        """
        ...

    async def halt_flag(self) -> HaltFlag | None: ...

    async def set_halt(self, halt: Halt) -> None:
        """In the place of the flag that is there."""
        ...

    async def clear_halt(self) -> None: ...

    async def pause_flag(self, campaign_id: CampaignId) -> str | None:
        """Different each time that it is set."""
        ...

    async def set_pause(self, campaign_id: CampaignId, until: datetime) -> None:
        """Let no call of the campaign pass the gate that has not passed it yet; forget it some time after `until`."""
        ...

    async def clear_pause(self, campaign_id: CampaignId, flag: str) -> None:
        """Unless it was set again since it was seen to be `flag`."""
        ...

    async def passing(self, attempt_ids: Collection[AttemptId]) -> frozenset[AttemptId]:
        """Those of the attempts that may have passed the gate, and whose INVITE has perhaps not left yet.

        Those that come to the gate after this are not among them.
        """
        ...

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None: ...

    async def suppressed(self) -> list[PbxSuppression]:
        """All that the lock holds."""
        ...

    async def unsuppress(self, entry: PbxSuppression) -> None: ...

    async def lacking(self, entries: Sequence[PbxSuppression]) -> list[PbxSuppression]:
        """Those of `entries` that the lock does not hold."""
        ...

    async def lock_mark(self) -> str | None:
        """What `set_lock_mark` left at this PBX; None where it never did."""
        ...

    async def set_lock_mark(self, mark: str) -> None:
        """Note at the PBX up to where its lock is whole. `mark`: up to 64 of `0-9a-f-`."""
        ...

    async def set_lines(self, lines: Sequence[Line], *, known: Collection[str] | None = None) -> None:
        """What the call-back line says from now on, with this process or without it. Numbers that are not named are not answered.

        `known`: the numbers that it answered until now; None: the PBX is to be asked, which goes through its whole memory.
        """
        ...

    async def line_objections(self) -> list[LineObjection]: ...

    async def clear_line_objections(self, keys: Sequence[str]) -> None: ...

    async def outbox(self, of: Collection[AttemptId] | None = None) -> PbxOutbox:
        """What the PBX remembers of the attempts `of`, each looked up by itself.

        None: of all, for which it goes through its whole memory, every opposition ever included, while its gate waits.
        """
        ...

    async def opposed(self) -> tuple[Opposed, ...]:
        """The oppositions of the outbox alone."""
        ...

    async def oppositions_kept(self) -> list[Opposed | LineUsed]:
        """As `opposed`, in one look through the PBX's memory with that for `line_objections`: a `LineUsed` stands for any of these."""
        ...

    async def clear_opposed(self, attempt_ids: Sequence[AttemptId]) -> None: ...

    async def clear_ended(self, attempt_ids: Sequence[AttemptId]) -> None: ...
