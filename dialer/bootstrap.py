"""The only place that builds adapters and wires them to the services."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path

import structlog

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.adapters.courier import Address, HttpCourier
from dialer.adapters.disk import free_bytes
from dialer.adapters.heads import HeadFolder
from dialer.adapters.inspection.folder import Folders
from dialer.adapters.inspection.report import HtmlReports
from dialer.adapters.journal import JournalFolder
from dialer.adapters.keys import (
    add_fingerprint_key,
    create_keys,
    fingerprint_keys,
    ledger_signing_key,
    ledger_subjects_key,
    subjects_key,
)
from dialer.adapters.metrics import PrometheusMeter
from dialer.adapters.pbx.dialplan import DialplanFiles, approved_hash
from dialer.adapters.pbx.places import dialplan_files
from dialer.adapters.probe_sounds import ProbeSoundFiles
from dialer.adapters.prompts.compiler import PromptCompiler
from dialer.adapters.recordings import RecordingFiles
from dialer.adapters.rulepacks import load_packs
from dialer.adapters.signer import Ed25519Signer
from dialer.adapters.sql.copies import DatabaseFile
from dialer.adapters.sql.outbox import Subscribers
from dialer.adapters.sql.store import SqlStore
from dialer.adapters.vault import AesVault
from dialer.domain.errors import BadSettings, DialerError
from dialer.ports.leases import Driver
from dialer.ports.meter import Meter
from dialer.ports.store import Store
from dialer.ports.vault import Vault
from dialer.services.backups import Backups
from dialer.services.board import Board
from dialer.services.call_records import CallRecords
from dialer.services.callback_line import CallbackLine
from dialer.services.calls import Calls
from dialer.services.campaigns import Campaigns
from dialer.services.consent_proofs import ConsentProofs
from dialer.services.consents import Consents
from dialer.services.consumer import Consumer
from dialer.services.decisions import Decisions
from dialer.services.dialing import Dialing
from dialer.services.engine import Engine, Loop
from dialer.services.feed import Feed
from dialer.services.fingerprints import Fingerprints
from dialer.services.fleet import Fleet
from dialer.services.guards import Guards
from dialer.services.halting import Halting
from dialer.services.idempotency import Idempotency
from dialer.services.import_reports import ImportReports
from dialer.services.imports.consents import ConsentImports
from dialer.services.imports.contacts import ContactImports
from dialer.services.imports.suppressions import SuppressionImports
from dialer.services.inspection.accounts import Books
from dialer.services.inspection.inspector import Inspector, Tools
from dialer.services.inspection.programming import Programs
from dialer.services.judge import Judge, TrunkPlan
from dialer.services.keeping import Keeping
from dialer.services.keys import Keys, fingerprints_in_force
from dialer.services.lease import Lease
from dialer.services.ledger.export import LedgerExport
from dialer.services.ledger.reader import LedgerReader
from dialer.services.ledger.records import RecordCheck
from dialer.services.ledger.sealer import Sealer
from dialer.services.ledger.suite import LedgerSuite
from dialer.services.ledger.verification import LedgerVerifier
from dialer.services.line_proofs import LineProofs
from dialer.services.lists import Lists
from dialer.services.metrics import Metrics
from dialer.services.notifying import Notifying
from dialer.services.pbx_lock import PbxLock
from dialer.services.preflight import Preflight
from dialer.services.probe_call import ProbeCall
from dialer.services.probing import Probing
from dialer.services.progress import ProgressReader
from dialer.services.readiness import Readiness
from dialer.services.recovery import Recovery
from dialer.services.replay import Replays
from dialer.services.retention import Retention
from dialer.services.ringing import Ringing
from dialer.services.scripts import Scripts
from dialer.services.sessions import Sessions
from dialer.services.sms import TextMessages
from dialer.services.subjects import Subjects
from dialer.services.suite import Suite
from dialer.services.suppressions import Suppressions
from dialer.services.system_state import SystemReader
from dialer.services.tokens import Tokens
from dialer.settings import PbxSettings, Settings, TrunkSettings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Service:
    """Everything wired: the use cases for the edges, and the loops for `dialer serve`."""

    settings: Settings
    clock: SystemClock
    store: Store
    suite: Suite
    fleet: Fleet
    engine: Engine
    inspector: Inspector


class Links(Enum):
    """How a command stands to the PBXs."""

    NONE = "it needs none"
    TRIED = "it tells those it can reach"
    DRIVEN = "it drives them: where all refuse our password, or run another dialplan, it does not start"


@asynccontextmanager
async def open_service(
    settings: Settings, *, links: Links = Links.NONE, clock: SystemClock | None = None
) -> AsyncIterator[Service]:
    """Open the database and the links; close them at the end. Raise `BadSettings`, `Unavailable`.

    A PBX that does not answer is no error here: its link is tried again, and nothing is dialled on it meanwhile.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        told, pretended = _subscribers(settings), bool(clock.shift)
        opening = SqlStore.open(settings.database_url, subscribers=told, pretended=pretended)
        store = await stack.enter_async_context(opening)
        fingerprints = await fingerprints_in_force(store.keys, fingerprint_keys(settings.home))
        fleet = await stack.enter_async_context(open_fleet(settings, links, clock))
        notifying = await stack.enter_async_context(_notifying(settings, store, clock))
        sealer = await stack.enter_async_context(_sealing(settings, store, clock))
        service = _wire(settings, clock, store, fingerprints, fleet, sealer, (notifying, sealer))
        stack.push_async_callback(service.suite.halting.close)
        yield service


@asynccontextmanager
async def open_fleet(settings: Settings, links: Links, clock: SystemClock) -> AsyncIterator[Fleet]:
    """The PBXs alone, without the database: enough to stop every call.

    To drive them, raise the first's error where none can be driven; one that is refused among others stays idle and unready.
    """
    pbxs = settings.pbxs if links is not Links.NONE else ()
    telephonies = {pbx.name: _telephony(settings.home, pbx, clock) for pbx in pbxs}
    async with AsyncExitStack() as stack:
        refused: dict[str, DialerError] = {}
        for telephony in telephonies.values():
            stack.push_async_callback(telephony.close)
            try:
                await telephony.start()
            except DialerError as error:
                refused[telephony.pbx] = error
        if links is Links.DRIVEN and refused and refused.keys() == telephonies.keys():
            raise next(iter(refused.values()))
        for pbx, why in refused.items():
            log.error("pbx not driven", pbx=pbx, error=str(why))
        yield Fleet(telephonies, driven=links is Links.DRIVEN)


@asynccontextmanager
async def _notifying(settings: Settings, store: Store, clock: SystemClock) -> AsyncIterator[Notifying]:
    addresses = {
        webhook.endpoint: Address(webhook.url, _read_secret(settings.home / webhook.secret_file).encode())
        for webhook in settings.webhooks
    }
    async with HttpCourier.open(addresses, clock) as courier:
        yield Notifying(store, courier, tuple(addresses), clock)


@asynccontextmanager
async def _sealing(settings: Settings, store: Store, clock: SystemClock) -> AsyncIterator[Sealer]:
    """What a process adds to the ledger it also seals: a command may run where no service does."""
    files, signer = _head_files(settings)
    key, pretended = ledger_subjects_key(settings.home), bool(clock.shift)
    journal = JournalFolder(settings.home / "journal")
    sealer = Sealer(store.ledger, files, journal, signer, clock, key, pretended=pretended)
    await sealer.tick()
    try:
        yield sealer
    finally:
        await sealer.tick()


def _head_files(settings: Settings) -> tuple[HeadFolder, Ed25519Signer]:
    signer = Ed25519Signer(ledger_signing_key(settings.home))
    return HeadFolder(settings.home / "heads", signer.public_pem), signer


def _ledger_suite(settings: Settings, store: Store, vault: Vault) -> LedgerSuite:
    files, signer = _head_files(settings)
    records = RecordCheck(
        store.recorded, vault, ConsentProofs(store.proofs, vault), ledger_subjects_key(settings.home)
    )
    return LedgerSuite(
        reader=LedgerReader(store),
        verifier=LedgerVerifier(store.ledger, files, signer, records),
        export=LedgerExport(store.ledger, files, signer),
    )


def _subscribers(settings: Settings) -> Subscribers:
    return {webhook.endpoint: frozenset(webhook.events) for webhook in settings.webhooks}


def _wire(
    settings: Settings,
    clock: SystemClock,
    store: Store,
    fingerprints: Fingerprints,
    fleet: Fleet,
    sealer: Sealer,
    others: tuple[Loop, ...],
) -> Service:
    packs = load_packs(settings.home / "rulepacks")
    keeping = Keeping(AesVault(subjects_key(settings.home)), packs)
    judge = Judge(packs, {trunk.name: _plan(trunk) for trunk in settings.trunks}, clock, keeping, sealer)
    meter = PrometheusMeter()
    board = Board()
    probing = _probing(settings.home, store, fingerprints, fleet, judge, board, clock)
    suite = _suite(settings, clock, store, fingerprints, fleet, judge, meter, probing)
    engine = _engine(settings, store, fingerprints, fleet, judge, board, clock, meter)
    loops = (*others, suite.retention, probing)
    inspector = _inspector(settings, clock, store, suite, keeping.vault, sealer)
    return Service(settings, clock, store, suite, fleet, replace(engine, others=loops), inspector)


def _inspector(
    settings: Settings, clock: SystemClock, store: Store, suite: Suite, vault: Vault, sealer: Sealer
) -> Inspector:
    files, signer = _head_files(settings)

    def conf() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in dialplan_files()}

    tools = Tools(
        records=suite.calls,
        programs=Programs(store, suite.scripts, suite.replays, DialplanFiles(), conf),
        books=Books(store, suite.retention),
        vault=vault,
        verifier=suite.ledger.verifier,
        sealer=sealer,
        heads=files,
        signer=signer,
        folders=Folders(),
        reports=HtmlReports(),
    )
    return Inspector(store, clock, tools, pretended=bool(clock.shift))


def _engine(
    settings: Settings,
    store: Store,
    fingerprints: Fingerprints,
    fleet: Fleet,
    judge: Judge,
    board: Board,
    clock: SystemClock,
    meter: Meter,
) -> Engine:
    proofs = LineProofs(store, judge.trunks, clock)
    guards = Guards(store, PromptCompiler(settings.home / "prompts"), clock, proofs)
    calls = Calls(store, fleet, board, clock, meter, guards)
    recovery = Recovery(store, calls, board, clock, PbxLock(store, fingerprints, clock))
    suppressions = Suppressions(store, clock, fingerprints, fleet, Ringing(store, fleet))
    line = CallbackLine(store, suppressions, clock)
    process = uuid.uuid4().hex
    leases = [Lease(store.leases, clock, Driver(name, process)) for name in fleet.telephonies]
    consumers = {
        lease.driver.pbx: Consumer(lease, fleet, calls, recovery, board, clock, meter, line)
        for lease in leases
    }
    return Engine(Dialing(store, fleet, judge, board, clock, consumers, meter, guards), consumers)


def _suite(
    settings: Settings,
    clock: SystemClock,
    store: Store,
    fingerprints: Fingerprints,
    fleet: Fleet,
    judge: Judge,
    meter: Meter,
    probing: Probing,
) -> Suite:
    vault = judge.keeping.vault
    consent_proofs = ConsentProofs(store.proofs, vault)
    retention = Retention(store, judge.packs, consent_proofs, clock, pretended=bool(clock.shift))
    compiler, recordings = PromptCompiler(settings.home / "prompts"), RecordingFiles(settings.home)
    scripts = Scripts(store, compiler, recordings, clock)
    ringing = Ringing(store, fleet)
    proofs = LineProofs(store, judge.trunks, clock)
    progress = ProgressReader(store, fleet, judge, proofs, clock)
    system = SystemReader(store, fleet, clock, pretended=bool(clock.shift))
    free = partial(free_bytes, settings.home)
    readiness = Readiness(store, fleet, clock, judge.ledger, retention, free)
    suppressions = Suppressions(store, clock, fingerprints, fleet, ringing)
    calls = CallRecords(store, scripts, fingerprints)
    rejects = settings.home / "rejects"
    tokens = Tokens(store, clock)
    return Suite(
        campaigns=Campaigns(store, judge, scripts, clock, retention),
        preflight=Preflight(store, judge),
        progress=progress,
        probing=probing,
        scripts=scripts,
        contact_imports=ContactImports(store, clock, fingerprints, consent_proofs, judge.packs, rejects),
        consents=Consents(store, clock, fingerprints, consent_proofs, ringing),
        consent_imports=ConsentImports(store, clock, fingerprints, consent_proofs, rejects),
        suppressions=suppressions,
        suppression_imports=SuppressionImports(store, clock, fingerprints, suppressions, rejects),
        text_messages=TextMessages(store, suppressions),
        lists=Lists(store, clock, fingerprints, rejects),
        import_reports=ImportReports(store),
        decisions=Decisions(store, judge, fingerprints),
        replays=Replays(store, vault, judge.packs),
        calls=calls,
        subjects=Subjects(store, calls, vault, fingerprints, consent_proofs, clock),
        retention=retention,
        backups=Backups(store, DatabaseFile(settings.database_url), clock),
        keys=_keys(settings.home, store, vault, clock),
        halting=Halting(store, fleet, clock),
        system=system,
        readiness=readiness,
        metrics=Metrics(meter, system, readiness, store),
        feed=Feed(store, clock, system, progress),
        tokens=tokens,
        sessions=Sessions(tokens, clock),
        idempotency=Idempotency(store, clock),
        ledger=_ledger_suite(settings, store, vault),
    )


def _probing(
    home: Path,
    store: Store,
    fingerprints: Fingerprints,
    fleet: Fleet,
    judge: Judge,
    board: Board,
    clock: SystemClock,
) -> Probing:
    suppressions = Suppressions(store, clock, fingerprints, fleet, Ringing(store, fleet))
    line, prompts = CallbackLine(store, suppressions, clock), PromptCompiler(home / "prompts")
    call = ProbeCall(line, prompts, ProbeSoundFiles(home), clock)
    return Probing(store, fleet, judge.trunks, LineProofs(store, judge.trunks, clock), call, board, clock)


def _keys(home: Path, store: Store, vault: Vault, clock: SystemClock) -> Keys:
    def add_key(version: int) -> Sequence[bytes]:
        add_fingerprint_key(home, version)
        return fingerprint_keys(home)

    return Keys(store.keys, vault, clock, ledger_subjects_key(home), add_key)


def prepare_home(home: Path) -> None:
    """Folders and keys; what is there stays."""
    home.mkdir(parents=True, exist_ok=True)
    create_keys(home)


def ami_address(home: Path, pbx: PbxSettings) -> AmiAddress:
    """How to log in to `pbx`. Raise `BadSettings` where its secret cannot be read."""
    host, _, port = pbx.ami.rpartition(":")
    return AmiAddress(host, int(port), pbx.user, _read_secret(home / pbx.secret_file))


def _telephony(home: Path, pbx: PbxSettings, clock: SystemClock) -> AmiTelephony:
    address = replace(ami_address(home, pbx), dialplan=approved_hash())
    seal_key, line_key = (_read_secret(home / path) for path in (pbx.seal_path, pbx.line_path))
    return AmiTelephony(pbx.name, address, seal_key, clock, line_key=line_key, shift=clock.shift)


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BadSettings(
            f"{path} cannot be read", hint="name the right file; that of a PBX is made by `dialer pbx up`"
        ) from None


def _plan(trunk: TrunkSettings) -> TrunkPlan:
    return TrunkPlan(trunk.facts, trunk.pbx, trunk.calls_per_second, trunk.max_concurrent)
