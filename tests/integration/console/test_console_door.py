"""The way into the console: who may come in, how long, and the worth of its cookie."""

import pytest

from dialer.adapters.clock import SystemClock
from dialer.api.http.authentication import SESSION
from dialer.console.app import SCREENS
from dialer.console.sessions import own_path
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from dialer.domain.base.errors import Unauthenticated
from dialer.services.access.tokens import LIFETIME_S, Sessions
from tests.harness.acts import ActStore
from tests.integration.api.client import Api
from tests.integration.console.visitor import Visitor, visiting


class Wound(SystemClock):
    """A clock that a test winds forward."""

    forward_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.forward_s


CAMPAIGN, ATTEMPT = "c000000000000", "0" * 32


def filled(path: str) -> str:
    return path.format(campaign_id=CAMPAIGN, attempt_id=ATTEMPT)


async def test_every_page_leads_a_stranger_to_the_login(api: Api) -> None:
    async with visiting(api) as stranger:
        for screen in SCREENS:
            ask = stranger.get if screen.method == "GET" else stranger.post
            seen = await ask(filled(screen.path))
            assert (seen.status, seen.location.partition("?")[0]) == (303, "/login"), screen.path


async def test_every_form_is_refused_without_the_proof_that_it_is_ours(api: Api) -> None:
    async with visiting(api, Role.ADMIN) as visitor:
        for screen in SCREENS:
            if screen.method == "POST":
                for proof in ({}, {"csrf": "forged"}):
                    seen = await visitor.post(filled(screen.path), **proof)
                    assert seen.status == 403, screen.path
                    assert "not one of this session" in seen.text
    assert not (await ActStore.over(api.service.store).halts.state()).halted


async def test_a_wrong_token_opens_nothing(api: Api) -> None:
    async with visiting(api) as stranger:
        seen = await stranger.log_in("dlr_wrong")
        assert (seen.status, "not valid" in seen.text) == (401, True)
        assert (await stranger.get("/")).status == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(api: Api) -> None:
    async with visiting(api) as visitor:
        async with visitor.client.post("/login", data={"token": api.admin}, allow_redirects=False) as answer:
            cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"{SESSION}=")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert api.admin not in cookie


async def test_the_cookie_is_marked_secure_behind_https(api: Api) -> None:
    async with (
        visiting(api) as visitor,
        visitor.client.post(
            "/login",
            data={"token": api.admin},
            headers={"X-Forwarded-Proto": "https"},
            allow_redirects=False,
        ) as answer,
    ):
        assert "Secure" in answer.headers["Set-Cookie"].split("; ")


async def test_the_cookie_reads_the_events_and_nothing_else_under_v1(api: Api, admin: Visitor) -> None:
    async with admin.client.get("/v1/events") as events:
        assert events.status == 200
        assert (await events.content.readline()).startswith(b"event: ")
    for path, item in api.document["paths"].items():
        for method in item:
            if path.startswith("/v1") and path != "/v1/events":
                async with admin.client.request(method, path.replace("{", "").replace("}", "")) as answer:
                    assert answer.status == 401, path


async def test_a_revoked_token_ends_its_sessions_at_once(api: Api, admin: Visitor) -> None:
    assert (await admin.get("/")).status == 200
    await api.service.suite.tokens.revoke(LOCAL_ADMINISTRATOR, Role.ADMIN.value)
    assert (await admin.get("/")).status == 303
    async with admin.client.get("/v1/events") as events:
        assert events.status == 401


async def test_who_logs_out_is_out(admin: Visitor) -> None:
    key = next(cookie.value for cookie in admin.client.cookie_jar if cookie.key == SESSION)
    assert (await admin.post("/logout")).status == 303
    assert (await admin.get("/", Cookie=f"{SESSION}={key}")).status == 303


async def test_a_session_ends_after_a_working_day(api: Api) -> None:
    clock = Wound()
    sessions = Sessions(api.service.suite.tokens, clock)
    key = await sessions.open(api.admin)
    clock.forward_s = LIFETIME_S - 60
    assert (await sessions.actor(key)).role is Role.ADMIN
    clock.forward_s = LIFETIME_S + 1
    with pytest.raises(Unauthenticated):
        await sessions.actor(key)


async def test_a_login_leads_back_to_the_page_that_was_asked_for(api: Api) -> None:
    async with visiting(api) as visitor:
        asked = await visitor.get("/oppositions")
        seen = await visitor.post(asked.location, token=api.admin)
        assert (seen.status, seen.location) == (303, "/oppositions")


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "/\r\nX: y", ""]
)
def test_a_login_never_leads_to_another_site(path: str) -> None:
    assert own_path(path) == "/"


async def test_a_gateway_sees_no_page(api: Api) -> None:
    async with visiting(api, Role.GATEWAY) as visitor:
        assert (await visitor.get("/")).status == 403
