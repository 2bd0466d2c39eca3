"""Manners of every command: one line for an error, the right exit status, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.command import Command
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file


def test_an_unknown_setting_is_wrong_use(dialer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_HOUSE", "/tmp")
    ran = dialer("campaign", "list")
    assert (ran.status, "unknown setting DIALER_HOUSE" in ran.complaint) == (2, True)


@pytest.mark.parametrize("name", ["9main", "Main", "a b", "x" * 33])
def test_a_trunk_that_no_gate_would_take_is_refused_at_the_start(bare: Command, name: str) -> None:
    bare.must("init")
    (bare.home / "dialer.toml").write_text(f'[[trunk]]\nname = "{name}"\nhost = "127.0.0.1:5080"\n', "utf-8")
    ran = bare("serve")
    assert (ran.status, "trunk.0.name" in ran.complaint, "dialer.toml" in ran.complaint) == (2, True, True)


def test_a_named_but_absent_configuration_is_wrong_use(
    dialer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_CONFIG", str(dialer.home / "none.toml"))
    assert dialer("calls", "list").status == 2


@pytest.mark.parametrize(
    "words", [("dance",), ("campaign", "dance"), ("campaign", "show"), ("calls", "list", "--x")]
)
def test_wrong_use_is_one_line(dialer: Command, words: tuple[str, ...]) -> None:
    ran = dialer(*words)
    assert (ran.status, bool(ran.complaint)) == (2, True)


def test_an_argument_that_is_no_text_is_wrong_use(dialer: Command) -> None:
    ran = dialer("token", "create", "--role", "auditor", "--name", "\udcff")
    assert (ran.status, ran.complaint) == (2, "an argument is not text in UTF-8")


def test_a_home_that_cannot_be_made_is_one_line(bare: Command) -> None:
    bare.home.write_text("not a folder")
    ran = bare("init")
    assert (ran.status, str(bare.home) in ran.complaint) == (1, True)


def test_a_home_can_be_made_without_a_token(bare: Command) -> None:
    """Where the output is kept, as Docker keeps it. A later `init` makes the first one."""
    ran = bare("init", "--no-token")
    assert (ran.status, "dlr_" in ran.out, "dialer token create" in ran.out) == (0, False, True)
    assert bare.must("init", "--no-token")["admin_token"] is None
    assert bare.must("token", "list")["items"] == []
    assert bare.must("init")["admin_token"].startswith("dlr_")


def test_without_a_database_one_is_told_how_to_get_it(bare: Command) -> None:
    (bare.home / "keys").mkdir(parents=True)
    ran = bare("campaign", "list")
    assert (ran.status, "dialer db upgrade" in ran.complaint) == (1, True)


def test_an_upgrade_is_harmless_where_there_is_nothing_to_do(dialer: Command, campaign: str) -> None:
    assert dialer.must("db", "upgrade") == {"current": True}
    assert dialer.must("campaign", "show", campaign)["id"] == campaign


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
def test_a_halt_without_a_pbx_is_recorded_and_ended_with_a_reason(dialer: Command) -> None:
    assert dialer.must("halt", "--reason", "wrong message")["recorded"] is True
    ran = dialer("unhalt")
    assert (ran.status, "say why" in ran.complaint) == (1, True)
    assert dialer.must("unhalt", "--reason", "message replaced")["unreachable"] == {}


def test_a_reader_who_has_seen_enough_is_no_error(dialer: Command, campaign: str, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("number,at\n" + "x\n" * 5000, "utf-8")
    command = [sys.executable, "-m", "dialer", "decide", "--campaign", campaign, "--file", str(cases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2200-01-01T00:00Z"]
)
def test_a_time_beyond_every_calendar_is_wrong_use(dialer: Command, campaign: str, time: str) -> None:
    ran = dialer("decide", "--campaign", campaign, "--number", "0199000001", "--at", time)
    assert (ran.status, "between the years 1970 and 2199" in ran.complaint) == (2, True)


def test_the_command_itself_behaves_like_this(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dialer", "campaign", "dance"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "dialer: No such command 'dance'.\n"


def test_a_list_for_another_program_is_not_cut_off_nor_read_as_markup(
    dialer: Command, tmp_path: Path
) -> None:
    name = "[red]" + "a long name " * 12 + "end"
    dialer.must(
        "campaign", "create", str(campaign_file(tmp_path, CAMPAIGN_FILE.replace("Municipales 2027", name)))
    )
    assert name in dialer("campaign", "list").out
