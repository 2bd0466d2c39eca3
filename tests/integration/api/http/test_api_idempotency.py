"""Requests that are sent twice."""

import asyncio

import pytest

from dialer.domain.access import Role
from tests.integration.api.bodies import campaign_body, new_campaign, objection_body
from tests.integration.api.client import Api

KEY = {"Idempotency-Key": "k1"}


async def test_the_same_request_with_the_same_key_is_carried_out_once(api: Api) -> None:
    first = await api.post("/v1/campaigns", campaign_body(), headers=KEY)
    again = await api.post("/v1/campaigns", campaign_body(), headers=KEY)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Location"] == first.headers["Location"]
    assert len((await api.get("/v1/campaigns")).body["items"]) == 1


async def test_the_same_key_with_another_body_is_a_conflict(api: Api) -> None:
    await api.post("/v1/campaigns", campaign_body(), headers=KEY)
    assert (await api.post("/v1/campaigns", campaign_body(name="Other"), headers=KEY)).status == 409
    assert (await api.post("/v1/suppressions", objection_body(), headers=KEY)).status == 409


async def test_a_key_belongs_to_its_token(api: Api) -> None:
    first = await api.post("/v1/campaigns", campaign_body(), Role.ADMIN, headers=KEY)
    other = await api.post("/v1/campaigns", campaign_body(name="Other"), Role.CAMPAIGNER, headers=KEY)
    assert (other.status, other.body["id"] == first.body["id"]) == (201, False)


async def test_of_many_at_once_one_is_carried_out(api: Api) -> None:
    replies = await asyncio.gather(
        *(api.post("/v1/campaigns", campaign_body(), headers=KEY) for _ in range(8))
    )
    assert {reply.status for reply in replies} <= {201, 409}
    assert len((await api.get("/v1/campaigns")).body["items"]) == 1


async def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    one = f"/v1/campaigns/{await new_campaign(api)}"
    assert (await api.call("POST", f"{one}/start", headers=KEY)).status == 409
    assert (await api.call("POST", f"{one}/stop", headers=KEY)).status == 200


@pytest.mark.parametrize("key", ["a b", "é", "x" * 256, "\t"])
async def test_a_malformed_key_is_refused(api: Api, key: str) -> None:
    reply = await api.post("/v1/suppressions", objection_body(), headers={"Idempotency-Key": key})
    assert reply.status == 422
