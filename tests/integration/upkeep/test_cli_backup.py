"""Backups at the command line, and the way back."""

import shutil
from pathlib import Path

import pytest

from tests.integration.command import Command


@pytest.fixture
def backup(dialer: Command, tmp_path: Path) -> Path:
    """Backup taken before +33199000002 objects; +33199000001 has objected."""
    folder = tmp_path / "backup"
    dialer.must("suppressions", "add", "0199000001", "--channel", "letter")
    assert dialer.must("backup", str(folder))["secrets"] == "in clear"
    dialer.must("suppressions", "add", "0199000002", "--channel", "letter")
    return folder


@pytest.fixture
def survived(dialer: Command, backup: Path, tmp_path: Path) -> Path:
    """The rest of the home: the database is lost; heads, journal and keys are not."""
    assert backup.is_dir()
    folder = tmp_path / "survived"
    folder.mkdir()
    for name in ("heads", "journal", "keys"):
        (dialer.home / name).rename(folder / name)
    for file in dialer.home.glob("dialer.db*"):
        file.unlink()
    return folder


def test_what_came_after_the_backup_is_brought_back_and_the_rest_is_named(
    dialer: Command, backup: Path, survived: Path
) -> None:
    restored = dialer.must("restore", str(backup), "--survived", str(survived))
    assert (restored["oppositions"], restored["journal_lines_unreadable"]) == (1, 0)
    for number in ("0199000001", "0199000002"):
        assert dialer.must("suppressions", "check", number)["suppressed"] is True
    verified = dialer.must("ledger", "verify")
    assert (verified["verified"], [gap["index"] for gap in verified["gaps"]]) == (
        *(True, [restored["ledger_entries_held"]]),
    )
    assert restored["ledger_entries_lost"] > 0
    assert "GAP at" in dialer("ledger", "verify").out


def wrong_checks(dialer: Command) -> set[str]:
    return {check["check"] for check in dialer("doctor", "--json").json["checks"] if not check["ok"]}


def test_the_machine_stays_halted_until_somebody_says_why_it_may_go_on(
    dialer: Command, backup: Path, survived: Path
) -> None:
    dialer.must("restore", str(backup), "--survived", str(survived))
    assert dialer("unhalt").status == 1
    assert "restoration" in wrong_checks(dialer)
    assert dialer.must("unhalt", "--reason", "everything was read back")["recorded"] is True
    assert "restoration" not in wrong_checks(dialer)


def test_what_survived_is_named_or_said_to_be_nothing(dialer: Command, backup: Path, survived: Path) -> None:
    assert "say what is left" in dialer("restore", str(backup)).complaint
    shutil.rmtree(survived)
    restored = dialer.must("restore", str(backup), "--nothing-survived")
    assert restored["oppositions"] == 0
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is True
    assert dialer.must("ledger", "verify")["gaps"][0]["detail"].endswith("nothing signed lost")


def test_a_home_in_use_is_not_restored_into(dialer: Command, backup: Path) -> None:
    ran = dialer("restore", str(backup), "--nothing-survived")
    assert (ran.status, "is there already" in ran.complaint) == (1, True)
    assert dialer.must("suppressions", "check", "0199000002")["suppressed"] is True


def test_keys_under_a_passphrase_come_back_with_it_alone(dialer: Command, tmp_path: Path) -> None:
    dialer.must("suppressions", "add", "0199000001", "--channel", "letter")
    key = (dialer.home / "keys" / "fingerprint.key").read_bytes().strip()
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("a long enough passphrase\n", encoding="utf-8")
    wrong.write_text("another passphrase\n", encoding="utf-8")
    folder = tmp_path / "backup"
    dialer.must("backup", str(folder), "--passphrase-file", str(right))
    assert not [path for path in folder.rglob("*") if path.is_file() and key in path.read_bytes()]
    shutil.rmtree(dialer.home)
    words = ("restore", str(folder), "--nothing-survived", "--passphrase-file")
    assert "does not open the keys" in dialer(*words, str(wrong)).complaint
    dialer.must(*words, str(right))
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is True


def test_keys_that_were_left_out_are_named(dialer: Command, tmp_path: Path) -> None:
    dialer.must("suppressions", "add", "0199000001", "--channel", "letter")
    folder, keys = tmp_path / "backup", tmp_path / "keys"
    dialer.must("backup", str(folder), "--without-keys")
    shutil.copytree(dialer.home / "keys", keys)
    shutil.rmtree(dialer.home)
    assert "left out" in dialer("restore", str(folder), "--nothing-survived").complaint
    dialer.must("restore", str(folder), "--nothing-survived", "--keys", str(keys))
    assert dialer.must("suppressions", "check", "0199000001")["suppressed"] is True


def test_a_backup_goes_into_a_folder_of_its_own(dialer: Command, tmp_path: Path) -> None:
    (tmp_path / "something").write_text("here")
    assert "is not empty" in dialer("backup", str(tmp_path)).complaint
