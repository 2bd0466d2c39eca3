"""Decisions over HTTP: one, or many in their order."""

from typing import Any

import pytest

from dialer.domain.access import Role
from tests.integration.api.bodies import CONTACTS, CSV, NUMBER, new_campaign
from tests.integration.api.client import Api

AT = "2027-02-02T10:30:00+01:00"


def question(campaign_id: str, **changes: object) -> dict[str, Any]:
    return {"campaign": campaign_id, "phone_number": NUMBER, "at": AT} | changes


def codes(decision: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in decision["reasons"]}


async def test_a_question_is_answered_with_every_reason(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    answer = (await api.post("/v1/decisions", question(campaign_id), Role.AUDITOR)).body
    assert answer["decision"] == "refuse"
    assert codes(answer) == {"CONSENT_NO_WINDOW"}
    live = (await api.post("/v1/decisions", question(campaign_id, live=True))).body
    assert codes(live) == {"CONSENT_NO_WINDOW", "CAMPAIGN_NOT_RUNNING"}


async def test_many_questions_to_several_campaigns_are_answered_in_their_order(api: Api) -> None:
    first, second = await new_campaign(api), await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=second), data=CSV)
    asked = [question(first), question(second), question(first, phone_number="15"), question(second)]
    items = (await api.post("/v1/decisions", {"items": asked})).body["items"]
    assert codes(items[0]) == {"NO_CONSENT"}
    assert codes(items[1]) == codes(items[3]) == {"CONSENT_NO_WINDOW"}
    assert codes(items[2]) & {"INVALID_NUMBER", "FORBIDDEN_NUMBER"}


async def test_ten_thousand_questions_fit_and_one_more_does_not(api: Api) -> None:
    campaign_id = await new_campaign(api)
    many = [question(campaign_id, phone_number="1" * 150)] * 10_000
    assert len((await api.post("/v1/decisions", {"items": many})).body["items"]) == 10_000
    assert (await api.post("/v1/decisions", {"items": [*many, many[0]]})).status == 422


@pytest.mark.parametrize(
    "at", ["2027-02-02T10:30:00", "2027-02-02", "1800000000", 1_800_000_000, "9999-12-31T23:59:59-14:00"]
)
async def test_a_time_that_is_naive_or_no_time_is_refused(api: Api, at: object) -> None:
    reply = await api.post("/v1/decisions", question(await new_campaign(api), at=at))
    assert [problem["where"] for problem in reply.body["problems"]] == ["at"]


async def test_an_unknown_campaign_is_not_found(api: Api) -> None:
    assert (await api.post("/v1/decisions", question("c000000000000"))).status == 404


async def test_bad_questions_among_many_are_named_by_their_place(api: Api) -> None:
    campaign_id = await new_campaign(api)
    reply = await api.post(
        "/v1/decisions", {"items": [question(campaign_id), question(campaign_id, at="x"), {}]}
    )
    where = [problem["where"] for problem in reply.body["problems"]]
    assert where == ["items.1.at", "items.2.campaign", "items.2.phone_number", "items.2.at"]
