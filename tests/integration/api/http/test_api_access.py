"""Rights over HTTP: every route, without a token, with each role, with a spent token."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.console.app import build_site
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from tests.integration.api.client import Api

MAKES, RUNS, READS, RULES = Role.CAMPAIGNER, Role.OPERATOR, Role.AUDITOR, Role.ADMIN
CAMPAIGN, IMPORT, ATTEMPT, NUMBER = "c000000000000", "i000000000000", "0" * 32, "+33199000001"

ALLOWED: dict[tuple[str, str], set[Role]] = {
    ("POST", "/v1/campaigns"): {MAKES, RULES},
    ("GET", "/v1/campaigns"): {MAKES, RUNS, READS, RULES},
    ("GET", "/v1/campaigns/{campaign_id}"): {MAKES, RUNS, READS, RULES},
    ("GET", "/v1/campaigns/{campaign_id}/preflight"): {MAKES, RUNS, READS, RULES},
    ("GET", "/v1/campaigns/{campaign_id}/progress"): {MAKES, RUNS, READS, RULES},
    ("GET", "/v1/campaigns/{campaign_id}/probes"): {MAKES, RUNS, READS, RULES},
    ("PUT", "/v1/campaigns/{campaign_id}/prompts/{prompt}"): {MAKES, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/approve"): {RUNS, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/start"): {RUNS, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/pause"): {RUNS, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/resume"): {RUNS, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/stop"): {RUNS, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/poll_dates"): {RUNS, RULES},
    ("POST", "/v1/campaigns/{campaign_id}/contacts"): {MAKES, RULES},
    ("GET", "/v1/imports/{import_id}"): {MAKES, READS, RULES},
    ("POST", "/v1/consents"): {MAKES, RULES},
    ("POST", "/v1/consents/withdraw"): {MAKES, RUNS, RULES},
    ("POST", "/v1/consents/restore"): {RULES},
    ("POST", "/v1/suppressions"): {MAKES, RUNS, RULES},
    ("GET", "/v1/suppressions/check"): {MAKES, RUNS, READS, RULES},
    ("POST", "/v1/suppressions/remove"): {RULES},
    ("POST", "/v1/suppressions/lists"): {RULES},
    ("GET", "/v1/suppressions/lists"): {MAKES, RUNS, READS, RULES},
    ("POST", "/v1/webhooks/sms"): {Role.GATEWAY, RULES},
    ("POST", "/v1/decisions"): {MAKES, READS, RULES},
    ("GET", "/v1/calls"): {MAKES, RUNS, READS, RULES},
    ("GET", "/v1/calls/{attempt_id}"): {MAKES, RUNS, READS, RULES},
    ("GET", "/v1/calls/{attempt_id}/evidence"): {READS, RULES},
    ("GET", "/v1/ledger/head"): {READS, RULES},
    ("GET", "/v1/ledger/entries"): {READS, RULES},
    ("GET", "/v1/subjects/{number}"): {READS, RULES},
    ("DELETE", "/v1/subjects/{number}"): {RULES},
    ("GET", "/v1/retention"): {READS, RULES},
    ("GET", "/v1/system"): {MAKES, RUNS, READS, RULES},
    ("POST", "/v1/system/halt"): {MAKES, RUNS, RULES},
    ("POST", "/v1/system/unhalt"): {RUNS, RULES},
    ("GET", "/v1/events"): {MAKES, RUNS, READS, RULES},
}
ROUTES = sorted(ALLOWED)


def filled(path: str) -> str:
    ids = {
        "campaign_id": CAMPAIGN,
        "import_id": IMPORT,
        "attempt_id": ATTEMPT,
        "prompt": "message",
        "number": NUMBER,
    }
    return path.format(**ids)


def nonsense(method: str) -> dict[str, Any]:
    return {} if method == "GET" else {"data": b"nonsense"}


async def test_the_table_of_this_test_names_every_route_under_v1(api: Api) -> None:
    described = {
        (method.upper(), path)
        for path, item in api.document["paths"].items()
        for method in item
        if path.startswith("/v1")
    }
    assert described == set(ALLOWED)


async def test_what_the_application_answers_under_v1_is_what_its_document_describes(api: Api) -> None:
    site = build_site(api.service.suite, api.service.clock, rate_limit=1)
    served = {
        (route.method, route.resource.canonical)
        for route in site.router.routes()
        if route.resource and route.resource.canonical.startswith("/v1") and route.method != "HEAD"
    }
    assert served == set(ALLOWED)


async def test_every_route_is_refused_without_a_token(api: Api) -> None:
    for method, path in ROUTES:
        reply = await api.call(method, filled(path), None, **nonsense(method))
        assert (reply.status, reply.code) == (401, "UNAUTHENTICATED"), path
        assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_every_route_is_refused_to_each_wrong_role_whatever_the_body(api: Api) -> None:
    for method, path in ROUTES:
        for role in set(Role) - ALLOWED[method, path]:
            reply = await api.call(method, filled(path), role, **nonsense(method))
            assert (reply.status, reply.code) == (403, "FORBIDDEN"), f"{role} {method} {path}"


async def test_every_route_is_open_to_each_right_role(api: Api) -> None:
    for method, path in ROUTES:
        if path == "/v1/events":
            continue  # has no end; its own test reads it
        for role in ALLOWED[method, path]:
            reply = await api.call(method, filled(path), role, **nonsense(method))
            assert reply.status not in {401, 403}, f"{role} {method} {path}"


async def test_every_route_is_refused_to_a_revoked_token(api: Api) -> None:
    assert (await api.get("/v1/system")).status == 200
    await api.service.suite.tokens.revoke(LOCAL_ADMINISTRATOR, "admin")
    for method, path in ROUTES:
        assert (await api.call(method, filled(path), **nonsense(method))).status == 401, path


async def test_every_route_is_refused_to_an_expired_token(api: Api) -> None:
    just_now = api.service.clock.now() - timedelta(seconds=1)
    secret = await api.service.suite.tokens.create(LOCAL_ADMINISTRATOR, "old", Role.ADMIN, just_now)
    for method, path in ROUTES:
        assert (await api.call(method, filled(path), token=secret, **nonsense(method))).status == 401, path


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer dlr_wrong", "Bearer é"])
async def test_what_is_no_bearer_token_is_none(api: Api, header: str) -> None:
    reply = await api.get("/v1/system", None, headers={"Authorization": header})
    assert reply.status == 401


async def test_health_and_documents_need_no_token(api: Api) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json", "/docs"):
        assert (await api.get(path, None)).status == 200, path
