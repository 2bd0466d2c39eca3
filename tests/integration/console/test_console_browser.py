"""The console in a real Chromium."""

import asyncio
from pathlib import Path

import pytest

from tests.harness.acts import ActStore
from tests.integration.api.bodies import CONTACTS, CSV, new_campaign
from tests.integration.api.client import Api
from tests.integration.console.browser import Browser, browsing


@pytest.mark.usefixtures("loopback_alone", "a_busy_disk_is_waited_for")
async def test_an_operator_logs_in_follows_a_campaign_live_and_halts(api: Api, tmp_path: Path) -> None:
    campaign = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign), data=CSV)
    for verb in ("approve", "start"):
        assert (await api.post(f"/v1/campaigns/{campaign}/{verb}")).status == 200
    with browsing(f"http://127.0.0.1:{api.port}", tmp_path / "chromium", "fr") as browser:
        await asyncio.to_thread(log_in, browser, api.admin, f"/campaigns/{campaign}")
        await api.post(f"/v1/campaigns/{campaign}/pause", {"reason": "the line is checked"})
        await asyncio.to_thread(see_paused, browser)
        complaints = await asyncio.to_thread(halt_in_english, browser)
    assert (await ActStore.over(api.service.store).halts.state()).reason == "drill"
    assert not complaints


def log_in(browser: Browser, token: str, path: str) -> None:
    browser.open(path)
    assert browser.language == "fr"
    browser.type("token", token)
    browser.press("Se connecter")
    browser.await_text("en cours")
    browser.mark()


def see_paused(browser: Browser) -> None:
    browser.await_text("the line is checked")
    assert browser.marked, "the page was loaded anew"


def halt_in_english(browser: Browser) -> list[str]:
    """Return what the browser complained of since its start."""
    browser.open("/")
    browser.press("English")
    browser.await_text("Campaigns")
    browser.type("reason", "drill")
    browser.press("Halt everything")
    browser.await_text("Every call is hung up")
    return browser.complaints
