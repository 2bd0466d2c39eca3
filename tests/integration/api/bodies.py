"""Bodies to send: well-formed, fictional, and changed where a test says so."""

import json
from datetime import datetime
from typing import Any

from tests.integration.api.client import Api
from tests.samples.campaigns import campaign_keys

JSON = {"Content-Type": "application/json"}
NUMBER = "+33199000001"
OTHER_NUMBER = "+33199000002"
CONTACTS = (
    "/v1/campaigns/{id}/contacts?source_class=opt_in_form&supplier=Demo&collected_at=2026-01-01T00:00:00Z"
)
CONSENT = {
    "phone_number": NUMBER,
    "consent_sponsor": "liste-demo",
    "consent_purpose": "political",
    "consent_channel": "automated_voice",
    "consent_at": "2026-01-01T10:00:00+01:00",
    "windows": "mon-fri 10:00-13:00",
}
CSV_HEAD = b"phone_number,external_id,consent_sponsor,consent_purpose,consent_channel,consent_source,consent_proof,consent_at\n"
CSV = (
    CSV_HEAD
    + b"""\
+33199000001,a,liste-demo,political,automated_voice,form,p1,2026-01-01T10:00:00+01:00
+33199000002,b,liste-demo,political,automated_voice,form,p2,2026-01-01T10:00:00+01:00
not a number,c,liste-demo,political,automated_voice,form,p3,2026-01-01T10:00:00+01:00
"""
)


def campaign_body(**changes: object) -> dict[str, Any]:
    keys: dict[str, Any] = json.loads(json.dumps(campaign_keys(), default=datetime.isoformat))
    return keys | changes


def objection_body(**changes: object) -> dict[str, Any]:
    return {"phone_number": NUMBER, "channel": "letter"} | changes


async def new_campaign(api: Api, **changes: object) -> str:
    reply = await api.post("/v1/campaigns", campaign_body(**changes))
    assert reply.status == 201, reply.body
    return str(reply.body["id"])
