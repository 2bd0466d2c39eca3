"""Whole files into the real database: contacts, consents, oppositions, and their later lives."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.clock import SystemClock, pretending
from dialer.adapters.home.keys import AesVault
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import Actor, Role
from dialer.domain.base.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent import ConsentGiven, ConsentWithdrawn
from dialer.domain.numbers.phone import parse_phone
from dialer.domain.oppositions.suppression import OppositionChannel, PbxSuppression
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.consents import Consents
from dialer.services.consent.contact_import import ConsentImports, ContactImports, Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import BATCH, Importer, ImportProgress, ImportSource
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.statements import StatedOpposition
from dialer.services.oppositions.suppression_import import SuppressionImports
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from tests.harness.acts import ActStore
from tests.samples.campaigns import MONDAY, campaign

MAKER = Actor("mia", Role.CAMPAIGNER)
WATCHER = Actor("otto", Role.OPERATOR)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("aude", Role.AUDITOR)
LIST = Provenance("opt_in_form", "Demo Forms", datetime(2027, 1, 20, tzinfo=UTC))
CAMPAIGN = campaign().id
HEADER = (
    "phone_number,consent_sponsor,consent_purpose,consent_channel,consent_source,consent_proof,consent_at\n"
)
CONSENT = "liste-demo,political,automated_voice,form,scan,2027-01-05T12:00:00+01:00"


class RecordedLocks:
    """Locks that the PBXs were given."""

    def __init__(self) -> None:
        self.held: list[PbxSuppression] = []

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None:
        self.held.extend(entries)

    async def unsuppress(self, entry: PbxSuppression) -> None:
        self.held = [held for held in self.held if held != entry]


async def always_room() -> None:
    """Take room for granted: no sealer runs."""


class Desk:
    """The use cases of imports over one database."""

    def __init__(self, store: ActStore, clock: SystemClock, folder: Path) -> None:
        self.store, self.clock, self.folder = store, clock, folder
        self.fingerprints = Fingerprints(b"k" * 32)
        self.locks = RecordedLocks()
        importer = Importer(store, folder / "imports", always_room)
        ringing = RingingCalls(store, Fleet({}, driven=False))
        proofs = ConsentProofs(store, AesVault(bytes(32)))
        self.contacts = ContactImports(store, clock, self.fingerprints, proofs, load_packs(), importer)
        self.suppressions = Suppressions(store, clock, self.fingerprints, self.locks, ringing)
        self.consents = Consents(store, clock, self.fingerprints, proofs, ringing)
        self.consent_files = ConsentImports(store, clock, self.fingerprints, proofs, importer)
        self.suppression_files = SuppressionImports(clock, self.fingerprints, self.suppressions, importer)

    def file(self, content: str | bytes, **keys: Any) -> ImportSource:
        path = self.folder / "list.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return ImportSource(path, "list.csv", **keys)

    async def take(self, content: str | bytes, **keys: Any) -> ImportReport:
        return await self.contacts.run(MAKER, CAMPAIGN, LIST, self.file(content, **keys))

    async def dossier(self, number: str) -> Any:
        return await self.store.contacts.dossier(CAMPAIGN, self.fingerprints.of(parse_phone(number)))

    async def opposed(self, number: str) -> int:
        return len(await self.suppressions.check(MAKER, number))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with ActStore.open(url) as store:
        await store.campaigns.add(campaign())
        yield Desk(store, pretending(MONDAY), tmp_path)


def phone(index: int) -> str:
    return f"+331990{index:05d}"


def lines_of(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


async def test_good_rows_are_kept_bad_ones_reported_and_the_sums_add_up(desk: Desk) -> None:
    rows = [
        f"{phone(1)},{CONSENT}",
        "nonsense,,,,,,",
        phone(2) + ",,,,,,",
        phone(1) + ",,,,,,",
        "1,2",
        "112,,,,,,",
    ]
    report = await desk.take(HEADER + "\n".join(rows) + "\n")
    assert (report.rows, report.imported, report.duplicates, report.rejected_count) == (6, 2, 1, 3)
    assert [(note.line, note.code) for note in report.rejected] == [
        (3, "INVALID_NUMBER"),
        (6, "MALFORMED_ROW"),
        (7, "FORBIDDEN_NUMBER"),
    ]
    assert await desk.store.contacts.count(CAMPAIGN) == 2
    assert len((await desk.dossier(phone(1))).consents) == 1
    assert (await desk.dossier(phone(2))).consents == ()


async def test_the_report_has_the_shape_of_the_contract_and_is_stored_with_the_manifest(desk: Desk) -> None:
    content = f"phone_number\n{phone(1)}\nbad\n"
    report = await desk.take(content)
    manifest, stored = await desk.store.imports.get(report.import_id)
    assert stored == report.as_json()
    assert json.loads(stored) == {
        "import_id": report.import_id,
        "rows": 2,
        "imported": 1,
        "duplicates": 0,
        "rejected_count": 1,
        "rejected": [
            {"line": 3, "code": "INVALID_NUMBER", "detail": "phone_number is not a telephone number"}
        ],
        "warnings": [],
        "rejects_file": report.rejects_file,
    }
    assert manifest.file_sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert (manifest.kind, manifest.campaign_id, manifest.supplier) == ("contacts", CAMPAIGN, "Demo Forms")
    assert (manifest.source_class, manifest.imported_by) == ("opt_in_form", "mia")
    assert manifest.collected_at == LIST.collected_at


async def test_all_rejects_are_in_the_file_and_the_first_thousand_in_the_report(desk: Desk) -> None:
    report = await desk.take("phone_number\n" + "bad\n" * 1001)
    assert (report.rejected_count, len(report.rejected), report.imported) == (1001, 1000, 0)
    assert report.rejects_file is not None
    lines = lines_of(report.rejects_file)
    assert lines[0] == "line,code,detail"
    assert len(lines) == 1002
    assert lines[-1].startswith("1002,INVALID_NUMBER,")


async def test_a_file_without_rejects_leaves_no_rejects_file(desk: Desk) -> None:
    assert (await desk.take(f"phone_number\n{phone(1)}\n")).rejects_file is None


async def test_a_list_of_several_batches_arrives_whole_and_tells_how_far_it_is(desk: Desk) -> None:
    told: list[ImportProgress] = []
    rows = 2 * BATCH + 1
    content = "phone_number\n" + "".join(f"{phone(index)}\n" for index in range(rows))
    report = await desk.take(content, listener=told.append)
    assert report.imported == await desk.store.contacts.count(CAMPAIGN) == rows
    assert [(step.phase, step.rows) for step in told] == [
        (phase, done) for phase in ("check", "import") for done in (BATCH, 2 * BATCH, rows)
    ]
    assert told[2] == ImportProgress("check", rows, len(content), len(content))
    assert told[-1] == ImportProgress("import", rows, len(content), len(content))


async def test_importing_a_list_again_gives_duplicates_only(desk: Desk) -> None:
    content = f"phone_number\n{phone(1)}\n{phone(2)}\n"
    await desk.take(content)
    again = await desk.take(content)
    assert (again.imported, again.duplicates) == (0, 2)


async def test_spellings_of_one_number_are_one_contact(desk: Desk) -> None:
    spellings = (
        "0199000001",
        "01 99 00 00 01",
        "01.99.00.00.01",
        "+33 (0)1 99 00 00 01",
        "0033199000001",
        "33199000001",
    )
    report = await desk.take("phone_number\n" + "\n".join(spellings))
    assert (report.imported, report.duplicates) == (1, 5)


@pytest.mark.parametrize(
    "tail", [b"\xff\n", b"\x00\n", b"1" * 70_000 + b"\n"], ids=["not UTF-8", "NUL", "row too long"]
)
async def test_a_fault_at_the_end_of_a_large_file_leaves_nothing_behind(desk: Desk, tail: bytes) -> None:
    content = "phone_number\n" + "".join(f"{phone(index)}\n" for index in range(BATCH + 1))
    with pytest.raises(InvalidInput, match=f"line {BATCH + 3}: "):
        await desk.take(content.encode() + tail, import_id=ImportId("i000000000001"))
    assert await desk.store.contacts.count(CAMPAIGN) == 0
    with pytest.raises(NotFound):
        await desk.store.imports.get(ImportId("i000000000001"))


async def test_a_file_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"absent\.csv cannot be read"):
        await desk.contacts.run(MAKER, CAMPAIGN, LIST, ImportSource(desk.folder / "absent.csv", "absent.csv"))


@pytest.mark.parametrize("source_class", ["scraped", "generated", "unknown", "directory", ""])
async def test_a_list_of_forbidden_origin_is_refused(desk: Desk, source_class: str) -> None:
    provenance = Provenance(source_class, "Somebody", LIST.collected_at)
    with pytest.raises(InvalidInput, match="source_class: lists of the class"):
        await desk.contacts.run(MAKER, CAMPAIGN, provenance, desk.file(f"phone_number\n{phone(1)}\n"))


async def test_a_list_collected_in_the_future_or_by_nobody_is_refused(desk: Desk) -> None:
    for provenance in (
        Provenance("opt_in_form", "Demo Forms", MONDAY + timedelta(hours=1)),
        Provenance("opt_in_form", " ", LIST.collected_at),
        Provenance("opt_in_form", "Demo\0Forms", LIST.collected_at),
    ):
        with pytest.raises(InvalidInput, match=r"(collected_at: lies|supplier: is empty)"):
            await desk.contacts.run(MAKER, CAMPAIGN, provenance, desk.file("phone_number\n"))


async def test_contacts_join_a_campaign_until_it_is_over(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.contacts.run(MAKER, CampaignId("c000000000000"), LIST, desk.file("phone_number\n"))
    for number, state in enumerate(CampaignState):
        joined = replace(campaign(CampaignId(f"c9{number:011}")), state=state)
        await desk.store.campaigns.add(joined)
        arrival = desk.contacts.run(MAKER, joined.id, LIST, desk.file(f"phone_number\n{phone(1)}\n"))
        if state in (CampaignState.COMPLETED, CampaignState.STOPPED):
            with pytest.raises(Conflict, match=state):
                await arrival
        else:
            assert (await arrival).imported == 1


async def test_who_may_not_import_is_refused(desk: Desk) -> None:
    source = desk.file(f"phone_number\n{phone(1)}\n")
    with pytest.raises(Forbidden):
        await desk.contacts.run(WATCHER, CAMPAIGN, LIST, source)
    with pytest.raises(Forbidden):
        await desk.consent_files.run(WATCHER, source)
    with pytest.raises(Forbidden):
        await desk.suppression_files.run(AUDITOR, source)


def stop_half_way(progress: ImportProgress) -> None:
    if progress.phase == "import" and progress.rows > BATCH:
        raise Unavailable("the disk is away")


async def test_an_import_stopped_half_way_says_how_far_it_came_and_tells_the_pbxs(
    desk: Desk,
) -> None:
    file = desk.file("phone_number\n" + "".join(f"{phone(index)}\n" for index in range(BATCH + 1)))
    source = replace(file, listener=stop_half_way)
    with pytest.raises(Unavailable):
        await desk.suppression_files.run(MAKER, source)
    _, stored = await desk.store.imports.get(source.import_id)
    assert stored is not None
    report = json.loads(stored)
    assert report["imported"] == BATCH
    assert [note["code"] for note in report["warnings"]] == ["INTERRUPTED"]
    assert len(desk.locks.held) == BATCH


async def test_consents_of_a_file_are_kept_and_incomplete_ones_reported(desk: Desk) -> None:
    report = await desk.consent_files.run(
        MAKER, desk.file(f"{HEADER}{phone(1)},{CONSENT}\n{phone(2)},,,,,,\n")
    )
    assert (report.imported, report.rejected_count) == (1, 1)
    assert report.rejected[0].code == "CONSENT_INCOMPLETE"
    (given,) = await desk.store.consents.of(desk.fingerprints.of(parse_phone(phone(1))))
    assert isinstance(given, ConsentGiven)
    assert given.import_id == report.import_id


async def test_consents_given_one_by_one_are_kept_all_or_none(desk: Desk) -> None:
    columns = HEADER.strip().split(",")
    good = dict(zip(columns, [phone(1), *CONSENT.split(",")], strict=True))
    with pytest.raises(InvalidInput) as caught:
        await desk.consents.add(MAKER, [good, {**good, "consent_at": "soon"}, {**good, "colour": "red"}])
    assert [problem.where for problem in caught.value.problems] == ["items.1", "items.2"]
    fingerprint = desk.fingerprints.of(parse_phone(phone(1)))
    assert await desk.store.consents.of(fingerprint) == ()
    assert await desk.consents.add(MAKER, [good]) == 1
    assert len(await desk.store.consents.of(fingerprint)) == 1


async def test_a_withdrawal_in_any_spelling_is_recorded_also_with_an_unreadable_time(desk: Desk) -> None:
    withdrawal = StatedOpposition("01.99.00.00.01", OppositionChannel.EMAIL, "liste-demo", "soon")
    (warning,) = await desk.consents.withdraw(WATCHER, withdrawal)
    assert "received_at" in warning
    (event,) = await desk.store.consents.of(desk.fingerprints.of(parse_phone("0199000001")))
    assert isinstance(event, ConsentWithdrawn)
    assert (event.sponsor, event.channel) == ("liste-demo", "email")
    assert timedelta() <= event.withdrawn_at - MONDAY < timedelta(minutes=1)
    with pytest.raises(InvalidInput):
        await desk.consents.withdraw(WATCHER, StatedOpposition("nobody", OppositionChannel.EMAIL))


async def test_oppositions_of_a_file_are_in_force_and_told_to_the_pbxs(desk: Desk) -> None:
    content = (
        "phone_number;channel;received_at;sponsor;note\n"
        "0199000001;letter;2027-01-05T12:00:00+01:00;liste-demo;enough\n"
        "O1 99 00 00 02;;never;;\n"
        "0199000003;letter;;;a;b;c\n"
        "nobody;letter;;;\n"
    )
    report = await desk.suppression_files.run(WATCHER, desk.file(content))
    assert (report.rows, report.imported, report.rejected_count) == (4, 3, 1)
    assert [(note.line, note.code) for note in report.warnings] == [(3, "RECEIVED_AT"), (4, "MALFORMED_ROW")]
    for index in (1, 2, 3):
        assert await desk.opposed(f"019900000{index}") == 1
    told = {entry.fingerprint: entry.sponsor_key for entry in desk.locks.held}
    fingerprints = [desk.fingerprints.of(parse_phone(f"019900000{index}")) for index in (1, 2, 3)]
    assert told[fingerprints[0]] is not None
    assert told[fingerprints[1]] is told[fingerprints[2]] is None


async def test_an_opposition_is_in_force_at_once_and_counted_once(desk: Desk) -> None:
    assert await desk.opposed("0199000001") == 0
    for _ in range(2):
        understood = await desk.suppressions.add(
            MAKER, StatedOpposition("0199000001", OppositionChannel.SMS, " ")
        )
        assert understood.warnings == ()
    assert await desk.opposed("+33 1 99 00 00 01") == 2
    assert await desk.suppressions.count(AUDITOR) == 1
    (held, _) = desk.locks.held
    assert held.sponsor_key is None


async def test_no_odd_character_keeps_an_opposition_out(desk: Desk) -> None:
    objection = StatedOpposition("0199000001", OppositionChannel.API, "\0", None, "stop\0 it" + "!" * 3000)
    await desk.suppressions.add(MAKER, objection)
    (entry,) = await desk.suppressions.check(MAKER, "0199000001")
    assert entry.sponsor is None
    assert entry.note is not None
    assert entry.note.startswith("stop it!")


async def test_a_misspelt_number_is_checked_in_every_reading(desk: Desk) -> None:
    await desk.suppressions.add(MAKER, StatedOpposition("0692123456", OppositionChannel.PHONE))
    assert await desk.opposed("+33692123456") == 1
    with pytest.raises(InvalidInput):
        await desk.opposed("nobody")


async def test_only_an_administrator_lifts_an_opposition_and_says_why(desk: Desk) -> None:
    await desk.suppressions.add(MAKER, StatedOpposition("0199000001", OppositionChannel.PHONE, "liste-demo"))
    with pytest.raises(Forbidden):
        await desk.suppressions.remove(WATCHER, "0199000001", "asked by letter")
    with pytest.raises(InvalidInput, match="reason"):
        await desk.suppressions.remove(ADMIN, "0199000001", " ")
    with pytest.raises(NotFound):
        await desk.suppressions.remove(ADMIN, "0199000002", "asked by letter")
    assert await desk.suppressions.remove(ADMIN, "0199000001", "asked by letter") == 1
    assert await desk.opposed("0199000001") == 0
    assert desk.locks.held == []


async def test_what_was_agreed_before_a_lifted_opposition_stays_void(desk: Desk) -> None:
    await desk.take(f"{HEADER}{phone(1)},{CONSENT}\n")
    received = "2027-01-10T12:00:00+01:00"
    await desk.suppressions.add(
        MAKER, StatedOpposition(phone(1), OppositionChannel.LETTER, "liste-demo", received)
    )
    await desk.suppressions.remove(ADMIN, phone(1), "asked by letter")
    given, withdrawn = await desk.store.consents.of(desk.fingerprints.of(parse_phone(phone(1))))
    assert isinstance(given, ConsentGiven)
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert withdrawn.sponsor == given.sponsor
    assert given.given_at < withdrawn.withdrawn_at == datetime(2027, 1, 10, 11, tzinfo=UTC)
