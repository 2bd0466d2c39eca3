"""All use cases together, as the edges (HTTP, console, command line) are given them."""

from dataclasses import dataclass

from dialer.services.call_records import CallRecords
from dialer.services.campaigns import Campaigns
from dialer.services.consents import Consents
from dialer.services.decisions import Decisions
from dialer.services.halting import Halting
from dialer.services.imports.contacts import ContactImports
from dialer.services.progress import ProgressReader
from dialer.services.scripts import Scripts
from dialer.services.suppressions import Suppressions
from dialer.services.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Suite:
    campaigns: Campaigns
    progress: ProgressReader
    scripts: Scripts
    contact_imports: ContactImports
    consents: Consents
    suppressions: Suppressions
    decisions: Decisions
    calls: CallRecords
    halting: Halting
    tokens: Tokens
