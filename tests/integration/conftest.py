"""The command line on homes of its own."""

from pathlib import Path

import pytest

from tests.integration.command import LOOPBACK, Command, campaign_file, fresh_environment


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Before `dialer init`."""
    fresh_environment(tmp_path / "home", monkeypatch)
    return Command(tmp_path / "home", monkeypatch, capsys)


@pytest.fixture
def dialer(bare: Command) -> Command:
    """After `dialer init`, with a trunk on loopback."""
    bare.must("init")
    (bare.home / "dialer.toml").write_text(LOOPBACK, encoding="utf-8")
    return bare


@pytest.fixture
def campaign(dialer: Command, tmp_path: Path) -> str:
    """The id of a draft."""
    return str(dialer.must("campaign", "create", str(campaign_file(tmp_path)))["id"])
