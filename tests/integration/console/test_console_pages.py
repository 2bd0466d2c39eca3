"""Pages and forms of the console, in both languages."""

import re
from importlib.resources import files

import pytest

from dialer.console.pages import ASSETS, LANGUAGES, chosen, words
from dialer.domain.access import Role
from dialer.domain.calls.attempt import Result
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.decision.record import ReasonCode
from dialer.domain.oppositions.suppression import OppositionChannel
from tests.harness.acts import ActStore
from tests.integration.api.bodies import CONTACTS, CSV, NUMBER, new_campaign
from tests.integration.api.client import Api
from tests.integration.console.visitor import Visitor, visiting

KEYS = re.compile(r'say\("([\w.]+)"')


def test_both_languages_say_the_same_things() -> None:
    assert words("fr").keys() == words("en").keys()
    for key, text in words("en").items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", words("fr")[key])), key


def test_every_text_that_a_page_names_is_there() -> None:
    pages = files("dialer.console").joinpath("templates").iterdir()
    named = {key for page in pages for key in KEYS.findall(page.read_text(encoding="utf-8"))}
    assert {key for key in named if not key.endswith(".")} <= words("en").keys()


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("state", CampaignState),
        ("result", Result),
        ("reason", ReasonCode),
        ("channel", OppositionChannel),
        ("role", Role),
    ],
)
def test_every_code_has_words(table: str, codes: type[CampaignState]) -> None:
    assert {f"{table}.{code}" for code in codes} <= words("en").keys()


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("fr", "en", "fr"),
        (None, "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        (None, "de, en;q=0.5, fr;q=0.7", "fr"),
        (None, "fr;q=0, en", "en"),
        (None, "fr;q=x", "en"),
        ("xx", "", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_what_the_browser_prefers(
    cookie: str | None, accepted: str, language: str
) -> None:
    assert chosen(cookie, accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_shown_in_each_language(api: Api, admin: Visitor, language: str) -> None:
    campaign = await new_campaign(api)
    await admin.get(f"/language/{language}")
    for path in ("/", f"/campaigns/{campaign}", f"/campaigns/{campaign}/calls", "/oppositions", "/login"):
        seen = await admin.get(path)
        assert (seen.status, f'<html lang="{language}">' in seen.text) == (200, True), path


async def test_a_campaign_is_started_paused_resumed_and_stopped(api: Api, admin: Visitor) -> None:
    campaign = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign), data=CSV)
    for verb, state in (
        ("approve", CampaignState.APPROVED),
        ("start", CampaignState.RUNNING),
        ("pause", CampaignState.PAUSED),
        ("resume", CampaignState.RUNNING),
        ("stop", CampaignState.STOPPED),
    ):
        page = await admin.get(f"/campaigns/{campaign}")
        assert f'action="/campaigns/{campaign}/{verb}"' in page.text
        done = await admin.post(f"/campaigns/{campaign}/{verb}", csrf=page.csrf, reason="by hand")
        assert (done.status, done.location) == (303, f"/campaigns/{campaign}")
        shown = await api.get(f"/v1/campaigns/{campaign}")
        assert shown.body["state"] == state
    assert shown.body["reason"] == "by hand"


async def test_only_what_may_be_done_is_offered(api: Api) -> None:
    campaign = await new_campaign(api)
    for role, offered in ((Role.OPERATOR, True), (Role.CAMPAIGNER, False), (Role.AUDITOR, False)):
        async with visiting(api, role) as visitor:
            page = await visitor.get(f"/campaigns/{campaign}")
            assert (f"/campaigns/{campaign}/approve" in page.text) is offered
            assert ("/halt" in (await visitor.get("/")).text) is (role is not Role.AUDITOR)


async def test_a_verb_out_of_turn_is_refused_with_a_page_that_says_why(api: Api, admin: Visitor) -> None:
    campaign = await new_campaign(api)
    csrf = (await admin.get("/")).csrf
    seen = await admin.post(f"/campaigns/{campaign}/resume", csrf=csrf)
    assert (seen.status, "ILLEGAL_TRANSITION" in seen.text) == (409, True)


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
async def test_everything_is_halted_and_the_halt_is_ended(api: Api, admin: Visitor) -> None:
    halted = await admin.post("/halt", csrf=(await admin.get("/")).csrf, reason="drill")
    assert (halted.status, "Halted" in halted.text) == (200, True)
    state = await ActStore.over(api.service.store).halts.state()
    assert (state.halted, state.reason, state.by) == (True, "drill", "admin")
    page = await admin.get("/")
    assert "drill" in page.text
    assert (await admin.post("/unhalt", csrf=page.csrf, reason="over")).status == 303
    assert not (await ActStore.over(api.service.store).halts.state()).halted


async def test_an_opposition_is_taken_down_and_found(api: Api, admin: Visitor) -> None:
    csrf = (await admin.get("/oppositions")).csrf
    taken = await admin.post("/oppositions", csrf=csrf, phone_number="01 99 00 00 01", channel="letter")
    assert (taken.status, "in force" in taken.text) == (200, True)
    assert (await api.get(f"/v1/suppressions/check?phone_number={NUMBER[1:]}")).body["suppressed"]
    found = await admin.post("/oppositions/check", csrf=csrf, phone_number=NUMBER)
    assert "Oppositions in force: 1" in found.text
    assert (await admin.post("/oppositions", csrf=csrf, phone_number="1", channel="pigeon")).status == 422


async def test_what_people_wrote_is_shown_and_never_run(api: Api, admin: Visitor) -> None:
    campaign = await new_campaign(api, name="<script>alert(1)</script>")
    for path in ("/", f"/campaigns/{campaign}"):
        text = (await admin.get(path)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


async def test_pages_load_nothing_from_elsewhere(admin: Visitor) -> None:
    async with admin.client.get("/") as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        text = await answer.text()
    assert not re.search(r'(src|href)="(?!/|#)', text)
    for asset in ASSETS:
        assert (await admin.get(f"/{asset}")).status == 200


@pytest.mark.parametrize(
    "path", ["/campaigns/x", "/campaigns/c000000000000", "/calls/x", "/?after=x", "/language/xx"]
)
async def test_what_is_not_there_is_not_found(admin: Visitor, path: str) -> None:
    assert (await admin.get(path)).status == 404
