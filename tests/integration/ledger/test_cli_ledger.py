"""`dialer ledger` holds every act, and names every later change (T113, T114, T115)."""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.keys import AesVault, subjects_key
from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.ports.records import Progression
from dialer.services.decision.decider import Decider, DecisionArchive
from tests.contract.judged import TRUNK, claim_all
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.command import Command, import_list
from tests.integration.ledger_files import judged_alone, tamper
from tests.samples.campaigns import NOW
from tests.samples.lists import CONSENT


@pytest.fixture
def called(dialer: Command, campaign: str, tmp_path: Path) -> list[str]:
    """Ids of three calls, one of them still going on."""
    rows = [f"+3319900000{index},a{index},{CONSENT}" for index in range(3)]
    import_list(dialer, campaign, tmp_path, *rows)
    attempts = asyncio.run(call_everybody(dialer.home, CampaignId(campaign)))
    dialer.must("suppressions", "add", "+33199000001", "--channel", "letter", "--note", "from 0199000001")
    return attempts


async def call_everybody(home: Path, campaign: CampaignId) -> list[str]:
    packs = load_packs()
    keeping = DecisionArchive(AesVault(subjects_key(home)), packs)
    judge = Decider(packs, {"default": TRUNK}, pretending(NOW), keeping, WRITABLE)
    async with ActStore.open(f"sqlite:///{home}/dialer.db") as store:
        for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
            await store.campaigns.move(campaign, verb, by="omar", at=NOW)
        claimed = await claim_all(store, judge, campaign_id=campaign)
        attempts = [j.outcome for j in claimed if isinstance(j.outcome, Attempt)]
        over = [replace(attempt, state=AttemptState.ENDED, ended_at=NOW) for attempt in attempts[:2]]
        await store.attempts.commit(
            [Progression(attempt, None, ContactClosed(ClosedReason.NO_KEY)) for attempt in over]
        )
    return [attempt.id for attempt in attempts]


def found(dialer: Command, *words: str) -> dict[str, Any]:
    """Faults that `verify` finds, as JSON."""
    ran = dialer("ledger", "verify", *words, "--json")
    assert ran.status == 1, ran.out
    document: dict[str, Any] = ran.json
    return document


def test_an_untouched_ledger_verifies(dialer: Command, called: list[str]) -> None:
    verdict = dialer.must("ledger", "verify")
    assert verdict["verified"]
    assert verdict["first_wrong"] is None
    assert verdict["entries"] == dialer.must("ledger", "head")["size"] > 10


def test_acts_at_the_command_line_are_in_it_with_who_did_them(dialer: Command, tmp_path: Path) -> None:
    dialer.must("token", "create", "--role", "auditor", "--name", "ines")
    dialer.must("ledger", "export", str(tmp_path / "out"))
    lines = (tmp_path / "out" / "entries.jsonl").read_text("utf-8").splitlines()
    grants = [entry for entry in map(json.loads, lines) if entry["about"] == "ines"]
    assert [(entry["kind"], entry["body"]["by"]) for entry in grants] == [
        ("token.create", "local administrator")
    ]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("UPDATE ledger_entries SET text = replace(text, ':4,', ':4 ,') WHERE position = 4", 4),
        ("UPDATE ledger_entries SET hash = zeroblob(32) WHERE position = 3", 3),
        ("UPDATE ledger_entries SET about = 'another' WHERE position = 5", 5),
        ("UPDATE ledger_entries SET text = x'ff' WHERE position = 2", 2),
        ("DELETE FROM ledger_entries WHERE position = 4", 4),
        ("DELETE FROM ledger_entries WHERE position >= 6", 6),
        ("UPDATE ledger_entries SET position = 900 WHERE position = 7", 7),
    ],
)
def test_tampering_with_the_database_is_named(
    dialer: Command, called: list[str], statement: str, index: int
) -> None:
    tamper(dialer.home, statement)
    assert found(dialer)["first_wrong"] == index


def test_a_tail_cut_off_with_its_heads_is_missed_by_the_heads_outside(
    dialer: Command, called: list[str]
) -> None:
    tamper(dialer.home, "DELETE FROM ledger_entries WHERE position >= 6")
    tamper(dialer.home, "DELETE FROM ledger_heads WHERE size > 6")
    assert isinstance(index := found(dialer)["first_wrong"], int)
    assert index <= 6


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE attempts SET trace = '[]', sip_code = 486 WHERE state = 'ended'", "attempts "),
        ("UPDATE consents SET proof = 'another' WHERE id = 2", "consents 2: the consent was changed"),
        ("UPDATE suppressions SET recorded_by = 'another'", "suppressions 1: the opposition was changed"),
        ("UPDATE campaigns SET created_by = 'another'", "the campaign was changed"),
        ("DELETE FROM suppressions", "the opposition is gone, or was changed"),
    ],
)
def test_a_row_changed_behind_the_ledger_is_named_with_its_entry(
    dialer: Command, called: list[str], statement: str, named: str
) -> None:
    tamper(dialer.home, statement)
    verdict = found(dialer)
    first = verdict["findings"][0]
    assert named in first["detail"]
    assert (verdict["first_wrong"], verdict["verified"]) == (first["index"], False)


def test_a_head_kept_elsewhere_shows_that_all_was_made_anew(
    dialer: Command, called: list[str], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text(json.dumps(dialer.must("ledger", "head")), "utf-8")
    assert dialer.must("ledger", "verify", "--head", str(kept))["verified"]
    tamper(dialer.home, "DELETE FROM ledger_entries")
    tamper(dialer.home, "DELETE FROM ledger_heads")
    shutil.rmtree(dialer.home / "heads")
    assert found(dialer, "--head", str(kept))["first_wrong"] == 0


def test_an_export_stands_alone(dialer: Command, called: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    dialer.must("ledger", "export", str(out))
    key = str(dialer.home / "heads" / "public-key.pem")
    assert judged_alone(str(out), "--key", key) == (0, "all entries and heads are as they were signed\n")
    assert dialer.must("ledger", "verify", "--export", str(out))["verified"]
    lines = (out / "entries.jsonl").read_text("utf-8").splitlines()
    lines[5] = lines[5].replace('"index":5', '"index": 5')
    (out / "entries.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    status, said = judged_alone(str(out))
    assert (status, said.partition(":")[0]) == (1, "WRONG at 5")
    assert found(dialer, "--export", str(out))["first_wrong"] == 5


def test_an_export_says_no_number(dialer: Command, called: list[str], tmp_path: Path) -> None:
    dialer.must("ledger", "export", str(tmp_path / "out"))
    text = (tmp_path / "out" / "entries.jsonl").read_text("utf-8")
    assert "9900000" not in text


def test_an_export_into_a_folder_with_something_in_it_is_refused(dialer: Command, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    assert "is not empty" in dialer("ledger", "export", str(tmp_path)).complaint


def test_the_evidence_of_a_call_stands_alone(dialer: Command, called: list[str], tmp_path: Path) -> None:
    key, file = str(dialer.home / "heads" / "public-key.pem"), tmp_path / "evidence.json"
    for attempt in called:
        file.write_text(dialer("ledger", "evidence", attempt).out, "utf-8")
        assert judged_alone(str(file), "--key", key)[0] == 0
    document = json.loads(dialer("ledger", "evidence", called[1]).out)
    kinds = [json.loads(entry["text"])["kind"] for entry in document["entries"]]
    assert kinds == ["consent.give", "decision.permit", "attempt.outcome", "suppression.add"]
    assert dialer.must("calls", "show", called[1])["ledger_index"] == document["entries"][1]["index"]
    document["record"] = document["record"].replace("ended", "ENDED")
    file.write_text(json.dumps(document), "utf-8")
    assert judged_alone(str(file), "--key", key)[0] == 1


def test_files_that_are_none_are_refused_in_one_line(dialer: Command, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    assert "cannot be checked" in dialer("ledger", "verify", "--export", str(tmp_path / "none")).complaint
    assert "cannot be read" in dialer("ledger", "verify", "--head", str(tmp_path / "none")).complaint
    words = ("ledger", "verify", "--export", str(tmp_path), "--key", str(tmp_path / "key.pem"))
    assert "no Ed25519" in dialer(*words).complaint
    assert judged_alone(str(tmp_path), "--key", str(tmp_path / "key.pem"))[0] == 2
