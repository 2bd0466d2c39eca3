"""`dialer inspect`: a folder that stands alone.

Nothing in it can be changed unnoticed, and it hides nothing.
"""

import asyncio
import csv
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from dialer.adapters.sql.db.engine import connect, parse_url
from dialer.adapters.sql.records import attempt_record
from dialer.adapters.sql.schema.calls import attempts
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.ports.records import CallFilter
from tests.harness.acts import ActStore
from tests.integration.called import call_all
from tests.integration.command import Command, import_list
from tests.integration.console.browser import browsing
from tests.integration.ledger_files import tamper
from tests.integration.packs import judged_alone, key_of, wrong
from tests.samples.campaigns import campaign_file
from tests.samples.lists import CONSENT


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_one_changed_byte_in_any_file_is_named(bare: Command, pack: Path) -> None:
    files, key = files_of(pack), key_of(bare)
    assert wrong(pack, key) == {}

    @settings(max_examples=120, deadline=None)
    @given(st.sampled_from(files), st.integers(0, 2**32), st.integers(1, 255))
    def tampered(file: Path, place: int, change: int) -> None:
        whole = file.read_bytes()
        if not whole:
            return
        at = place % len(whole)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
        try:
            found = wrong(pack, key)
        finally:
            file.write_bytes(whole)
        name = file.relative_to(pack).as_posix()
        assert name in found or (name == "manifest.json" and "manifest.sig" in found)

    tampered()


def test_files_that_are_missing_added_or_put_elsewhere_are_named(bare: Command, pack: Path) -> None:
    key = key_of(bare)
    (pack / "calls.csv").rename(pack / "calls-2.csv")
    found = wrong(pack, key)
    assert (found["calls.csv"], found["calls-2.csv"]) == (
        "is missing",
        "was not in the pack when it was made",
    )


def test_its_own_verifier_catches_a_change_on_a_machine_without_the_program(
    bare: Command, pack: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(pack, copy)
    assert judged_alone(copy)[0] == 0
    figures = json.loads((copy / "figures.json").read_text("utf-8"))
    figures["totals"]["invites"] -= 1
    (copy / "figures.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    status, said = judged_alone(copy)
    assert status == 1
    assert "WRONG figures.json: was changed" in said
    assert "WRONG figures.json: is not what a recount of evidence.jsonl gives" in said


def test_what_cannot_be_checked_is_no_verdict(bare: Command, pack: Path) -> None:
    status, said = judged_alone(pack, "--key", "nowhere.pem")
    assert (status, said.startswith("cannot check")) == (2, True)


def test_a_pack_signed_with_another_key_is_not_ours(bare: Command, pack: Path, tmp_path: Path) -> None:
    own = (bare.home / "heads" / "public-key.pem").read_text("ascii")
    assert own == (pack / "ledger" / "public-key.pem").read_text("ascii")
    other = bytes(31) + b"\x01"
    assert {"manifest.sig", "ledger/heads.jsonl"} <= wrong(pack, other).keys()


def test_what_is_stated_cannot_be_doctored_even_by_who_holds_the_key(
    bare: Command, called: str, pack: Path
) -> None:
    """A call is taken out, and the manifest signed anew.

    The ledger's head does not fit the rest.
    """
    lines = (pack / "evidence.jsonl").read_text("utf-8").splitlines()
    person = json.loads(lines[0])
    entry = json.loads(person["entries"][-1]["text"])
    entry["body"]["result"] = "NO_KEY"
    person["entries"][-1]["text"] = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    (pack / "evidence.jsonl").write_text("\n".join([json.dumps(person), *lines[1:]]) + "\n", "utf-8")
    assert "the head does not cover entry" in wrong(pack, key_of(bare))["evidence.jsonl"]


def test_cells_that_a_spreadsheet_would_run_are_harmless(bare: Command, pack: Path) -> None:
    with (pack / "calls.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    assert rows[0]["phone_number"] == "+33199000000"
    assert {row["result"] for row in rows} >= {"MESSAGE_PLAYED", "OPTED_OUT", "NO_KEY", "NOT_ANSWERED"}
    assert rows[0]["list"] != ""


def test_the_report_speaks_both_languages_and_names_every_point(
    bare: Command, called: str, tmp_path: Path
) -> None:
    for language, title in (("fr", "Dossier de contrôle"), ("en", "Inspection pack")):
        out = tmp_path / language
        bare.must("inspect", "--campaign", called, "--out", str(out), "--language", language)
        page = (out / "report.html").read_text("utf-8")
        assert title in page
        assert [page.index(f'<section id="E{number}">') for number in range(1, 20)] == sorted(
            page.index(f'<section id="E{number}">') for number in range(1, 20)
        )
        assert "http" not in page.replace("http-equiv", "")


def test_a_browser_finds_nothing_wrong_with_the_report(pack: Path, tmp_path: Path) -> None:
    with browsing(f"file://{pack}", tmp_path / "browser", "fr") as browser:
        browser.open("/report.html")
        assert browser.language == "fr"
        assert browser.complaints == []


def test_documents_of_ones_own_are_attached_and_vouched_for(
    bare: Command, called: str, tmp_path: Path
) -> None:
    letter = tmp_path / "contrat & <annexe>.pdf"
    letter.write_bytes(b"%PDF-1.7 whatever")
    out = tmp_path / "out"
    out.mkdir()
    words = ("inspect", "--campaign", called, "--out", str(out), "--attach", f"E14={letter}")
    bare.must(*words)
    (attached,) = (out / "attachments").iterdir()
    assert attached.name == "E14-1-contrat____annexe_.pdf"
    page = (out / "report.html").read_text("utf-8")
    assert f"attachments/{attached.name}" in page
    assert page.count("Document à joindre") == 5
    assert judged_alone(out)[0] == 0
    attached.write_bytes(b"%PDF-1.7 something else")
    assert f"WRONG attachments/{attached.name}: was changed" in judged_alone(out)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--attach", "E20=dialer.toml"), "E20 is not one of"),
        (("--attach", "E14=nowhere.pdf"), "is not a file"),
        (("--head", "nowhere"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_leaves_nothing(
    bare: Command, called: str, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "packs" / "one"
    assert said in bare("inspect", "--campaign", called, "--out", str(out), *words).complaint
    assert not out.exists()


def test_a_folder_with_something_in_it_is_left_alone(bare: Command, called: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("mine")
    ran = bare("inspect", "--campaign", called, "--out", str(tmp_path / "mine"))
    assert (ran.status, "not empty" in ran.complaint) == (1, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes"]
    assert not list(tmp_path.glob(".mine-*"))


def test_an_unknown_campaign_leaves_nothing(dialer: Command, tmp_path: Path) -> None:
    ran = dialer("inspect", "--campaign", "c000000000000", "--out", str(tmp_path / "pack"))
    assert (ran.status, "there is no campaign" in ran.complaint) == (1, True)
    assert not (tmp_path / "pack").exists()


def test_only_auditors_and_administrators_are_given_a_pack(
    bare: Command, called: str, tmp_path: Path
) -> None:
    for role, status in (("campaigner", 1), ("operator", 1), ("auditor", 0)):
        token = bare.must("token", "create", "--role", role, "--name", role)["token"]
        bare.monkeypatch.setenv("DIALER_TOKEN", token)
        ran = bare("inspect", "--campaign", called, "--out", str(tmp_path / role))
        bare.monkeypatch.delenv("DIALER_TOKEN")
        assert (role, ran.status) == (role, status)
        assert (tmp_path / role).exists() == (status == 0)


def test_a_masked_pack_holds_no_whole_number_and_stands_alone_all_the_same(
    bare: Command, called: str, tmp_path: Path
) -> None:
    out = tmp_path / "pack"
    bare.must("inspect", "--campaign", called, "--out", str(out), "--masked")
    for file in files_of(out):
        assert b"9900000" not in file.read_bytes(), file
    assert judged_alone(out)[0] == 0


def test_that_a_pack_was_made_stands_in_the_ledger_with_its_hash(
    bare: Command, called: str, tmp_path: Path
) -> None:
    view = bare.must("inspect", "--campaign", called, "--out", str(tmp_path / "first"))
    bare.must("inspect", "--campaign", called, "--out", str(tmp_path / "second"))
    acts = [json.loads(line) for line in (tmp_path / "second/ledger/acts.jsonl").read_text().splitlines()]
    made = [told for act in acts if (told := json.loads(act["text"]))["kind"] == "campaign.inspect"]
    (body,) = [one["body"] for one in made]
    assert body == {
        "by": "local administrator",
        "manifest_sha256": view["manifest_sha256"],
        "masked": False,
    }
    manifest = tmp_path / "first" / "manifest.json"
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == body["manifest_sha256"]


def test_heads_that_were_kept_are_proved_to_be_of_the_same_ledger(
    bare: Command, called: str, tmp_path: Path
) -> None:
    kept, later = tmp_path / "kept.jsonl", tmp_path / "later"
    kept.write_text(json.dumps(bare.must("ledger", "head")) + "\n", "utf-8")
    bare.must("suppressions", "add", "+33199000009", "--channel", "letter")
    bare.must("inspect", "--campaign", called, "--out", str(later), "--head", str(kept))
    assert judged_alone(later, "--head", str(kept))[0] == 0
    head = json.loads(kept.read_text("utf-8"))
    kept.write_text(json.dumps(head | {"size": head["size"] - 1}) + "\n", "utf-8")
    assert "nothing is proved of your head" in judged_alone(later, "--head", str(kept))[1]


def anomalies(dialer: Command, campaign: str, out: Path) -> dict[str, Any]:
    """Anomalies of a pack whose making must end with exit status 1. In itself it is sound."""
    ran = dialer("inspect", "--campaign", campaign, "--out", str(out), "--json")
    assert ran.status == 1
    assert judged_alone(out)[0] == 0
    found: dict[str, Any] = ran.json["anomalies"]
    return found


def test_a_record_that_was_deleted_is_told_loudly(bare: Command, called: str, tmp_path: Path) -> None:
    tamper(bare.home, "DELETE FROM decisions WHERE attempt_id = (SELECT min(id) FROM attempts)")
    tamper(bare.home, "DELETE FROM attempts WHERE id = (SELECT min(id) FROM attempts)")
    out = tmp_path / "pack"
    found = anomalies(bare, called, out)
    assert found["MISSING_CALL"] == 1
    assert found["LEDGER"] >= 1
    page = (out / "report.html").read_text("utf-8")
    assert "ANOMALIES" in page
    assert "DOIT ÊTRE VIDE, ET NE L&#39;EST PAS" in page or "DOIT ÊTRE VIDE, ET NE L'EST PAS" in page


def test_a_record_that_was_changed_is_told_loudly(bare: Command, called: str, tmp_path: Path) -> None:
    tamper(bare.home, "UPDATE attempts SET caller_id = '+33612345678' WHERE result = 'NO_KEY'")
    found = anomalies(bare, called, tmp_path / "pack")
    assert (found["RECORD_CHANGED"], found["CALLER_ID"]) == (2, 2)
    with (tmp_path / "pack" / "anomalies.csv").open(encoding="utf-8", newline="") as file:
        assert (
            sorted(row["kind"] for row in csv.DictReader(file)) == ["CALLER_ID"] * 2 + ["RECORD_CHANGED"] * 2
        )


def test_audio_that_is_no_longer_the_approved_is_told_loudly(
    bare: Command, called: str, tmp_path: Path
) -> None:
    (message,) = (bare.home / "prompts").glob("*/message.alaw")
    message.write_bytes(message.read_bytes()[:-1] + b"\x00")
    assert anomalies(bare, called, tmp_path / "pack") == {"SCRIPT_FILES": 1}


def test_another_campaign_file_than_the_approved_is_told_loudly(
    bare: Command, called: str, tmp_path: Path
) -> None:
    tamper(bare.home, "UPDATE campaigns SET definition = replace(definition, 'Municipales', 'Cantonales')")
    assert anomalies(bare, called, tmp_path / "pack")["DEFINITION"] == 1


def test_a_person_is_told_in_one_line(bare: Command, called: str, tmp_path: Path) -> None:
    good = bare("inspect", "--campaign", called, "--out", str(tmp_path / "good"))
    assert (good.status, good.out.splitlines()) == (
        0,
        [f"10 calls to 10 people, no anomaly: {tmp_path / 'good' / 'report.html'}"],
    )
    tamper(bare.home, "UPDATE attempts SET caller_id = '+33612345678' WHERE result = 'NO_KEY'")
    bad = bare("inspect", "--campaign", called, "--out", str(tmp_path / "bad"))
    assert bad.status == 1
    (line,) = bad.out.splitlines()
    assert line.startswith("ANOMALIES: RECORD_CHANGED 2, CALLER_ID 2")


def test_people_who_were_erased_stay_erased_and_the_pack_still_verifies(
    bare: Command, called: str, tmp_path: Path
) -> None:
    bare.must("subject", "erase", "+33199000000")
    out = tmp_path / "pack"
    bare.must("inspect", "--campaign", called, "--out", str(out))
    for file in files_of(out):
        assert b"+33199000000" not in file.read_bytes(), file
    assert judged_alone(out)[0] == 0
    told = json.loads((out / "figures.json").read_text("utf-8"))
    assert (told["totals"]["decisions_erased"], told["totals"]["invites"]) == (1, 10)


def test_a_draft_has_a_pack_too(dialer: Command, campaign: str, tmp_path: Path) -> None:
    dialer.must("inspect", "--campaign", campaign, "--out", str(tmp_path / "pack"))
    assert judged_alone(tmp_path / "pack")[0] == 0


def test_nobody_is_called_again_so_soon_and_the_pack_says_why(
    bare: Command, called: str, tmp_path: Path
) -> None:
    again = str(bare.must("campaign", "create", str(campaign_file(tmp_path)))["id"])
    import_list(bare, again, tmp_path, f"+33199000000,b0,{CONSENT}")
    bare.must("campaign", "approve", again)
    asyncio.run(call_all(CampaignId(again)))
    assert bare.must("inspect", "--campaign", again, "--out", str(tmp_path / "pack"))["attempts"] == 0
    told = json.loads((tmp_path / "pack" / "refusals.json").read_text("utf-8"))
    assert told["decisions_refused"] == 1
    assert "RECALL_TOO_SOON" in [rule["code"] for rule in told["by_rule"]]


def test_calls_behind_everybodys_back_are_told_loudly(bare: Command, called: str, tmp_path: Path) -> None:
    """No decision allowed them, so the ledger does not know them; the caps count them anyway."""
    asyncio.run(call_unasked(f"sqlite:///{bare.home}/dialer.db", CampaignId(called)))
    found = anomalies(bare, called, tmp_path / "pack")
    assert (found["NO_DECISION"], found["CAP_EXCEEDED"] >= 1, found["LEDGER"] >= 1) == (2, True, True)


async def call_unasked(url: str, campaign: CampaignId) -> None:
    """Call the first person on the list twice more."""
    async with ActStore.open(url) as store:
        (row,) = await store.attempts.calls(CallFilter(campaign, limit=1))
    database = connect(parse_url(url))
    async with database.write() as connection:
        copies = [attempt_record(replace(row.attempt, id=AttemptId(digit * 32))) for digit in "ab"]
        await connection.execute(insert(attempts), copies)
    await database.close()


def test_under_a_tampered_ledger_nothing_can_be_proved_and_no_pack_is_made(
    bare: Command, called: str, tmp_path: Path
) -> None:
    tamper(bare.home, "UPDATE ledger_entries SET hash = zeroblob(32) WHERE position = 3")
    ran = bare("inspect", "--campaign", called, "--out", str(tmp_path / "pack"))
    assert ran.status == 1
    assert "`dialer ledger verify` names the first wrong entry" in ran.complaint
    assert not (tmp_path / "pack").exists()
