"""The demo, as any user runs it, and its campaign as an inspector sees it."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dialer.demo.cast import ConsentStatus, cast_members
from dialer.simulated_callees.personas import Persona
from tests.acceptance.installation import Installation
from tests.integration.command import Ran
from tests.integration.packs import judged_alone

FRAME_MS = 20


@dataclass(frozen=True, slots=True)
class Played:
    """The demo's own home, and the command's output."""

    home: Path
    ran: Ran

    def inspected(self, out: Path, *words: str) -> dict[str, Any]:
        """Make a pack of its campaign. Return the pack's figures and the command's anomalies."""
        installation = Installation(self.home)
        (campaign,) = asyncio.run(installation.must("campaign", "list"))["items"]
        ran = asyncio.run(
            installation.cli("inspect", "--campaign", campaign["id"], "--out", str(out), "--json", *words)
        )
        assert ran.status == 0, ran.out + ran.err
        figures: dict[str, Any] = json.loads((out / "figures.json").read_text("utf-8"))
        return figures | {"anomalies": ran.json["anomalies"]}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Played:
    home = tmp_path_factory.mktemp("demo") / "home"
    return Played(home / "demo", asyncio.run(Installation(home).cli("demo")))


def test_the_demo_runs_a_whole_campaign_and_reports_it(demo: Played) -> None:
    assert demo.ran.status == 0, demo.ran.out + demo.ran.err
    report = json.loads((demo.home / "report.json").read_text())
    assert report["contacts"] == len(cast_members()) >= 40
    assert report["faults"] == []
    assert report["results"].keys() >= {
        "MESSAGE_PLAYED",
        "OPTED_OUT",
        "NO_KEY",
        "MACHINE",
        "HANGUP_IN_NOTICE",
        "NOT_ANSWERED",
    }
    assert report["refusals"].keys() >= {
        "NO_CONSENT",
        "CONSENT_SPONSOR",
        "SUPPRESSED",
        "OUT_OF_CONSENT_WINDOW",
    }


def test_an_inspector_checks_what_was_really_called_and_trusts_nobody(demo: Played, tmp_path: Path) -> None:
    found = demo.inspected(tmp_path / "pack")
    report = json.loads((demo.home / "report.json").read_text())
    assert found["anomalies"] == {}
    assert found["totals"]["invites"] == found["totals"]["attempts"] == sum(report["results"].values())
    assert found["counts"]["results"] == report["results"]
    assert found["counts"]["oppositions"]["dtmf"] == report["results"]["OPTED_OUT"]
    assert found["hours"] == {"FR (Europe/Paris)": [0] * 10 + [found["totals"]["invites"]] + [0] * 13}
    (notice,) = (demo.home / "prompts").glob("*/notice.alaw")
    told = found["milliseconds"]["answer_to_objection_told"]
    assert told["count"] > 0
    assert told["max"] > notice.stat().st_size / 8 - FRAME_MS
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "pack", elsewhere)
    key = str(demo.home / "heads" / "public-key.pem")
    assert judged_alone(elsewhere, "--key", key)[0] == 0
    evidence = elsewhere / "evidence.jsonl"
    evidence.write_text(evidence.read_text("utf-8").replace("OPTED_OUT", "NO_KEY", 1), "utf-8")
    status, said = judged_alone(elsewhere, "--key", key)
    assert status == 1
    assert "WRONG evidence.jsonl: was changed" in said


def test_the_cast_has_every_persona_and_every_standing() -> None:
    assert {member.persona for member in cast_members() if member.result} == set(Persona)
    assert {member.standing for member in cast_members()} == set(ConsentStatus)


def test_no_number_stands_twice_in_the_cast() -> None:
    assert len({member.number for member in cast_members()}) == len(cast_members())
