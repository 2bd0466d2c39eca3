"""The use cases together, for the edges (HTTP, console, command line)."""

from dataclasses import dataclass

from dialer.services.access.idempotency import Idempotency
from dialer.services.access.keys import Keys
from dialer.services.access.tokens import Sessions, Tokens
from dialer.services.calls.call_records import CallRecords
from dialer.services.campaigns.campaigns import Campaigns
from dialer.services.campaigns.progress import ProgressReader
from dialer.services.campaigns.scripts import Scripts
from dialer.services.consent.consents import Consents
from dialer.services.consent.contact_import import ConsentImports, ContactImports
from dialer.services.consent.reviews import ContactReviews
from dialer.services.decision.decisions import Decisions, Replays
from dialer.services.imports.run import ImportReports
from dialer.services.ledger.reader import LedgerSuite
from dialer.services.operations.metrics import Metrics
from dialer.services.operations.readiness import Readiness
from dialer.services.operations.system_state import Feed, SystemReader
from dialer.services.oppositions.external_lists import Lists
from dialer.services.oppositions.sms import TextMessages
from dialer.services.oppositions.suppression_import import SuppressionImports
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.halts import Halting
from dialer.services.preflight import Preflight
from dialer.services.probes import Probing
from dialer.services.upkeep.backups import Backups
from dialer.services.upkeep.erasure import Retention, Subjects


@dataclass(frozen=True, slots=True)
class Services:
    campaigns: Campaigns
    preflight: Preflight
    progress: ProgressReader
    probing: Probing
    scripts: Scripts
    contact_imports: ContactImports
    reviews: ContactReviews
    consents: Consents
    consent_imports: ConsentImports
    suppressions: Suppressions
    suppression_imports: SuppressionImports
    text_messages: TextMessages
    lists: Lists
    import_reports: ImportReports
    decisions: Decisions
    replays: Replays
    calls: CallRecords
    subjects: Subjects
    retention: Retention
    keys: Keys
    backups: Backups
    halting: Halting
    system: SystemReader
    readiness: Readiness
    metrics: Metrics
    feed: Feed
    tokens: Tokens
    sessions: Sessions
    idempotency: Idempotency
    ledger: LedgerSuite
