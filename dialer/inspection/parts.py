"""Findings of an inspection, before they are put into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialer.domain.base.types import ProbeId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.probes.probe import Probe
from dialer.inspection.sealed import SealedCampaign
from dialer.ports.campaigns.prompts import CompiledScript
from dialer.ports.inspection.inspection import ImportedList, RefusalCount
from dialer.services.decision.replay import ReplayReport
from dialer.services.ledger.verification import LedgerVerdict
from dialer.services.pbx.dialplan import DialplanVerdict
from dialer.services.upkeep.retention import RetentionStatus

PROGRAM_FAULTS = (
    *("REPLAY", "MISSING_CALL", "LEDGER", "SCRIPT_FILES"),
    *("DEFINITION", "DIALPLAN", "PROVENANCE", "PROBE_FILES"),
)
"""Kinds of faults beside those of single calls.

In order: a decision that comes out otherwise, a call in the ledger without a record, a ledger that
was tampered with, audio other than the approved one, a campaign file other than the approved one, a
dialplan that is not proved, a list without provenance, a recording other than the one of a
call-back probe.
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document of the user's own: the point it was handed over for, and its place in the pack."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Programming:
    """The programming of a campaign.

    `script` is None before there is one, or where its audio is no longer the approved one. `texts`
    holds the texts of the synthetic prompts, by name.
    """

    dialplan: DialplanVerdict
    script: CompiledScript | None
    texts: Mapping[str, str]
    replay: ReplayReport


@dataclass(frozen=True, slots=True)
class Accounts:
    """Records beside the calls.

    `refused` counts decisions; one may refuse by several rules. `recorded` holds the probes whose
    recording is in the pack.
    """

    lists: Sequence[ImportedList]
    refused: int
    refusals: Sequence[RefusalCount]
    probes: Sequence[Probe]
    recorded: frozenset[ProbeId]
    retention: RetentionStatus


@dataclass(slots=True)
class Counted:
    """Counts over all calls.

    `figures` are as `dialer.verifier` recounts them. `left_out` counts the calls whose decision was
    sealed after the head.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """An inspection. `program_faults` holds a line for each fault, by kind of `PROGRAM_FAULTS`."""

    campaign: Campaign
    made_at: datetime
    made_by: str
    masked: bool
    sealed: SealedCampaign
    ledger: LedgerVerdict
    programming: Programming
    accounts: Accounts
    counted: Counted
    program_faults: Mapping[str, Sequence[str]]
    attachments: Sequence[Attachment]

    @property
    def faults(self) -> dict[str, int]:
        """Return every kind with its count, zeros included."""
        of_program = {kind: len(self.program_faults.get(kind, ())) for kind in PROGRAM_FAULTS}
        return {**self.counted.figures["faults"], **of_program}
