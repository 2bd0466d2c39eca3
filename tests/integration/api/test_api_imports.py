"""Contact lists over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import ClientPayloadError

from dialer.domain.access import Role
from dialer.domain.base.errors import Unavailable
from dialer.ports.records import NewContact
from dialer.services.consent.contact_import import ContactIntake
from tests.integration.api.bodies import CONTACTS, CSV, new_campaign
from tests.integration.api.client import Api


async def test_a_list_is_imported_and_its_report_is_the_answer(api: Api) -> None:
    campaign_id = await new_campaign(api)
    reply = await api.call("POST", CONTACTS.format(id=campaign_id), Role.CAMPAIGNER, data=CSV)
    report = reply.body
    assert (reply.status, report["rows"], report["imported"], report["rejected_count"]) == (200, 3, 2, 1)
    assert report["rejected"][0]["line"] == 4
    assert reply.headers["Location"] == f"/v1/imports/{report['import_id']}"


async def test_the_report_can_be_read_again_with_where_the_list_came_from(api: Api) -> None:
    campaign_id = await new_campaign(api)
    reply = await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    kept = (await api.get(reply.headers["Location"], Role.AUDITOR)).body
    assert (kept["done"], kept["report"], kept["progress"]) == (True, reply.body, None)
    assert (kept["manifest"]["supplier"], kept["manifest"]["imported_by"]) == ("Demo", "admin")


async def test_an_upload_leaves_no_file_behind(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=b"\0")
    assert list(api.uploads.iterdir()) == []


async def test_a_list_is_taken_in_as_it_streams(api: Api) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for line in CSV.splitlines(keepends=True):
            yield line
            await asyncio.sleep(0)

    campaign_id = await new_campaign(api)
    reply = await api.call("POST", CONTACTS.format(id=campaign_id), data=slowly())
    assert reply.body["imported"] == 2


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"phone_number\n\0", b"name\nx", b"phone_number,surprise\n1,2"]
)
async def test_a_file_that_is_refused_whole_stores_nothing(api: Api, raw: bytes) -> None:
    campaign_id = await new_campaign(api)
    assert (await api.call("POST", CONTACTS.format(id=campaign_id), data=raw)).status == 422
    assert (await api.get(f"/v1/campaigns/{campaign_id}/progress")).body["contacts"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "",
        "source_class=scraped&supplier=D&collected_at=2026-01-01T00:00:00Z",
        "source_class=opt_in_form&supplier=D&collected_at=2026-01-01T00:00:00",
        "source_class=opt_in_form&supplier=D&collected_at=2126-01-01T00:00:00Z",
        "source_class=opt_in_form&supplier=&collected_at=2026-01-01T00:00:00Z",
    ],
)
async def test_a_list_of_doubtful_origin_is_refused(api: Api, query: str) -> None:
    campaign_id = await new_campaign(api)
    reply = await api.call("POST", f"/v1/campaigns/{campaign_id}/contacts?{query}", data=CSV)
    assert reply.status == 422


async def test_a_list_for_an_unknown_campaign_is_not_found(api: Api) -> None:
    assert (await api.call("POST", CONTACTS.format(id="c000000000000"), data=CSV)).status == 404


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k1"}])
async def test_while_a_list_is_taken_in_its_location_is_known_and_shows_how_far_it_is(
    api: Api, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    path, go_on = CONTACTS.format(id=await new_campaign(api)), asyncio.Event()
    keep = ContactIntake.keep

    async def wait_and_keep(intake: ContactIntake, items: Sequence[NewContact]) -> int:
        await go_on.wait()
        return await keep(intake, items)

    monkeypatch.setattr(ContactIntake, "keep", wait_and_keep)
    headers = headers | {"Authorization": f"Bearer {api.admin}"}
    async with api.client.post(path, data=CSV, headers=headers) as answer:
        meanwhile = (await api.get(answer.headers["Location"])).body
        assert (answer.status, meanwhile["done"], meanwhile["report"]) == (200, False, None)
        assert meanwhile["progress"] == {
            "phase": "import",
            "rows": 3,
            "bytes_done": len(CSV),
            "bytes_total": len(CSV),
        }
        assert meanwhile["manifest"]["imported_by"] == "admin"
        go_on.set()
        report = await answer.json()
    after = (await api.get(answer.headers["Location"])).body
    assert (after["done"], after["report"], report["imported"]) == (True, report, 2)


async def test_an_import_that_fails_halfway_breaks_its_answer_off_and_says_how_far_it_came(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = CONTACTS.format(id=await new_campaign(api))

    async def fail(*_: Any) -> int:
        raise Unavailable("the database is away")

    monkeypatch.setattr(ContactIntake, "keep", fail)
    headers = {"Authorization": f"Bearer {api.admin}"}
    async with api.client.post(path, data=CSV, headers=headers) as answer:
        with pytest.raises(ClientPayloadError):
            await answer.read()
    kept = (await api.get(answer.headers["Location"])).body
    assert (kept["done"], kept["report"]["imported"]) == (True, 0)
    assert [note["code"] for note in kept["report"]["warnings"]] == ["INTERRUPTED"]


async def test_all_that_is_doubtful_about_the_origin_of_a_list_is_named_at_once(api: Api) -> None:
    path = CONTACTS.format(id=await new_campaign(api)).partition("?")[0]
    query = "source_class=scraped&supplier=%20&collected_at=2126-01-01T00:00:00Z"
    reply = await api.call("POST", f"{path}?{query}", data=CSV)
    assert {problem["where"] for problem in reply.body["problems"]} == {
        "source_class",
        "supplier",
        "collected_at",
    }
