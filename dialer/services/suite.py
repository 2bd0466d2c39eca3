"""All use cases together, as the edges (HTTP, console, command line) are given them."""

from dataclasses import dataclass

from dialer.services.backups import Backups
from dialer.services.call_records import CallRecords
from dialer.services.campaigns import Campaigns
from dialer.services.consents import Consents
from dialer.services.decisions import Decisions
from dialer.services.feed import Feed
from dialer.services.halting import Halting
from dialer.services.idempotency import Idempotency
from dialer.services.import_reports import ImportReports
from dialer.services.imports.consents import ConsentImports
from dialer.services.imports.contacts import ContactImports
from dialer.services.imports.suppressions import SuppressionImports
from dialer.services.keys import Keys
from dialer.services.ledger.suite import LedgerSuite
from dialer.services.lists import Lists
from dialer.services.metrics import Metrics
from dialer.services.preflight import Preflight
from dialer.services.probing import Probing
from dialer.services.progress import ProgressReader
from dialer.services.readiness import Readiness
from dialer.services.replay import Replays
from dialer.services.retention import Retention
from dialer.services.reviews import ContactReviews
from dialer.services.scripts import Scripts
from dialer.services.sessions import Sessions
from dialer.services.sms import TextMessages
from dialer.services.subjects import Subjects
from dialer.services.suppressions import Suppressions
from dialer.services.system_state import SystemReader
from dialer.services.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Suite:
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
