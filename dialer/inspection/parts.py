"""What an inspection found, before it is put into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialer.domain.base.types import ProbeId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.probes.probe import Probe
from dialer.inspection.sealed import SealedCampaign
from dialer.ports.inspection import ImportedList, RefusalCount
from dialer.ports.prompts import CompiledScript
from dialer.services.decision.replay import ReplayReport
from dialer.services.ledger.verification import LedgerVerdict
from dialer.services.pbx.dialplan import DialplanVerdict
from dialer.services.upkeep.retention import RetentionStatus

PROGRAM_FAULTS = (
    *("REPLAY", "MISSING_CALL", "LEDGER", "SCRIPT_FILES"),
    *("DEFINITION", "DIALPLAN", "PROVENANCE", "PROBE_FILES"),
)
"""What may not be, beside the faults of single calls: a decision that comes out otherwise, a call that the ledger knows and the records
do not, a ledger that was tampered with, audio or a campaign file that are not the approved ones, a dialplan that is not proved, a list
without provenance, a recording that is not what a call-back probe heard."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document of the user's own: for which point it was handed over, and where it lies in the pack."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Programming:
    """`script` None: there is none yet, or its audio is no longer what was approved. `texts`: of prompts spoken by synthesis, by name."""

    dialplan: DialplanVerdict
    script: CompiledScript | None
    texts: Mapping[str, str]
    replay: ReplayReport


@dataclass(frozen=True, slots=True)
class Accounts:
    """What is kept beside the calls. `refused`: decisions; one may refuse by several rules. `recorded`: probes whose recording is in the pack."""

    lists: Sequence[ImportedList]
    refused: int
    refusals: Sequence[RefusalCount]
    probes: Sequence[Probe]
    recorded: frozenset[ProbeId]
    retention: RetentionStatus


@dataclass(slots=True)
class Counted:
    """`figures`: as `dialer.verifier` recounts them. `left_out`: calls whose decision was sealed after the head."""

    figures: dict[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """`program_faults`: by kind of `PROGRAM_FAULTS`, a line for each."""

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
        """Every kind with its count, zeros too."""
        of_program = {kind: len(self.program_faults.get(kind, ())) for kind in PROGRAM_FAULTS}
        return {**self.counted.figures["faults"], **of_program}
