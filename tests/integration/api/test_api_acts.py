"""Every act over HTTP is in the ledger, with its actor.

The routes that change anything are taken from the application.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from dialer.domain.access import Role
from tests.harness.acts import ActStore
from tests.integration.api.bodies import CONSENT, CONTACTS, CSV, JSON, NUMBER, OTHER_NUMBER, campaign_body
from tests.integration.api.client import Api
from tests.integration.api.test_api_ledger import seal
from tests.integration.campaigns.test_prompts import tone

MAKES, RUNS, RULES = Role.CAMPAIGNER, Role.OPERATOR, Role.ADMIN
ONE = "/v1/campaigns/{campaign_id}"
CHANGES_NOTHING = {("POST", "/v1/decisions")}
ELECTION = {"id": "mun-2027", "poll_dates": {"default": "2027-04-18"}, "freeze_mode": "earliest_territory"}
LIST = "name=national&valid_from=2026-01-01T00:00:00Z&valid_to=2126-01-01T00:00:00Z"


@dataclass(slots=True)
class Acts:
    """Acts so far, by method and path as the document has them."""

    api: Api
    campaign_id: str = ""
    done: set[tuple[str, str]] = field(default_factory=set)
    seen: int = 0

    async def act(self, role: Role, method: str, path: str, kind: str, **more: Any) -> Any:
        """Send one request and check that the ledger says `kind`, by the name of the token.

        `path` may go on with a query.
        """
        template = path.partition("?")[0]
        asked = path.replace("{campaign_id}", self.campaign_id).replace("{prompt}", "message")
        if "json" in more:
            more["data"] = json.dumps(more.pop("json")).encode()
            more["headers"] = JSON
        reply = await self.api.call(method, asked.replace("{number}", NUMBER), role, **more)
        assert reply.status < 300, (path, reply.body)
        self.done.add((method, template))
        assert (kind, role.value) in await self.told(), path
        return reply.body

    async def told(self) -> list[tuple[str, str]]:
        """Return the new entries of the ledger: kind and actor."""
        await seal(self.api)
        entries = await ActStore.over(self.api.service.store).ledger.entries(first=self.seen)
        self.seen += len(entries)
        said = [json.loads(entry.text) for entry in entries]
        return [(entry["kind"], entry["body"]["by"]) for entry in said if "by" in entry["body"]]


async def make_and_run_a_campaign(acts: Acts) -> None:
    body = campaign_body(election=ELECTION)
    made = await acts.act(MAKES, "POST", "/v1/campaigns", "campaign.create", json=body)
    acts.campaign_id = made["id"]
    audio = tone(acts.api.uploads / "message.wav")
    await acts.act(MAKES, "PUT", f"{ONE}/prompts/{{prompt}}", "campaign.recording", data=audio)
    provenance = CONTACTS.partition("?")[2]
    await acts.act(MAKES, "POST", f"{ONE}/contacts?{provenance}", "import.end", data=CSV)
    await acts.act(RUNS, "POST", f"{ONE}/approve", "campaign.approve")
    decree = {"poll_dates": {"default": "2027-04-25"}, "reason": "decree 2027-1"}
    await acts.act(RUNS, "POST", f"{ONE}/poll_dates", "campaign.poll_dates", json=decree)
    for verb in ("start", "pause", "resume", "stop"):
        await acts.act(RUNS, "POST", f"{ONE}/{verb}", f"campaign.{verb}")


async def write_down_what_people_said(acts: Acts) -> None:
    await acts.act(MAKES, "POST", "/v1/consents", "consent.give", json=CONSENT)
    taken = {"phone_number": OTHER_NUMBER, "channel": "email"}
    await acts.act(RUNS, "POST", "/v1/consents/withdraw", "consent.withdraw", json=taken)
    fault = {"trunk": "default", "since": "2026-11-02T08:00:00+01:00", "reason": "404 for everybody"}
    await acts.act(RULES, "POST", "/v1/consents/restore", "consent.restore", json=fault)
    objects = {"phone_number": NUMBER, "channel": "letter"}
    await acts.act(RUNS, "POST", "/v1/suppressions", "suppression.add", json=objects)
    lifted = {"phone_number": NUMBER, "reason": "asked in writing"}
    await acts.act(RULES, "POST", "/v1/suppressions/remove", "suppression.remove", json=lifted)
    numbers = b"phone_number\n" + OTHER_NUMBER.encode()
    await acts.act(RULES, "POST", f"/v1/suppressions/lists?{LIST}", "import.end", data=numbers)
    stop = {"from": NUMBER, "to": "36111", "text": "STOP"}
    await acts.act(Role.GATEWAY, "POST", "/v1/webhooks/sms", "suppression.add", json=stop)
    await acts.act(RULES, "DELETE", "/v1/subjects/{number}", "subject.erase")


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
async def test_every_act_over_http_is_in_the_ledger_with_who_did_it(api: Api) -> None:
    acts = Acts(api)
    await make_and_run_a_campaign(acts)
    await write_down_what_people_said(acts)
    await acts.act(MAKES, "POST", "/v1/system/halt", "system.halt", json={"reason": "rain"})
    await acts.act(RUNS, "POST", "/v1/system/unhalt", "system.unhalt", json={"reason": "sun"})
    changing = {
        (method.upper(), path)
        for path, item in api.document["paths"].items()
        for method in item
        if method != "get"
    }
    assert acts.done == changing - CHANGES_NOTHING


async def test_reading_what_is_kept_about_a_person_is_in_the_ledger_too(api: Api) -> None:
    acts = Acts(api)
    await acts.act(MAKES, "POST", "/v1/consents", "consent.give", json=CONSENT)
    await acts.act(Role.AUDITOR, "GET", "/v1/subjects/{number}", "subject.export")
