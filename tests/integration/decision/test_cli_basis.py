"""Customers called about their running contract, at the command line (T062, FC-08)."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.command import ORIGIN, Command
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file

ABOUT = "entretien de la chaudière"
SALES = CAMPAIGN_FILE.replace(
    'purpose = "political"',
    f'profile = "fr-commercial"\npurpose = "{ABOUT}"\noffer = "{ABOUT}"\nsector = "energy_renovation"',
)
CUSTOMERS = SALES.replace("sector =", 'basis = "contract"\nsector =')
HEADER = (
    "phone_number,consent_basis,consent_sponsor,consent_purpose,consent_channel,consent_source,consent_proof,"
    "consent_at,consent_expires_at"
)
FROM_MEMBERS = ("--source-class", "own_members", *ORIGIN[2:])
STARTED = "2024-01-01T00:00:00+01:00"


def row(number: str, basis: str, ends: str) -> str:
    return f"{number},{basis},liste-demo,{ABOUT},automated_voice,CRM,contrat 4711,{STARTED},{ends}"


@pytest.fixture
def listed(dialer: Command, tmp_path: Path) -> tuple[str, Any]:
    """A campaign for customers, and the report of its list."""
    campaign = str(dialer.must("campaign", "create", str(campaign_file(tmp_path, CUSTOMERS)))["id"])
    rows = (
        row("+33199000001", "contract", "2027-02-03T00:00:00+01:00"),
        row("+33199000002", "contract", ""),
        row("+33199000003", "", ""),
    )
    file = tmp_path / "customers.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return campaign, dialer.must("contacts", "import", str(file), "--campaign", campaign, *FROM_MEMBERS)


def codes(dialer: Command, campaign: str, number: str, day: str) -> list[str]:
    asked = ("--number", number, "--at", f"2027-02-{day}T10:30:00+01:00")
    return [reason["code"] for reason in dialer.must("decide", "--campaign", campaign, *asked)["reasons"]]


def test_a_customer_is_called_until_the_contract_ends(dialer: Command, listed: tuple[str, Any]) -> None:
    campaign, report = listed
    assert (report["imported"], [note["code"] for note in report["rejected"]]) == (2, ["CONSENT_BASIS"])
    assert codes(dialer, campaign, "+33199000001", "02") == []
    assert codes(dialer, campaign, "+33199000001", "03") == ["CONSENT_EXPIRED"]
    assert codes(dialer, campaign, "+33199000003", "02") == ["NO_CONSENT"]


def test_what_is_on_record_about_a_person_says_what_it_rests_on(
    dialer: Command, listed: tuple[str, Any]
) -> None:
    assert listed[0]
    (given,) = dialer.must("subject", "export", "+33199000001")["consents"]
    assert (given["basis"], given["proof"]) == ("contract", "contrat 4711")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(SALES, "sector: calls for 'energy_renovation' are forbidden", id="T061-opt-in"),
        pytest.param(
            CAMPAIGN_FILE.replace("purpose", 'basis = "contract"\npurpose'),
            "basis: fr-political",
            id="no-politics",
        ),
        pytest.param(CUSTOMERS.replace('"contract"', '"friendship"'), "basis: Input should be", id="unknown"),
    ],
)
def test_where_no_other_basis_is_known_the_campaign_is_refused(
    dialer: Command, tmp_path: Path, text: str, complaint: str
) -> None:
    ran = dialer("campaign", "create", str(campaign_file(tmp_path, text)))
    assert (ran.status, complaint in ran.complaint) == (1, True)
