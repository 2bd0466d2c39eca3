"""A person's records over HTTP, and their erasing."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dialer.adapters.clock import SystemClock, pretending
from dialer.adapters.home.keys import AesVault, subjects_key
from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.access import Role
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.services.decision.decider import Decider, DecisionArchive
from tests.contract.altering import alter
from tests.contract.inspection.test_subjects import end_calls
from tests.contract.judged import DAY, TRUNK, claim_all
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.api.bodies import CONTACTS, NUMBER, OTHER_NUMBER, new_campaign, objection_body
from tests.integration.api.client import Api, running_api
from tests.samples.campaigns import MONDAY
from tests.samples.lists import CONSENT, HEADER

PACKS = load_packs()


def path(spelling: str) -> str:
    return f"/v1/subjects/{quote(spelling, safe='')}"


LIST = f"""{HEADER}
{NUMBER},a,{CONSENT}
{OTHER_NUMBER},b,,,,,,,,,,,
""".encode()


@pytest.fixture
async def store(api: Api) -> Any:
    """A store in which the first number is being called. The other was refused.

    That one is opposed and has no consent.
    """
    campaign = CampaignId(await new_campaign(api))
    await api.call("POST", CONTACTS.format(id=campaign), data=LIST)
    await api.post("/v1/suppressions", objection_body(phone_number=OTHER_NUMBER))
    store = ActStore.over(api.service.store)
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await store.campaigns.move(campaign, verb, by="omar", at=MONDAY)
    vault = AesVault(subjects_key(api.service.settings.home))
    judge = Decider(PACKS, {"default": TRUNK}, pretending(MONDAY), DecisionArchive(vault, PACKS), WRITABLE)
    await claim_all(store, judge, campaign_id=campaign)
    return store


@pytest.mark.parametrize(
    "spelling", ["+33199000002", "01 99 00 00 02", "0033199000002", "199000002", "tel: 0199000002"]
)
async def test_a_person_is_found_in_any_spelling_with_what_was_refused_and_why(
    api: Api, store: Any, spelling: str
) -> None:
    reply = await api.get(path(spelling), Role.AUDITOR)
    assert reply.status == 200, reply.body
    assert reply.body["phone_number"] == OTHER_NUMBER
    (decision,) = reply.body["decisions"]
    assert decision["decision"] == "refuse"
    assert {reason["code"] for reason in decision["reasons"]} == {"NO_CONSENT", "SUPPRESSED"}
    assert all(reason["detail"] for reason in decision["reasons"])
    assert decision["facts"]["number"] == OTHER_NUMBER
    assert [manifest["supplier"] for manifest in reply.body["imports"]] == ["Demo"]


async def test_a_call_is_told_with_its_consent_and_its_permit(api: Api, store: Any) -> None:
    body = (await api.get(path(NUMBER))).body
    assert [call["phone_number"] for call in body["calls"]] == [NUMBER]
    assert [(event["kind"], event["proof"]) for event in body["consents"]] == [("given", "page 1")]
    assert [decision["attempt_id"] for decision in body["decisions"]] == [body["calls"][0]["attempt_id"]]


async def test_codes_of_another_version_are_shown_as_they_are_stored(api: Api, store: Any) -> None:
    url = api.service.settings.database_url
    alter(
        url,
        "UPDATE contacts SET state = 'closed', next_due_at = NULL, closed_reason = 'ONCE', last_refusal = 'ONCE REVIEW'",
    )
    alter(
        url,
        """UPDATE attempts SET state = 'lapsed', lapse_reason = 'ONCE', trace = '[[0, "end", "once-more"]]'""",
    )
    body = (await api.get(path(NUMBER))).body
    assert [listed["closed_reason"] for listed in body["contacts"]] == ["ONCE"]
    assert [(call["lapse_reason"], call["end_reason"]) for call in body["calls"]] == [("ONCE", "once_more")]
    (campaign,) = (await api.get("/v1/campaigns")).body["items"]
    progress = await api.get(f"/v1/campaigns/{campaign['id']}/progress")
    assert (progress.status, progress.body["refused"]) == (200, {"ONCE": 2, "REVIEW": 2})
    assert (await api.get("/v1/calls")).body["items"] == body["calls"]


async def test_reading_and_erasing_are_in_the_ledger_with_who_did_it(api: Api, store: Any) -> None:
    await api.get(path(OTHER_NUMBER), Role.AUDITOR)
    await api.call("DELETE", path(OTHER_NUMBER))
    await api.service.engine.sealer.tick()
    entries = await store.ledger.entries()
    told = {e.kind: json.loads(e.text)["body"]["by"] for e in entries if e.kind.startswith("subject.")}
    assert told == {"subject.export": "auditor", "subject.erase": "admin"}


async def test_whoever_is_being_called_is_erased_when_the_call_is_over(api: Api, store: Any) -> None:
    assert (await api.call("DELETE", path(NUMBER))).status == 409
    await end_calls(store)
    reply = await api.call("DELETE", path(NUMBER))
    assert (reply.status, reply.body["contacts_erased"], reply.body["keys_destroyed"]) == (200, 1, 1)
    body = (await api.get(path(NUMBER))).body
    assert [listed["phone_number"] for listed in body["contacts"]] == [None]
    assert [event["kind"] for event in body["consents"]] == ["withdrawn"]
    assert [(decision["facts"], bool(decision["unreadable"])) for decision in body["decisions"]] == [
        (None, True)
    ]
    assert [call["phone_number"] for call in body["calls"]] == [""]


async def test_erasing_lifts_no_opposition(api: Api, store: Any) -> None:
    reply = await api.call("DELETE", path(OTHER_NUMBER))
    assert reply.body["oppositions_kept"] == 1
    assert (await api.get("/v1/suppressions/check", params={"phone_number": OTHER_NUMBER})).body["suppressed"]


async def test_a_number_that_could_be_several_people_is_shown_to_nobody(api: Api) -> None:
    await api.post("/v1/suppressions", objection_body(phone_number="2025550100"))
    assert (await api.get(path("2025550100"))).status == 422
    assert (await api.get(path("+12025550100"))).body["oppositions"]


@pytest.mark.parametrize("spelling", ["+33199000009", "99000009"])
async def test_a_number_nothing_is_kept_of_is_not_found(api: Api, spelling: str) -> None:
    assert (await api.get(path(spelling))).status == 404


async def test_what_is_no_number_is_refused(api: Api) -> None:
    assert (await api.get(path("nobody"))).status == 422
    assert (await api.call("DELETE", path("199000002"))).status == 422


async def test_the_next_run_of_the_retention_job_is_visible(tmp_path: Path) -> None:
    async with running_api(tmp_path, clock=SystemClock()) as api:
        await api.call("POST", CONTACTS.format(id=await new_campaign(api)), data=LIST)
        body = (await api.get("/v1/retention", Role.AUDITOR)).body
    assert (body["last_run"], body["overdue"], body["campaigns_blocked"]) == (None, 0, False)
    assert body["next_run_at"]
    (kept,) = body["lists"]
    assert (
        datetime.fromisoformat(kept["erased_before"]) - datetime.fromisoformat(kept["imported_at"])
        == 60 * DAY
    )
