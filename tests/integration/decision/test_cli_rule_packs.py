"""Rule packs of the user's own, as a user adds them: no code is touched.

A looser one counts where somebody signed for it.
"""

from importlib.resources import files
from pathlib import Path

import pytest

from tests.integration.command import Command, import_list
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file
from tests.samples.lists import CONSENT

POLITICAL = files("dialer.rulepacks").joinpath("fr-political.toml").read_text("utf-8")
OWN = POLITICAL.replace("2020-06-30.1", "own.1")
LOOSER = OWN.replace('end = "13:00"', 'end = "13:45"', 1)
SIGNED = CAMPAIGN_FILE.replace(
    "purpose", 'rule_pack_signoff = {{ pack = "{}", by = "Me Durand" }}\npurpose', 1
)
LUNCH = "2027-02-01T13:10:00+01:00"


def put(dialer: Command, text: str, name: str = "own.toml") -> Path:
    path = dialer.home / "rulepacks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def create(dialer: Command, tmp_path: Path, text: str) -> str:
    campaign = str(dialer.must("campaign", "create", str(campaign_file(tmp_path, text)))["id"])
    import_list(dialer, campaign, tmp_path, f"+33199000001,a1,{CONSENT.replace('13:00', '18:00')}")
    return campaign


def test_a_looser_pack_counts_only_in_a_campaign_that_names_it_and_who_signed(
    dialer: Command, tmp_path: Path
) -> None:
    put(dialer, LOOSER)
    refused = dialer("campaign", "create", str(campaign_file(tmp_path)))
    assert (refused.status, "name it, and who signed for it" in refused.complaint) == (1, True)
    campaign = create(dialer, tmp_path, SIGNED.format("fr-political@own.1"))
    asked = ("decide", "--campaign", campaign, "--number", "+33199000001", "--at", LUNCH)
    permitted = dialer.must(*asked)
    assert (permitted["decision"], permitted["rule_pack"]) == ("permit", "fr-political@own.1")
    put(dialer, LOOSER.replace("own.1", "own.2"))
    assert [reason["code"] for reason in dialer.must(*asked)["reasons"]] == ["NO_RULE_PACK"]
    (dialer.home / "rulepacks" / "own.toml").unlink()
    assert [reason["code"] for reason in dialer.must(*asked)["reasons"]] == ["OUT_OF_LEGAL_HOURS"]


def test_a_profile_of_ones_own_needs_no_code(dialer: Command, tmp_path: Path) -> None:
    put(dialer, OWN.replace('name = "fr-political"', 'name = "fr-association"', 1))
    own = SIGNED.format("fr-association@own.1").replace("purpose", 'profile = "fr-association"\npurpose', 1)
    campaign = create(dialer, tmp_path, own)
    at = LUNCH.replace("13:10", "12:10")
    permitted = dialer.must("decide", "--campaign", campaign, "--number", "+33199000001", "--at", at)
    assert (permitted["decision"], permitted["rule_pack"]) == ("permit", "fr-association@own.1")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param(OWN.replace('end = "13:00"', 'end = "09:00"', 1), "hours.0", id="contradictory-window"),
        pytest.param(OWN.replace('start = "09:00"', 'start = "11:00"', 1), "hours", id="outside-its-bounds"),
        pytest.param(OWN.replace('"FR", "GP"', '"XX", "GP"', 1), "territories", id="unknown-territory"),
        pytest.param(OWN.replace('"10:00"', '"10:00Z"', 1), "hours.0.start", id="not-local-time"),
        pytest.param(OWN.replace("max_age_days", "max_age", 1), "consent.max_age", id="misspelt"),
        pytest.param(OWN.replace("[holidays]", "[holidays", 1), "is not TOML", id="no-toml"),
    ],
)
def test_a_bad_pack_stops_every_command_with_file_key_and_reason(
    dialer: Command, text: str, key: str
) -> None:
    path = put(dialer, text)
    ran = dialer("campaign", "list")
    assert (ran.status, str(path) in ran.complaint, key in ran.complaint) == (1, True, True)


def test_two_packs_of_ones_own_for_one_day_are_refused_with_their_folder(dialer: Command) -> None:
    put(dialer, OWN)
    path = put(dialer, OWN.replace("own.1", "own.2"), "second.toml")
    complaint = dialer("campaign", "list").complaint
    assert "claim the same day" in complaint
    assert str(path.parent) in complaint
