"""Text messages from a gateway: STOP is an opposition."""

from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.domain.oppositions.sms_stop import UNREAD
from tests.integration.api.bodies import NUMBER, campaign_body, new_campaign
from tests.integration.api.client import Api, Reply

RECEIVED = "2026-01-01T10:00:00+01:00"


async def send(api: Api, **changes: object) -> Reply:
    body = {"from": NUMBER, "to": "36111", "text": "STOP", "received_at": RECEIVED} | changes
    return await api.post("/v1/webhooks/sms", body, Role.GATEWAY)


async def oppositions(api: Api, number: str = NUMBER) -> list[dict[str, Any]]:
    found = await api.get("/v1/suppressions/check", params={"phone_number": number})
    return list(found.body["suppressions"])


@pytest.mark.parametrize(
    "text", ["STOP", "stop", "Arrêt svp", "merci de m'appeler mais STOP", "Désabonnement!"]
)
async def test_a_stop_is_in_force_when_it_is_answered(api: Api, text: str) -> None:
    reply = await send(api, text=text)
    assert (reply.status, reply.body["opposition"], reply.body["recorded"]) == (200, True, 1)
    (opposition,) = await oppositions(api)
    assert (opposition["channel"], opposition["sponsor"]) == ("sms", None)
    assert opposition["received_at"].startswith("2026-01-01T09:00:00")


async def test_another_text_changes_nothing(api: Api) -> None:
    reply = await send(api, text="Merci, à jeudi")
    assert (reply.status, reply.body["opposition"], reply.body["recorded"]) == (200, False, 0)
    assert await oppositions(api) == []


async def test_a_stop_to_a_number_of_one_sponsor_is_against_that_sponsor(api: Api) -> None:
    await new_campaign(api)
    await send(api, to="01 62 00 00 01")
    assert [found["sponsor"] for found in await oppositions(api)] == ["liste-demo"]


async def test_a_stop_to_a_number_that_sponsors_share_is_against_everybody(api: Api) -> None:
    await new_campaign(api)
    await new_campaign(api, sponsor=campaign_body()["sponsor"] | {"id": "liste-autre"})
    await send(api, to="+33162000001")
    assert [found["sponsor"] for found in await oppositions(api)] == [None]


@pytest.mark.parametrize("to", ["", "36111", "liste", "\U0001f4de"])
async def test_a_stop_to_a_number_that_is_nobodys_is_against_everybody(api: Api, to: str) -> None:
    await new_campaign(api)
    await send(api, to=to)
    assert [found["sponsor"] for found in await oppositions(api)] == [None]


@pytest.mark.parametrize("received_at", [None, "yesterday", 5, "2026-01-01"])
async def test_no_time_is_too_odd_for_a_stop(api: Api, received_at: Any) -> None:
    assert (await send(api, received_at=received_at)).body["opposition"]
    assert len(await oppositions(api)) == 1


async def test_a_stop_from_a_number_in_another_spelling_is_understood(api: Api) -> None:
    await send(api, **{"from": "0199000001"})
    assert len(await oppositions(api)) == 1


async def test_of_the_text_the_word_alone_is_kept(api: Api) -> None:
    await send(api, text="STOP, my daughter is on +33199000002")
    assert [found["note"] for found in await oppositions(api)] == ["stop"]


async def test_a_stop_from_nobody_is_refused(api: Api) -> None:
    reply = await send(api, **{"from": "LISTE"})
    assert (reply.status, reply.code) == (422, "INVALID")


async def test_a_text_that_is_too_long_to_be_read_is_kept_as_an_opposition(api: Api) -> None:
    reply = await send(api, text="a" * 39_015)
    assert (reply.status, reply.body["opposition"], reply.body["word"]) == (200, True, UNREAD)
    assert len(await oppositions(api)) == 1
