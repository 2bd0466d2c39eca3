"""Access, erasing and retention at the command line, on a list that was imported there."""

from datetime import timedelta

import pytest

from dialer.adapters.clock import pretend
from tests.integration.command import Command
from tests.integration.imports.test_cli_imports import GOOD, import_text
from tests.samples.campaigns import campaign_file
from tests.samples.lists import HEADER

NUMBER = "+33199000001"
AT = "2027-02-01T10:30:00+01:00"


@pytest.fixture
def listed(dialer: Command, campaign: str) -> str:
    assert import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n").status == 0
    return campaign


def codes(dialer: Command, campaign: str) -> set[str]:
    decision = dialer.must("decide", "--campaign", campaign, "--number", NUMBER, "--at", AT)
    return {reason["code"] for reason in decision["reasons"]}


def test_a_person_is_shown_as_one_document(dialer: Command, listed: str) -> None:
    ran = dialer("subject", "export", "01 99 00 00 01")
    assert (ran.status, ran.json) == (0, dialer.must("subject", "export", NUMBER))
    assert ran.json["contacts"][0]["external_id"] == "a1"
    assert ran.json["consents"][0]["proof"] == "page 1"
    assert ran.json["imports"][0]["supplier"] == "Association"


def test_whoever_was_erased_is_not_called_again_from_any_list_of_before(dialer: Command, listed: str) -> None:
    assert codes(dialer, listed) == set()
    erased = dialer.must("subject", "erase", "0199000001")
    assert (erased["contacts_erased"], erased["consents_erased"]) == (1, 1)
    assert codes(dialer, listed) == {"NO_CONSENT"}
    assert import_text(dialer, listed, f"{HEADER}\n{GOOD}\n").status == 1
    assert codes(dialer, listed) == {"NO_CONSENT"}
    other = dialer.must("campaign", "create", str(campaign_file(dialer.home.parent)))["id"]
    assert import_text(dialer, other, f"{HEADER}\n{GOOD}\n").status == 0
    assert codes(dialer, other) == {"CONSENT_WITHDRAWN"}


def test_an_opposition_outlives_erasing_and_the_ledger_verifies(dialer: Command, listed: str) -> None:
    dialer.must("suppressions", "add", NUMBER, "--channel", "letter", "--note", "wrote on the 3rd")
    dialer.must("subject", "erase", NUMBER)
    checked = dialer.must("suppressions", "check", NUMBER)
    assert (checked["suppressed"], checked["suppressions"][0]["note"]) == (True, None)
    assert import_text(dialer, listed, f"{HEADER}\n{GOOD}\n").status == 1
    assert "SUPPRESSED" in codes(dialer, listed)
    assert dialer.must("ledger", "verify")["verified"] is True


def test_nothing_of_an_erased_person_is_left_in_the_file_of_the_database(
    dialer: Command, listed: str
) -> None:
    def stored() -> bytes:
        return b"".join(path.read_bytes() for path in dialer.home.glob("dialer.db*"))

    assert b"33199000001" in stored()
    dialer.must("subject", "erase", NUMBER)
    for trace in (b"33199000001", b"page 1"):
        assert trace not in stored()


def test_an_unknown_number_is_a_failure_and_only_who_may_erases(
    dialer: Command, listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dialer("subject", "export", "+33199000009").status == 1
    assert dialer("subject", "erase", "+33199000009").status == 1
    auditor = dialer.must("token", "create", "--role", "auditor", "--name", "ada")["token"]
    monkeypatch.setenv("DIALER_TOKEN", auditor)
    assert dialer("subject", "export", NUMBER).status == 0
    assert "may not erase subjects" in dialer("subject", "erase", NUMBER).complaint


def test_retention_runs_on_demand_and_says_when_it_runs_next(dialer: Command, campaign: str) -> None:
    """In real time, the import too: while it is pretended, nothing is erased."""
    pretend(dialer.home, timedelta())
    assert import_text(dialer, campaign, f"{HEADER}\n{GOOD}\n").status == 0
    before = dialer.must("retention", "status")
    assert (before["last_run"], len(before["lists"])) == (None, 1)
    run = dialer.must("retention", "run")
    assert (run["error"], run["contacts_erased"]) == (None, 0)
    after = dialer.must("retention", "status")
    assert after["last_run"] == run
    assert after["next_run_at"] > run["started_at"]
    assert dialer("retention", "status").status == 0
