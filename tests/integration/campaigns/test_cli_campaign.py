"""Campaign files and a campaign's life at the command line."""

from pathlib import Path

import pytest

from tests.integration.command import Command
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file


def test_an_unknown_key_is_named_and_nothing_is_made(dialer: Command, tmp_path: Path) -> None:
    wrong = CAMPAIGN_FILE.replace("email =", "emial =")
    ran = dialer("campaign", "create", str(campaign_file(tmp_path, wrong)))
    assert ran.status == 1
    assert "sponsor.emial: unknown key" in ran.complaint
    assert "sponsor.email: is missing" in ran.complaint
    assert dialer.must("campaign", "list") == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('caller_id = "+33162000001"', 'caller_id = "0162000001"', "caller_id: "),
        ("09:00:00+01:00", "09:00:00", "starts_at: has no offset"),
        ("2027-02-05T20", "2027-01-05T20", "file: ends_at must come after starts_at"),
        ('message = "Le conseil se tient mardi."', "message = 3", "prompts.message: "),
        ('message = "Le conseil', 'message = { fil = "a.wav" } # "', "prompts.message.fil: unknown key"),
        (
            "[sponsor]",
            "[election]\nid = 'e'\npoll_dates = { FRA = 2027-04-18 }\n[sponsor]",
            "election: poll_dates:",
        ),
    ],
)
def test_a_wrong_value_is_named_by_its_path(
    dialer: Command, tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    ran = dialer("campaign", "create", str(campaign_file(tmp_path, CAMPAIGN_FILE.replace(old, new, 1))))
    assert ran.status == 1
    assert complaint in ran.complaint


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"name = ", "is not TOML"),
        (b'name = "\xe9t\xe9"', "is not UTF-8"),
        (b"a=" + b"[" * 100_000, "is nested too deeply"),
        (b"#" * (1024 * 1024 + 1), "is larger than a campaign file may be"),
    ],
)
def test_a_file_that_is_no_campaign_file_is_one_clear_line(
    dialer: Command, tmp_path: Path, content: bytes, complaint: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    ran = dialer("campaign", "create", str(file))
    assert ran.status == 1
    assert complaint in ran.complaint


def test_a_missing_campaign_file_is_one_clear_line(dialer: Command, tmp_path: Path) -> None:
    ran = dialer("campaign", "create", str(tmp_path / "none.toml"))
    assert (ran.status, "cannot be read" in ran.complaint) == (1, True)


def test_a_recording_outside_the_folder_is_refused(dialer: Command, tmp_path: Path) -> None:
    outside = CAMPAIGN_FILE.replace(
        'message = "Le conseil se tient mardi."', 'message = { file = "../secret.wav" }'
    )
    ran = dialer("campaign", "create", str(campaign_file(tmp_path, outside)))
    assert ran.status == 1
    assert "prompts.message.file: should be a path in or below the folder" in ran.complaint


def test_a_campaign_has_id_name_and_state_beside_its_keys(dialer: Command, campaign: str) -> None:
    shown = dialer.must("campaign", "show", campaign)
    assert shown["id"] == campaign
    assert shown["name"] == "Municipales 2027"
    assert shown["state"] == "draft"
    assert shown["sponsor"]["id"] == "liste-demo"
    assert shown["starts_at"] == "2027-02-01T09:00:00+01:00"
    assert dialer.must("campaign", "list")["items"] == [shown]


def test_an_illegal_transition_names_those_that_are_allowed(dialer: Command, campaign: str) -> None:
    ran = dialer("campaign", "pause", campaign)
    assert ran.status == 1
    assert "cannot pause while draft; allowed now: approve or stop" in ran.complaint


def test_a_stopped_campaign_says_so(dialer: Command, campaign: str) -> None:
    stopped = dialer.must("campaign", "stop", campaign, "--reason", "an error in the message")
    assert (stopped["state"], stopped["reason"]) == ("stopped", "an error in the message")
    watched = dialer.must("campaign", "progress", campaign, "--watch")
    assert (watched["state"], watched["contacts"]) == ("stopped", 0)


def test_an_unknown_campaign_is_a_failure(dialer: Command) -> None:
    for verb in ("show", "approve", "start", "pause", "resume", "stop", "progress"):
        ran = dialer("campaign", verb, "c0123456789ab")
        assert (ran.status, "c0123456789ab" in ran.complaint) == (1, True)
