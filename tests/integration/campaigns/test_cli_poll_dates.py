"""`dialer campaign poll-dates`: poll dates that a decree moved."""

from pathlib import Path

import pytest

from tests.integration.command import Command, import_list
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file
from tests.samples.lists import CONSENT

ELECTION = '[election]\nid = "mun-2027"\npoll_dates = { default = 2027-02-03 }\n'


@pytest.fixture
def voting(dialer: Command, tmp_path: Path) -> str:
    text = CAMPAIGN_FILE.replace("[prompts]", f"{ELECTION}[prompts]")
    campaign = str(dialer.must("campaign", "create", str(campaign_file(tmp_path, text)))["id"])
    import_list(dialer, campaign, tmp_path, f"+33199000001,a1,{CONSENT}")
    return campaign


def codes(dialer: Command, campaign: str) -> list[str]:
    at = "2027-02-02T10:30:00+01:00"
    asked = dialer.must("decide", "--campaign", campaign, "--number", "+33199000001", "--at", at)
    return [reason["code"] for reason in asked["reasons"]]


def test_decisions_go_by_the_date_that_is_in_force(dialer: Command, voting: str) -> None:
    assert codes(dialer, voting) == ["ELECTORAL_SILENCE"]
    move = ("campaign", "poll-dates", voting, "--reason", "décret 2027-12")
    changed = dialer.must(*move, "--date", "default=2027-02-14", "--date", "GP=2027-02-13")
    assert changed["election"]["poll_dates"] == {"default": "2027-02-14", "GP": "2027-02-13"}
    assert codes(dialer, voting) == []
    dialer.must("ledger", "verify")


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (("--date", "default=14/02/2027", "--reason", "x"), 2, "is not written like"),
        (("--date", "XX=2027-02-14", "--reason", "x"), 1, "is no territory that is known"),
        (("--date", "default=2027-02-14", "--reason", " "), 1, "name the decree"),
    ],
)
def test_what_is_no_date_territory_or_reason_is_refused(
    dialer: Command, voting: str, words: tuple[str, ...], status: int, complaint: str
) -> None:
    ran = dialer("campaign", "poll-dates", voting, *words)
    assert (ran.status, complaint in ran.complaint) == (status, True)
    assert codes(dialer, voting) == ["ELECTORAL_SILENCE"]
