"""Reads of an inspection beside the common ones, and the target of its pack."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from dialer.domain.base.types import AttemptId, CampaignId, ContactId
from dialer.domain.consent import ConsentEvent, Contact, ImportManifest
from dialer.domain.inspection import PackSection
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.sealing import SealedEntry
from dialer.domain.upkeep import RetentionRun
from dialer.ports.records import ArchivedDecision, CallRow, ImportCounts


@dataclass(frozen=True, slots=True)
class CalledPerson:
    """A person on the campaign's list to whom an attempt was made.

    The number is empty where it was erased. `calls` holds the sponsor's calls to the number in any
    campaign, in order. `decisions` are of this campaign's attempts.
    """

    contact: Contact
    calls: tuple[CallRow, ...]
    consents: tuple[ConsentEvent, ...]
    decisions: Mapping[AttemptId, ArchivedDecision]


@dataclass(frozen=True, slots=True)
class ImportedList:
    """An imported list.

    `counts` and `report` (JSON) are None while the import goes on. `kept` counts its contacts that
    are not erased, `listed` all of them.
    """

    manifest: ImportManifest
    counts: ImportCounts | None
    report: str | None
    listed: int
    kept: int


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """The number of refusals by a rule in the campaign."""

    rule: str
    code: str
    decisions: int


class InspectionRepository(Protocol):
    async def called(
        self, campaign_id: CampaignId, sponsor: str, *, after: ContactId, limit: int
    ) -> list[CalledPerson]:
        """Return people in the order of the list, from after `after` on."""
        ...

    async def called_count(self, campaign_id: CampaignId) -> int: ...

    async def lists(self, campaign_id: CampaignId) -> list[ImportedList]:
        """Return lists in order of import."""
        ...

    async def refusals(self, campaign_id: CampaignId) -> tuple[int, list[RefusalCount]]:
        """Return the count of refused decisions, and the rules; one decision may have several."""
        ...

    async def contexts(self, campaign_id: CampaignId) -> list[str]:
        """Return hashes of the campaign's shared inputs of decisions, erased ones left out."""
        ...

    async def sealed_about(self, ids: Iterable[str], *, before: int) -> list[SealedEntry]:
        """Entries about any of these, of the first `before` entries, in order."""
        ...

    async def sealed_of(
        self, subjects: Iterable[str], kinds: Sequence[Kind], *, before: int
    ) -> list[SealedEntry]:
        """Return entries of these kinds about these people, of the first `before`, in order."""
        ...

    async def sealed_kinds(self, kinds: Sequence[Kind], *, first: int, before: int) -> list[SealedEntry]:
        """Return the next few thousand entries of these kinds, in order.

        Their numbers are from `first` on and below `before`.
        """
        ...

    async def retention_runs(self) -> Sequence[RetentionRun]:
        """Return every run, in order."""
        ...


class HasInspections(Protocol):
    @property
    def inspections(self) -> InspectionRepository: ...


@dataclass(frozen=True, slots=True)
class FileDigest:
    sha256: str
    size: int


class PackFiles(Protocol):
    """A pack in progress, invisible before it is whole.

    Blocking; every method raises `InvalidInput` for a disk's refusal.
    """

    def put(self, name: str, content: bytes) -> None: ...

    def append(self, name: str, lines: Iterable[str]) -> None:
        """Append lines, each with a newline. Without any, the file is there all the same."""
        ...

    def copy(self, name: str, source: Path) -> None: ...

    def digests(self) -> Mapping[str, FileDigest]:
        """Return the digests of the files so far, by name."""
        ...


class PackFolders(Protocol):
    def making(self, folder: Path) -> AbstractContextManager[PackFiles]:
        """Make a pack that stands at `folder` when the block ends well.

        Otherwise it leaves no trace. Raise `Conflict` where the folder is not empty, `InvalidInput`
        where it cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReportHead:
    """The head of the report.

    `faults` counts by kind, zeros left out. `told` holds by kind a line for each fault that is not
    of a single call. `figures` is JSON, for the verifier.
    """

    campaign_id: str
    campaign_name: str
    sponsor: str
    made_at: datetime
    made_by: str
    masked: bool
    pretended: bool
    ledger_size: int
    ledger_root: str
    faults: Mapping[str, int]
    told: Mapping[str, Sequence[str]]
    figures: Mapping[str, Any]


class Reports(Protocol):
    def html(self, head: ReportHead, sections: Sequence[PackSection], language: str) -> str:
        """Return one page that loads nothing from elsewhere. `language`: fr or en."""
        ...

    def readme(self, language: str) -> str:
        """Return plain text: the content of the folder, and the way to check it."""
        ...
