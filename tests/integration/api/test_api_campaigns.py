"""Campaigns over HTTP: made, listed, moved; every fault is named."""

from typing import Any

import pytest

from dialer.adapters.sql.campaigns import SqlCampaignRepository
from dialer.domain.access import Role
from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb
from tests.harness.acts import ActStore
from tests.integration.api.bodies import CONTACTS, CSV, JSON, campaign_body, new_campaign
from tests.integration.api.client import Api
from tests.integration.campaigns.test_prompts import tone


async def moved(api: Api, campaign_id: str, *verbs: CampaignVerb) -> None:
    """Move without audio and contacts, which approval and start would ask for."""
    for verb in verbs:
        await ActStore.over(api.service.store).campaigns.move(
            CampaignId(campaign_id), verb, by="somebody", at=api.service.clock.now()
        )


async def test_a_created_campaign_is_a_draft_and_is_found_where_its_location_says(api: Api) -> None:
    reply = await api.post("/v1/campaigns", campaign_body(), Role.CAMPAIGNER)
    assert (reply.status, reply.body["state"], reply.body["created_by"]) == (201, "draft", "campaigner")
    assert (await api.get(reply.headers["Location"])).body == reply.body


async def test_campaigns_are_listed_page_by_page_in_order_of_creation(api: Api) -> None:
    made = [await new_campaign(api) for _ in range(5)]
    seen: list[str] = []
    query = "limit=2"
    while query:
        page = (await api.get(f"/v1/campaigns?{query}")).body
        seen += [item["id"] for item in page["items"][:2]]
        query = f"limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == made


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=%00", "limit=1&limit=2", "a=1"]
)
async def test_a_malformed_query_is_refused_and_named(api: Api, query: str) -> None:
    reply = await api.get(f"/v1/campaigns?{query}")
    assert reply.status == 422
    assert reply.body["problems"][0]["where"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "campaign_id", ["x", "c00", "C000000000000", "c0000000000000", "%2e%2e", "c000000000000%00"]
)
async def test_a_malformed_id_is_not_found(api: Api, campaign_id: str) -> None:
    assert (await api.get(f"/v1/campaigns/{campaign_id}")).status == 404


async def test_an_unknown_id_is_not_found(api: Api) -> None:
    reply = await api.get("/v1/campaigns/c000000000000")
    assert (reply.status, reply.code) == (404, "NOT_FOUND")


async def test_every_bad_field_is_named_by_its_path(api: Api) -> None:
    body: dict[str, Any] = campaign_body(caller_id="0162", surprise=1)
    del body["purpose"], body["sponsor"]["email"]
    reply = await api.post("/v1/campaigns", body)
    assert (reply.status, reply.code) == (422, "INVALID")
    assert {problem["where"] for problem in reply.body["problems"]} == {
        "caller_id",
        "surprise",
        "purpose",
        "sponsor.email",
    }


@pytest.mark.parametrize("change", [{"call": {"ring_timeout_s": "25"}}, {"starts_at": 1_800_000_000}])
async def test_a_value_of_the_wrong_type_is_not_taken_for_the_right_one(
    api: Api, change: dict[str, Any]
) -> None:
    assert (await api.post("/v1/campaigns", campaign_body(**change))).status == 422


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b"1", b"\xff", b'{"name": NaN}', b"[" * 5000, b'{"name": "\\ud800"}']
)
async def test_what_is_no_json_object_is_refused(api: Api, raw: bytes) -> None:
    assert (await api.call("POST", "/v1/campaigns", data=raw, headers=JSON)).status == 422


FAR = "9999-12-31T23:59:59-14:00"


@pytest.mark.parametrize("change", [{"ends_at": FAR}, {"starts_at": "1800000000"}])
async def test_a_date_beyond_reckoning_is_refused(api: Api, change: dict[str, Any]) -> None:
    assert (await api.post("/v1/campaigns", campaign_body(**change))).status == 422


async def test_a_verb_that_does_not_fit_is_a_conflict_that_says_which_do(api: Api) -> None:
    campaign_id = await new_campaign(api)
    reply = await api.post(f"/v1/campaigns/{campaign_id}/resume")
    assert (reply.status, reply.code, reply.body["allowed"]) == (
        409,
        "ILLEGAL_TRANSITION",
        ["approve", "stop"],
    )


async def test_an_approval_that_breaks_has_frozen_no_script(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its two writes are one act: no draft has a script without an approval."""
    campaign_id = await new_campaign(api)
    audio = tone(api.uploads / "message.wav")
    await api.call("PUT", f"/v1/campaigns/{campaign_id}/prompts/message", data=audio)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    approve, stored = f"/v1/campaigns/{campaign_id}/approve", ActStore.over(api.service.store).campaigns

    async def breaks(*_: object) -> None:
        raise Unavailable("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(SqlCampaignRepository, "add_move", breaks)
        assert (await api.post(approve, None, Role.OPERATOR)).status == 503
    draft = await stored.get(CampaignId(campaign_id))
    assert (draft.state, draft.script) == (CampaignState.DRAFT, None)
    assert (await api.post(approve, None, Role.OPERATOR)).body["state"] == "approved"
    assert (await stored.get(CampaignId(campaign_id))).script is not None


async def test_a_campaign_without_contacts_cannot_start(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await moved(api, campaign_id, CampaignVerb.APPROVE)
    reply = await api.post(f"/v1/campaigns/{campaign_id}/start")
    assert (reply.status, reply.code) == (409, "CONFLICT")


async def test_pause_resume_and_stop_change_the_state_and_keep_the_reason(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await moved(api, campaign_id, CampaignVerb.APPROVE, CampaignVerb.START)
    one = f"/v1/campaigns/{campaign_id}"
    paused = await api.post(f"{one}/pause", {"reason": "lunch"}, Role.OPERATOR)
    assert (paused.body["state"], paused.body["reason"]) == ("paused", "lunch")
    assert (await api.get(f"{one}/progress")).body["waiting"] == "paused: lunch"
    assert (await api.call("POST", f"{one}/resume", Role.OPERATOR)).body["state"] == "running"
    assert (await api.call("POST", f"{one}/stop", Role.OPERATOR)).body["state"] == "stopped"
    assert (await api.post(f"{one}/resume")).body["allowed"] == []


async def test_a_misspelt_key_in_a_verb_is_refused(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await moved(api, campaign_id, CampaignVerb.APPROVE, CampaignVerb.START)
    reply = await api.post(f"/v1/campaigns/{campaign_id}/pause", {"raeson": "lunch"})
    assert reply.body["problems"][0]["where"] == "raeson"


async def test_progress_counts_contacts_and_says_why_nothing_is_dialled(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    progress = (await api.get(f"/v1/campaigns/{campaign_id}/progress", Role.OPERATOR)).body
    assert (progress["contacts"], progress["due"], progress["waiting"]) == (2, 2, "draft")


async def test_a_recording_replaces_a_prompt_until_approval(api: Api) -> None:
    campaign_id = await new_campaign(api)
    prompt = f"/v1/campaigns/{campaign_id}/prompts/message"
    audio = tone(api.uploads / "message.wav")
    assert (await api.call("PUT", prompt, data=audio)).body == {"prompt": "message", "bytes": len(audio)}
    assert (await api.call("PUT", f"/v1/campaigns/{campaign_id}/prompts/other", data=b"RIFF")).status == 422
    await moved(api, campaign_id, CampaignVerb.APPROVE)
    assert (await api.call("PUT", prompt, data=b"RIFF")).status == 409


async def test_a_preflight_tells_what_would_become_of_the_list(api: Api) -> None:
    campaign_id = await new_campaign(api)
    await api.call("POST", CONTACTS.format(id=campaign_id), data=CSV)
    view = (await api.get(f"/v1/campaigns/{campaign_id}/preflight", Role.CAMPAIGNER)).body
    assert (view["contacts"], view["called"], view["never"]) == (2, 0, 2)
    assert view["reasons"] == {"CONSENT_NO_WINDOW": 2}
    assert (await api.get("/v1/campaigns/c000000000000/preflight")).status == 404


async def test_an_operator_moves_the_poll_dates_of_a_campaign_with_an_election(api: Api) -> None:
    """T040."""
    election = {"id": "mun-2027", "poll_dates": {"default": "2027-04-18"}}
    voting = await new_campaign(api, election=election)
    body = {"poll_dates": {"GP": "2027-04-17"}, "reason": "décret 2027-12"}
    changed = await api.post(f"/v1/campaigns/{voting}/poll_dates", body, Role.OPERATOR)
    assert changed.status == 200
    assert changed.body["election"]["poll_dates"] == {"default": "2027-04-18", "GP": "2027-04-17"}
    wrong: list[dict[str, Any]] = [{"poll_dates": {}}, {"reason": ""}, {"poll_dates": {"GP": "17/04/2027"}}]
    for bad in wrong:
        assert (await api.post(f"/v1/campaigns/{voting}/poll_dates", body | bad)).status == 422
    without = await new_campaign(api)
    assert (await api.post(f"/v1/campaigns/{without}/poll_dates", body)).status == 409
