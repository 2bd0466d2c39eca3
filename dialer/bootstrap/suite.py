"""The use cases, for the edges."""

from collections.abc import Sequence
from functools import partial

from dialer.adapters.home.disk import free_bytes
from dialer.adapters.home.keys import add_fingerprint_key, fingerprint_keys, ledger_subjects_key
from dialer.adapters.home.sounds import ProbeSoundFiles, RecordingFiles
from dialer.adapters.sql.db.copies import DatabaseCopy
from dialer.bootstrap.ledger import ledger_suite
from dialer.bootstrap.parts import Runtime
from dialer.services.access.idempotency import Idempotency
from dialer.services.access.keys import Keys
from dialer.services.access.tokens import Sessions, Tokens
from dialer.services.calls.call_records import CallRecords
from dialer.services.campaigns.campaigns import Campaigns
from dialer.services.campaigns.progress import ProgressReader
from dialer.services.campaigns.scripts import Scripts
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.consents import Consents
from dialer.services.consent.contact_import import ConsentImports, ContactImports
from dialer.services.consent.reviews import ContactReviews
from dialer.services.decision.decisions import Decisions, Replays
from dialer.services.imports.run import Importer, ImportReports
from dialer.services.operations.metrics import Metrics
from dialer.services.operations.readiness import Readiness, Upkeep
from dialer.services.operations.suite import Services
from dialer.services.operations.system_state import Feed, SystemReader
from dialer.services.oppositions.external_lists import Lists
from dialer.services.oppositions.sms import TextMessages
from dialer.services.oppositions.suppression_import import SuppressionImports
from dialer.services.pbx.halts import Halting
from dialer.services.preflight import Preflight
from dialer.services.probes import Probing
from dialer.services.upkeep.backups import Backups
from dialer.services.upkeep.erasure import Retention, Subjects


def build_suite(parts: Runtime, probing: Probing) -> Services:
    store, clock, fingerprints, fleet = parts.store, parts.clock, parts.fingerprints, parts.fleet
    decider, vault, suppressions = parts.decider, parts.vault, parts.suppressions
    consent_proofs = ConsentProofs(store, vault)
    retention = Retention(
        store,
        decider.packs,
        consent_proofs,
        ProbeSoundFiles(parts.home),
        clock,
        pretended=parts.pretended,
    )
    scripts = Scripts(store, parts.prompts, RecordingFiles(parts.home), clock, parts.decider.packs)
    ringing = parts.ringing
    progress = ProgressReader(store, fleet, decider, parts.line_proofs, clock)
    system = SystemReader(store, fleet, clock, pretended=parts.pretended)
    free = partial(free_bytes, parts.home)
    upkeep = Upkeep(retention, parts.side, parts.watch)
    readiness = Readiness(store, fleet, clock, decider.ledger, upkeep, free)
    calls = CallRecords(store, scripts, fingerprints)
    importer = Importer(store, parts.home / "rejects", parts.sealer.room)
    tokens = Tokens(store, clock)
    return Services(
        campaigns=Campaigns(store, decider, scripts, clock, retention.demand_running, parts.pauses),
        preflight=Preflight(store, decider),
        progress=progress,
        probing=probing,
        scripts=scripts,
        contact_imports=ContactImports(store, clock, fingerprints, consent_proofs, decider.packs, importer),
        reviews=ContactReviews(store, clock),
        consents=Consents(store, clock, fingerprints, consent_proofs, ringing),
        consent_imports=ConsentImports(store, clock, fingerprints, consent_proofs, importer),
        suppressions=suppressions,
        suppression_imports=SuppressionImports(clock, fingerprints, suppressions, importer),
        text_messages=TextMessages(store, suppressions),
        lists=Lists(store, clock, fingerprints, importer),
        import_reports=ImportReports(store),
        decisions=Decisions(store, decider, fingerprints),
        replays=Replays(store, vault, decider.packs),
        calls=calls,
        subjects=Subjects(store, calls, vault, fingerprints, consent_proofs, clock),
        retention=retention,
        backups=Backups(store, DatabaseCopy(parts.settings.database_url), clock),
        keys=build_keys(parts),
        halting=Halting(store, fleet, clock, parts.halts),
        system=system,
        readiness=readiness,
        metrics=Metrics(parts.meter, system, readiness, store),
        feed=Feed(store, clock, system, progress),
        tokens=tokens,
        sessions=Sessions(tokens, clock),
        idempotency=Idempotency(store, clock),
        ledger=ledger_suite(parts),
    )


def build_keys(parts: Runtime) -> Keys:
    def add_key(version: int) -> Sequence[bytes]:
        add_fingerprint_key(parts.home, version)
        return fingerprint_keys(parts.home)

    return Keys(parts.store, parts.vault, parts.clock, ledger_subjects_key(parts.home), add_key)
