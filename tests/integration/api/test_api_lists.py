"""Lists that others keep, over HTTP."""

import pytest

from dialer.domain.access import Role
from tests.integration.api.bodies import CONTACTS, CSV, NUMBER, OTHER_NUMBER, new_campaign
from tests.integration.api.client import Api

LISTS = "/v1/suppressions/lists"
VALID = {"valid_from": "2027-01-01T00:00:00Z", "valid_to": "2027-03-01T00:00:00Z"}


async def imported(api: Api, *numbers: str, **query: str) -> dict[str, object]:
    raw = "\n".join(("phone_number", *numbers)).encode()
    reply = await api.call("POST", LISTS, params={"name": "national"} | VALID | query, data=raw)
    assert reply.status == 200, reply.body
    assert reply.headers["Location"] == f"/v1/imports/{reply.body['import_id']}"
    return dict(reply.body)


async def codes(api: Api, number: str) -> list[str]:
    campaign_id = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    asked = {"campaign": campaign_id, "phone_number": number, "at": "2027-02-01T10:30:00+01:00"}
    return [reason["code"] for reason in (await api.post("/v1/decisions", asked)).body["reasons"]]


async def test_a_list_is_held_against_decisions_and_shown_with_its_validity(api: Api) -> None:
    report = await imported(api, "01 99 00 00 01", "nonsense")
    assert (report["rows"], report["imported"], report["rejected_count"]) == (2, 1, 1)
    (shown,) = (await api.get(LISTS, Role.AUDITOR)).body["items"]
    assert (shown["name"], shown["kind"], shown["sponsor"], shown["entries"]) == (
        "national",
        "oppositions",
        None,
        1,
    )
    assert (shown["valid_from"], shown["valid_to"]) == (
        "2027-01-01T00:00:00.000+00:00",
        "2027-03-01T00:00:00.000+00:00",
    )
    assert "SUPPRESSED" in await codes(api, NUMBER)
    assert "SUPPRESSED" not in await codes(api, OTHER_NUMBER)


async def test_lines_that_no_machine_may_call_are_forbidden_numbers(api: Api) -> None:
    """T086, T088."""
    await imported(api, NUMBER, name="staff", kind="lines")
    assert "FORBIDDEN_NUMBER" in await codes(api, NUMBER)


async def test_a_list_of_another_sponsor_says_nothing(api: Api) -> None:
    await imported(api, NUMBER, sponsor="somebody-else")
    assert "SUPPRESSED" not in await codes(api, NUMBER)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"valid_to": "2027-03-01"},
        {"valid_to": "2020-01-01T00:00:00Z"},
        {"valid_from": "2027-04-01T00:00:00Z"},
        {"kind": "friends"},
        {"surprise": "1"},
    ],
)
async def test_an_odd_name_kind_or_validity_is_refused_and_nothing_is_stored(
    api: Api, change: dict[str, str]
) -> None:
    query = {"name": "national"} | VALID | change
    reply = await api.call("POST", LISTS, params=query, data=b"phone_number\n0199000001\n")
    assert reply.status == 422
    assert (await api.get(LISTS)).body["items"] == []
