"""The demo, as anybody runs it."""

import json
from pathlib import Path

import pytest

from dialer.adapters.callees.personas import Persona
from dialer.demo.cast import Standing, cast
from tests.acceptance.installation import Installation


@pytest.mark.timeout(400)
async def test_the_demo_runs_a_whole_campaign_and_reports_it(tmp_path: Path) -> None:
    ran = await Installation(tmp_path / "home").cli("demo")
    assert ran.status == 0, ran.out + ran.err
    report = json.loads((tmp_path / "home" / "demo" / "report.json").read_text())
    assert report["contacts"] == len(cast()) >= 40
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


def test_the_cast_has_every_persona_and_every_standing() -> None:
    assert {member.persona for member in cast() if member.result} == set(Persona)
    assert {member.standing for member in cast()} == set(Standing)


def test_no_number_stands_twice_in_the_cast() -> None:
    assert len({member.number for member in cast()}) == len(cast())
