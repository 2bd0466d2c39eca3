"""The database, by purpose. Every method is one transaction; times go in and come out aware, in UTC.

Whatever is decided, done or told here is added to the ledger in the same transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from dialer.domain.access.roles import Token
from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.calls.abandonment import SilentCalls
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import Made
from dialer.domain.campaigns.campaign import Campaign, CampaignVerb
from dialer.domain.consent.consent import ConsentEvent
from dialer.domain.consent.contact import ImportManifest
from dialer.domain.oppositions.external_list import ListStanding, OppositionList
from dialer.domain.preflight.contact_groups import TimeBoundaries
from dialer.ports.courier import WebhookUrl
from dialer.ports.halts import System
from dialer.ports.inspection import Inspections
from dialer.ports.keys import KeyVersions
from dialer.ports.leases import Driver, Leases
from dialer.ports.ledger import Ledger
from dialer.ports.probes import Probes
from dialer.ports.proofs import Proofs
from dialer.ports.recorded import Recorded
from dialer.ports.records import (
    ArchivedAnswer,
    ArchivedDecision,
    CallFilter,
    CallRow,
    CampaignSnapshot,
    ClaimDecision,
    ContactFacts,
    ContactGroup,
    DecisionFilter,
    Delivery,
    ImportCounts,
    ListedCount,
    NewContact,
    Progress,
    Progression,
    RequestKey,
    SharedInput,
)
from dialer.ports.restores import Restores
from dialer.ports.retention import Retention
from dialer.ports.review import ClaimWatch, Reviews
from dialer.ports.subjects import Subjects
from dialer.ports.suppressions import Suppressions
from dialer.ports.trunks import Trunks, Voidings


class Campaigns(Protocol):
    async def add(self, campaign: Campaign) -> None: ...

    async def get(self, campaign_id: CampaignId) -> Campaign:
        """Raise `NotFound`."""
        ...

    async def page(self, *, after: CampaignId | None = None, limit: int = 100) -> list[Campaign]:
        """In order of creation."""
        ...

    async def running(self) -> list[Campaign]: ...

    async def paused(self) -> list[Campaign]: ...

    async def move(
        self,
        campaign_id: CampaignId,
        verb: CampaignVerb,
        *,
        by: str,
        at: datetime,
        reason: str = "",
        self_approved: bool = False,
    ) -> Campaign:
        """Read, check `next_state` and write in one transaction. Raise `NotFound`, `IllegalTransition`."""
        ...

    async def set_script(self, campaign_id: CampaignId, script: str) -> None: ...

    async def change_poll_dates(
        self, campaign_id: CampaignId, dates: Mapping[str, date], *, by: str, at: datetime, reason: str
    ) -> Campaign:
        """Read, check `with_poll_dates` and write in one transaction. Raise `NotFound`, `Conflict`, `InvalidInput`."""
        ...

    async def standing(self, campaign_id: CampaignId) -> CampaignSnapshot: ...

    async def progress(self, campaign_id: CampaignId) -> Progress: ...

    async def fold_counts(self) -> None:
        """Keep `progress` cheap: what it adds up grows with what happens in between."""
        ...

    async def recount(self) -> int:
        """Count all contacts and attempts, and mend what `progress` adds up; return how many counts were wrong. Takes long."""
        ...

    async def unfinished(self, campaign_id: CampaignId) -> bool:
        """Whether any contact is due or being called; cheap, unlike `progress`."""
        ...


class Contacts(Protocol):
    async def begin_import(self, manifest: ImportManifest) -> None: ...

    async def add(
        self, import_id: ImportId, campaign_id: CampaignId, rows: Sequence[NewContact]
    ) -> list[int]:
        """One transaction. Return the lines that were duplicates (same number already in the campaign): their consent is still stored."""
        ...

    async def end_import(self, import_id: ImportId, counts: ImportCounts, report: str) -> None:
        """`report` is the import report as JSON."""
        ...

    async def import_report(self, import_id: ImportId) -> tuple[ImportManifest, str | None]:
        """The report is None while the import goes on. Raise `NotFound`."""
        ...

    async def count(self, campaign_id: CampaignId) -> int: ...

    async def places(self, campaign_id: CampaignId) -> frozenset[tuple[str, ...]]:
        """Where people of the list may be: the territory stated, or else every one that a number of theirs may belong to."""
        ...

    async def languages(self, campaign_id: CampaignId) -> frozenset[str]:
        """As the list states them; rows that state none are left out."""
        ...

    async def dossier(self, campaign_id: CampaignId, fingerprint: Fingerprint) -> ContactFacts | None: ...

    async def dossiers_among(
        self, campaign_id: CampaignId, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, ContactFacts]:
        """Numbers that are not on the campaign's list are left out. Raise `NotFound` for an unknown campaign."""
        ...

    async def page_end(self, campaign_id: CampaignId, *, after: ContactId, size: int) -> ContactId | None:
        """The last of the `size` contacts that come after `after`, None where none is left."""
        ...

    async def alike(
        self, campaign_id: CampaignId, turns: TimeBoundaries, *, after: ContactId, until: ContactId
    ) -> Sequence[ContactGroup]:
        """The contacts after `after`, `until` included, counted together with those of whom the same is stored but for what no rule tells apart.

        One transaction; a kind may come again among others. Raise `NotFound` for an unknown campaign.
        """
        ...


class Consents(Protocol):
    async def add(self, events: Sequence[ConsentEvent], *, by: str) -> None:
        """Append, taken down by `by`; contacts closed for want of consent become due again where a new consent names their sponsor."""
        ...

    async def of(self, fingerprint: Fingerprint) -> tuple[ConsentEvent, ...]: ...


class OppositionLists(Protocol):
    """Lists that others keep: each import is filled aside, then takes the place of the one before."""

    async def add(self, entry: OppositionList, fingerprints: Iterable[Fingerprint]) -> None:
        """Begin the list with its first numbers, or go on filling it; what is there already is passed over."""
        ...

    async def put_in_force(self, list_id: ImportId, *, at: datetime) -> None:
        """From now on this one alone stands under its name. Raise `NotFound`."""
        ...

    async def forget_replaced(self) -> None:
        """Delete the entries of lists that others replaced."""
        ...

    async def current(self) -> list[ListedCount]:
        """By name."""
        ...

    async def standings(
        self, sponsor: str, fingerprints: Iterable[Fingerprint]
    ) -> Mapping[Fingerprint, tuple[ListStanding, ...]]:
        """For each of the numbers, every list that speaks for `sponsor`."""
        ...


class Attempts(Protocol):
    async def claim(
        self,
        campaign_id: CampaignId,
        *,
        now: datetime,
        limit: int,
        permits: int,
        judge: Callable[[CampaignSnapshot, ContactFacts], ClaimDecision],
        watch: ClaimWatch | None = None,
    ) -> list[ClaimDecision]:
        """Judge up to `limit` contacts due at `now`, on facts read in this transaction, until `permits` were given; commit all.

        A permit becomes an attempt PERMITTED (the contact CALLING); a refusal is recorded and its contact waits or closes. No two
        processes claim one contact; no number has two live attempts (a unique index; the loser's contact waits five minutes).
        What a decision was made from is stored with it, rule pack included.

        Raise `NotNow` where the campaign does not run or has not begun, or calling is halted: no contact was touched. What `judge` raises
        undoes the claim.
        """
        ...

    async def originating(
        self, attempt_ids: Sequence[AttemptId], *, at: datetime, driver: Driver
    ) -> list[AttemptId]:
        """Commit PERMITTED -> ORIGINATING; return those that moved: only these may be sent, and each only by this caller.

        None moves unless the driver holds the lease of the PBX that they are for. Nor does one whose permit has run out by `at`, whose
        campaign does not run, whose callee has opposed since, or any while calling is halted.
        """
        ...

    async def commit(self, progressions: Sequence[Progression]) -> None:
        """One transaction. An attempt already final in the store gains an opposition at most, and its contact stays as it is.

        An opposition whose `source` is stored already is not stored again, even where it was removed since.
        """
        ...

    async def get(self, attempt_id: AttemptId) -> CallRow:
        """Raise `NotFound`."""
        ...

    async def get_many(self, attempt_ids: Iterable[AttemptId]) -> dict[AttemptId, Attempt]: ...

    async def alive(
        self, *, pbx: str | None = None, campaign_id: CampaignId | None = None
    ) -> list[Attempt]: ...

    async def alive_to(self, fingerprints: Iterable[Fingerprint]) -> list[Attempt]:
        """Attempts alive to any of these numbers."""
        ...

    async def made(self, contact_ids: Iterable[ContactId]) -> dict[ContactId, Made]:
        """Finished attempts by contact, where there are none, too; one still alive is not counted yet."""
        ...

    async def calls(self, query: CallFilter) -> list[CallRow]: ...

    async def silent(self, campaign_id: CampaignId, *, since: datetime) -> SilentCalls:
        """Of the campaign's finished calls that were decided since then, or earlier in the same hour."""
        ...


class Decisions(Protocol):
    """Decisions as the claims recorded them."""

    async def page(self, query: DecisionFilter) -> list[ArchivedDecision]:
        """In order of recording."""
        ...

    async def inputs(self, hashes: Iterable[str]) -> dict[str, SharedInput]:
        """Unknown hashes are left out."""
        ...


class Tokens(Protocol):
    async def add(self, token: Token, *, by: str) -> None:
        """Raise `Conflict` where the name is taken."""
        ...

    async def by_secret(self, secret_sha256: str) -> Token | None: ...

    async def all(self) -> list[Token]: ...

    async def revoke(self, name: str, *, by: str, at: datetime) -> None:
        """Raise `NotFound`."""
        ...

    async def used(self, name: str, *, at: datetime) -> None: ...


class Idempotency(Protocol):
    """Requests that carry an `Idempotency-Key`: each is carried out once."""

    async def begin(self, key: RequestKey, *, at: datetime, forget_before: datetime) -> ArchivedAnswer | None:
        """Claim the key (None), or return the answer its request was given; what began before `forget_before` is forgotten.

        Raise `Conflict` where the key stands for another request, or for one that has not been answered.
        """
        ...

    async def keep(self, key: RequestKey, answer: ArchivedAnswer) -> None: ...

    async def release(self, key: RequestKey) -> None:
        """The request had no effect: it may be tried again."""
        ...


class Outbox(Protocol):
    """Notifications for other systems, committed together with what they tell of."""

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Those due at `now`, for this caller alone until `until`: then they are due again."""
        ...

    async def delivered(self, delivery_id: int) -> None: ...

    async def postpone(self, delivery_id: int, *, due_at: datetime | None, error: str) -> None:
        """`due_at` None: it is given up, and kept."""
        ...

    async def abandon(self, *, due_before: datetime, error: str) -> int:
        """Give up, and keep, what has been due since before then: nobody delivers to its endpoint. Return how many."""
        ...

    async def waiting(self) -> int:
        """How many are still to be delivered."""
        ...


class Store(Protocol):
    """The database. Every method is one transaction; times go in and come out aware, in UTC."""

    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def suppressions(self) -> Suppressions: ...
    @property
    def lists(self) -> OppositionLists: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def system(self) -> System: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def idempotency(self) -> Idempotency: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def recorded(self) -> Recorded: ...
    @property
    def subjects(self) -> Subjects: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def keys(self) -> KeyVersions: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def restores(self) -> Restores: ...
    @property
    def proofs(self) -> Proofs: ...
    @property
    def probes(self) -> Probes: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def trunks(self) -> Trunks: ...

    @property
    def voidings(self) -> Voidings: ...
    @property
    def inspections(self) -> Inspections: ...
