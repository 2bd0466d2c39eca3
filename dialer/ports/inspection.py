"""What an inspection reads beside what others read, and where its pack goes."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from dialer.domain.base.types import AttemptId, CampaignId, ContactId
from dialer.domain.consent.consent import ConsentEvent
from dialer.domain.consent.contact import Contact, ImportManifest
from dialer.domain.inspection.section import PackSection
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.sealing import SealedEntry
from dialer.domain.upkeep.retention import RetentionRun
from dialer.ports.records import ArchivedDecision, CallRow, ImportCounts


@dataclass(frozen=True, slots=True)
class CalledPerson:
    """Somebody on the campaign's list to whom an attempt was made; the number is empty where it was erased.

    `calls`: all that the campaign's sponsor made to the number, in any campaign, in order. `decisions`: of this campaign's attempts.
    """

    contact: Contact
    calls: tuple[CallRow, ...]
    consents: tuple[ConsentEvent, ...]
    decisions: Mapping[AttemptId, ArchivedDecision]


@dataclass(frozen=True, slots=True)
class ImportedList:
    """`counts` and `report` (JSON) are None while the import goes on. `kept`: contacts of it that are not erased; `listed`: all."""

    manifest: ImportManifest
    counts: ImportCounts | None
    report: str | None
    listed: int
    kept: int


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How often a rule refused in the campaign."""

    rule: str
    code: str
    decisions: int


class InspectionRepository(Protocol):
    async def called(
        self, campaign_id: CampaignId, sponsor: str, *, after: ContactId, limit: int
    ) -> list[CalledPerson]:
        """In the order of the list, from after `after` on."""
        ...

    async def called_count(self, campaign_id: CampaignId) -> int: ...

    async def lists(self, campaign_id: CampaignId) -> list[ImportedList]:
        """In order of import."""
        ...

    async def refusals(self, campaign_id: CampaignId) -> tuple[int, list[RefusalCount]]:
        """How many decisions refused, and by which rules; one may have several."""
        ...

    async def contexts(self, campaign_id: CampaignId) -> list[str]:
        """Hashes of what the campaign's decisions share, those erased left out."""
        ...

    async def sealed_about(self, ids: Iterable[str], *, before: int) -> list[SealedEntry]:
        """Entries about any of these, of the first `before` entries, in order."""
        ...

    async def sealed_of(
        self, subjects: Iterable[str], kinds: Sequence[Kind], *, before: int
    ) -> list[SealedEntry]:
        """Entries of these kinds about any of these people, of the first `before` entries, in order."""
        ...

    async def sealed_kinds(self, kinds: Sequence[Kind], *, first: int, before: int) -> list[SealedEntry]:
        """Of those from number `first` on and below `before`, the next few thousand of these kinds, in order."""
        ...

    async def retention_runs(self) -> Sequence[RetentionRun]:
        """All, in order."""
        ...


class HasInspections(Protocol):
    @property
    def inspections(self) -> InspectionRepository: ...


@dataclass(frozen=True, slots=True)
class FileDigest:
    sha256: str
    size: int


class PackFiles(Protocol):
    """A pack that is being written; nobody sees it before it is whole. Blocking; every method raises `InvalidInput` for the disk's refusals."""

    def put(self, name: str, content: bytes) -> None: ...

    def append(self, name: str, lines: Iterable[str]) -> None:
        """Each ends with a newline in the file; without any, the file is there all the same."""
        ...

    def copy(self, name: str, source: Path) -> None: ...

    def digests(self) -> Mapping[str, FileDigest]:
        """Of all files so far, by name."""
        ...


class PackFolders(Protocol):
    def making(self, folder: Path) -> AbstractContextManager[PackFiles]:
        """A pack that stands at `folder` when the block ends well, and leaves nothing where it does not.

        Raise `Conflict` where something lies there, `InvalidInput` where it cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What the report says of itself. `faults`: by kind, those there are. `told`: by kind, a line for each that is of no single call.

    `figures`: JSON, for the verifier.
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
        """One page that needs nothing from elsewhere. `language`: fr or en."""
        ...

    def readme(self, language: str) -> str:
        """Plain text: what the folder holds, and how to check it."""
        ...
