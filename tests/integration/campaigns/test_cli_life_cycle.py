"""A campaign's whole life at the command line, on a loopback trunk, its prompts really spoken."""

from pathlib import Path

from tests.integration.command import Command, import_list
from tests.samples.lists import CONSENT

ROW = f"+33199000001,a1,{CONSENT}"
ELSEWHERE = '[[trunk]]\npbx = ["pbx1"]\nhost = "192.0.2.1:5060"\ncaller_ids = ["+33162000001"]\n'


def test_a_campaign_lives_from_its_draft_to_its_stop(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, ROW)
    approved = dialer.must("campaign", "approve", campaign)
    assert (approved["state"], approved["self_approved"]) == ("approved", True)
    assert approved["script"] is not None
    for verb, state in (
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
    ):
        assert dialer.must("campaign", verb, campaign)["state"] == state
    again = dialer("campaign", "start", campaign)
    assert (again.status, "this state is final" in again.complaint) == (1, True)


def test_a_campaign_before_its_time_says_why_it_waits(dialer: Command, campaign: str, tmp_path: Path) -> None:
    import_list(dialer, campaign, tmp_path, ROW)
    for verb in ("approve", "start"):
        dialer.must("campaign", verb, campaign)
    progress = dialer.must("campaign", "progress", campaign)
    assert progress["waiting"].startswith("starts at ")
    assert (progress["contacts"], progress["due"], progress["attempts"]) == (1, 1, 0)


def test_a_campaign_without_contacts_cannot_start(dialer: Command, campaign: str) -> None:
    dialer.must("campaign", "approve", campaign)
    ran = dialer("campaign", "start", campaign)
    assert (ran.status, "has no contacts" in ran.complaint) == (1, True)


def test_who_made_a_campaign_for_real_people_cannot_approve_it(dialer: Command, campaign: str) -> None:
    (dialer.home / "dialer.toml").write_text(ELSEWHERE, encoding="utf-8")
    ran = dialer("campaign", "approve", campaign)
    assert (ran.status, "may not approve it" in ran.complaint) == (1, True)
    assert dialer.must("campaign", "show", campaign)["state"] == "draft"
