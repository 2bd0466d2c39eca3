"""Oppositions, consents and withdrawals over HTTP."""

import re
from typing import Any

import pytest

from dialer.domain.access import Role
from tests.integration.api.bodies import CONSENT, JSON, NUMBER, OTHER_NUMBER, objection_body
from tests.integration.api.client import Api

CHECK = "/v1/suppressions/check"


async def test_an_opposition_is_in_force_when_it_is_answered(api: Api) -> None:
    reply = await api.post("/v1/suppressions", objection_body(note="by post"), Role.OPERATOR)
    assert (reply.status, reply.body["recorded"], reply.body["warnings"]) == (201, 1, [])
    found = (await api.get(CHECK, Role.AUDITOR, params={"phone_number": NUMBER})).body
    assert found["suppressed"]
    assert (found["suppressions"][0]["note"], found["suppressions"][0]["recorded_by"]) == (
        "by post",
        "operator",
    )
    assert not (await api.get(CHECK, params={"phone_number": OTHER_NUMBER})).body["suppressed"]


async def test_a_plus_sign_that_was_not_escaped_in_the_query_is_understood(api: Api) -> None:
    await api.post("/v1/suppressions", objection_body())
    assert (await api.get(f"{CHECK}?phone_number={NUMBER}")).body["suppressed"]


@pytest.mark.parametrize("received_at", ["yesterday", "2027-02-01", 5, [], {"a": 1}, True])
async def test_an_unreadable_time_never_stands_in_the_way_of_an_opposition(
    api: Api, received_at: Any
) -> None:
    reply = await api.post("/v1/suppressions", objection_body(received_at=received_at))
    assert (reply.status, len(reply.body["warnings"])) == (201, 1)


@pytest.mark.parametrize(
    ("change", "where"),
    [({"channel": "telepathy"}, "channel"), ({"phone_number": 33199000001}, "phone_number"), ({"x": 1}, "x")],
)
async def test_a_malformed_opposition_is_refused_and_its_fields_named(
    api: Api, change: dict[str, Any], where: str
) -> None:
    reply = await api.post("/v1/suppressions", objection_body(**change))
    assert [problem["where"] for problem in reply.body["problems"]] == [where]


async def test_a_problem_never_repeats_the_number_it_was_sent(api: Api) -> None:
    reply = await api.post("/v1/suppressions", objection_body(channel=NUMBER))
    assert reply.status == 422
    assert NUMBER not in str(reply.body)


@pytest.mark.parametrize(
    ("method", "path", "raw"),
    [
        ("POST", "/v1/suppressions", b'{"phone_number": "1", "channel": "letter", "+33199000001": 1}'),
        ("POST", "/v1/campaigns", b'{"name": "x", "+33 1 99 00 00 01": 1}'),
        ("POST", "/v1/consents", b'[{"01.99.00.00.01": "x"}]'),
        ("GET", "/v1/calls?0199000001=1&0199000001=2", b""),
    ],
)
async def test_nor_what_somebody_wrote_in_the_place_of_a_key(
    api: Api, method: str, path: str, raw: bytes
) -> None:
    more: dict[str, Any] = {"data": raw, "headers": JSON} if raw else {}
    reply = await api.call(method, path, **more)
    assert reply.status == 422
    told = str(reply.body)
    assert "[number]" in told
    assert not re.search(r"99\D?00\D?00\D?01", told)


async def test_an_administrator_lifts_an_opposition_with_a_reason(api: Api) -> None:
    await api.post("/v1/suppressions", objection_body())
    removal = {"phone_number": NUMBER, "reason": ""}
    assert (await api.post("/v1/suppressions/remove", removal)).status == 422
    removal["reason"] = "asked for it in writing"
    assert (await api.post("/v1/suppressions/remove", removal)).body == {"removed": 1}
    assert (await api.post("/v1/suppressions/remove", removal)).status == 404


async def test_a_number_to_lift_that_is_none_is_refused(api: Api) -> None:
    reply = await api.post("/v1/suppressions/remove", {"phone_number": "12", "reason": "x"})
    assert reply.status == 422


async def test_consents_are_recorded_one_by_one_or_as_a_list(api: Api) -> None:
    assert (await api.post("/v1/consents", CONSENT, Role.CAMPAIGNER)).body == {"recorded": 1}
    assert (await api.post("/v1/consents", [CONSENT, CONSENT | {"phone_number": OTHER_NUMBER}])).body == {
        "recorded": 2
    }


async def test_every_malformed_consent_of_a_list_is_named_and_none_is_stored(api: Api) -> None:
    bad = [CONSENT, CONSENT | {"consent_at": "2026-01-01"}, CONSENT | {"consent_channel": "smoke"}]
    reply = await api.post("/v1/consents", bad)
    assert [problem["where"] for problem in reply.body["problems"]] == ["items.1", "items.2"]


async def test_a_consent_with_an_unknown_key_is_named_by_its_path(api: Api) -> None:
    reply = await api.post("/v1/consents", [CONSENT, CONSENT | {"surprise": "x"}])
    assert [problem["where"] for problem in reply.body["problems"]] == ["1.surprise"]


async def test_a_withdrawal_is_taken_from_an_operator(api: Api) -> None:
    reply = await api.post("/v1/consents/withdraw", objection_body(sponsor="liste-demo"), Role.OPERATOR)
    assert (reply.status, reply.body) == (200, {"warnings": []})


@pytest.mark.parametrize(
    ("path", "body", "bad"),
    [
        ("/v1/suppressions", {"phone_number": "liste", "channel": "letter"}, {"phone_number"}),
        ("/v1/consents/withdraw", {"phone_number": "liste", "channel": "letter"}, {"phone_number"}),
        ("/v1/suppressions/remove", {"phone_number": "liste", "reason": " "}, {"phone_number", "reason"}),
        ("/v1/suppressions/remove", {"phone_number": "1", "reason": "asked"}, {"phone_number"}),
        ("/v1/system/unhalt", {"reason": " "}, {"reason"}),
    ],
)
async def test_what_only_the_service_knows_to_be_wrong_is_named_by_its_field_too(
    api: Api, path: str, body: dict[str, Any], bad: set[str]
) -> None:
    reply = await api.post(path, body)
    assert reply.status == 422
    assert {problem["where"] for problem in reply.body["problems"]} == bad
