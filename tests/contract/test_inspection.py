"""`dialer inspect` on both engines: what it states is what was stored, and what it writes stands alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.called import called_campaign
from tests.integration.command import LOOPBACK, Command, campaign_file, fresh_environment
from tests.integration.packs import judged_alone


@pytest.fixture
def dialer(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    fresh_environment(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("DIALER_DATABASE_URL", url)
    command = Command(tmp_path / "home", monkeypatch, capsys)
    command.must("init")
    (command.home / "dialer.toml").write_text(LOOPBACK, encoding="utf-8")
    return command


@pytest.fixture
def campaign(dialer: Command, tmp_path: Path) -> str:
    made = str(dialer.must("campaign", "create", str(campaign_file(tmp_path)))["id"])
    return called_campaign(dialer, made, tmp_path)


def figures(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "figures.json").read_text("utf-8"))
    return document


def test_a_sound_campaign_has_no_anomaly_and_its_pack_stands_alone(
    dialer: Command, campaign: str, tmp_path: Path
) -> None:
    view = dialer.must("inspect", "--campaign", campaign, "--out", str(tmp_path / "pack"))
    assert (view["people"], view["attempts"], view["anomalies"]) == (10, 10, {})
    key = str(dialer.home / "heads" / "public-key.pem")
    status, said = judged_alone(tmp_path / "pack", "--key", key)
    assert (status, said) == (0, "the pack is as it was made, and its figures follow from its records\n")
    told = figures(tmp_path / "pack")
    assert told["totals"]["invites"] == 10
    assert told["hours"]["FR (Europe/Paris)"][10] == 10
