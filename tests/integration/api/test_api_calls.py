"""Call records over HTTP: paged, and masked for roles that may not see whole numbers."""

import pytest

from dialer.domain.access import Role
from tests.harness.acts import ActStore
from tests.integration.api.client import Api
from tests.samples.calls import claimed
from tests.samples.campaigns import CAMPAIGN
from tests.samples.people import listed, number


@pytest.fixture
async def called(api: Api) -> list[str]:
    """Five permitted calls of one campaign, in order of decision."""
    await listed(ActStore.over(api.service.store), *range(1, 6))
    attempts = await claimed(ActStore.over(api.service.store))
    return [attempt.id for attempt in sorted(attempts, key=lambda attempt: attempt.decided_at)]


async def test_calls_are_listed_page_by_page_in_order_of_decision(api: Api, called: list[str]) -> None:
    seen: list[str] = []
    query = "limit=2"
    while query:
        page = (await api.get(f"/v1/calls?{query}")).body
        seen += [item["attempt_id"] for item in page["items"][:2]]
        query = f"limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == called


async def test_calls_can_be_asked_for_by_campaign(api: Api, called: list[str]) -> None:
    own = (await api.get(f"/v1/calls?campaign={CAMPAIGN}")).body["items"]
    assert [item["attempt_id"] for item in own] == called
    assert (await api.get("/v1/calls?campaign=c000000000009")).status == 404


@pytest.mark.parametrize("role", [Role.CAMPAIGNER, Role.OPERATOR])
async def test_numbers_are_masked_for_who_runs_campaigns(api: Api, called: list[str], role: Role) -> None:
    one = await api.get(f"/v1/calls/{called[0]}", role)
    several = await api.get("/v1/calls", role)
    for text in (str(one.body), str(several.body)):
        assert number(1) not in text
    assert one.body["phone_number"] == "+33*******01"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
async def test_numbers_are_whole_for_who_checks(api: Api, called: list[str], role: Role) -> None:
    assert (await api.get(f"/v1/calls/{called[0]}", role)).body["phone_number"] == number(1)


async def test_an_unknown_call_is_not_found(api: Api) -> None:
    assert (await api.get("/v1/calls/" + "0" * 32)).status == 404
