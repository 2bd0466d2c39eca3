"""`dialer inspect` on both engines: it states the stored records, and its files stand alone."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.base.types import CampaignId
from tests.harness.dates import TODAY
from tests.integration.called import called_campaign, permit_only
from tests.integration.command import LOOPBACK, Command, fresh_environment, import_list
from tests.integration.packs import judged_alone
from tests.samples.campaigns import campaign_file
from tests.samples.lists import CONSENT


@pytest.fixture
def dialer(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    fresh_environment(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("DIALER_DATABASE_URL", url)
    command = Command(tmp_path / "home", monkeypatch, capsys)
    command.must("init", "--pretend-now", TODAY)
    (command.home / "dialer.toml").write_text(LOOPBACK, encoding="utf-8")
    return command


def inspected(dialer: Command, campaign: str, out: Path) -> dict[str, Any]:
    """Totals of a pack without anomalies that stands alone."""
    view = dialer.must("inspect", "--campaign", campaign, "--out", str(out))
    assert view["anomalies"] == {}
    key = str(dialer.home / "heads" / "public-key.pem")
    praise = "the pack is as it was made, and its figures follow from its records\n"
    assert judged_alone(out, "--key", key) == (0, praise)
    figures = json.loads((out / "figures.json").read_text("utf-8"))
    totals: dict[str, Any] = figures["totals"]
    assert figures["hours"]["FR (Europe/Paris)"][10] == totals["invites"]
    return totals


def test_a_campaign_is_shown_as_it_was_called_and_while_it_goes_on(dialer: Command, tmp_path: Path) -> None:
    made = str(dialer.must("campaign", "create", str(campaign_file(tmp_path)))["id"])
    campaign = called_campaign(dialer, made, tmp_path)
    totals = inspected(dialer, campaign, tmp_path / "over")
    assert (totals["people"], totals["attempts"], totals["invites"]) == (10, 10, 10)
    import_list(dialer, campaign, tmp_path, f"+33199009999,c0,{CONSENT}")
    asyncio.run(permit_only(CampaignId(campaign)))
    totals = inspected(dialer, campaign, tmp_path / "going on")
    assert (totals["attempts"], totals["invites"], totals["going_on"]) == (11, 10, 1)
