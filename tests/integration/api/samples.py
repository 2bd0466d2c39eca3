"""Bodies to send: well-formed, fictional, and changed where a test says so."""

from typing import Any

from tests.integration.api.client import Api

JSON = {"Content-Type": "application/json"}
NUMBER = "+33199000001"
OTHER_NUMBER = "+33199000002"
CONTACTS = (
    "/v1/campaigns/{id}/contacts?source_class=opt_in_form&supplier=Demo&collected_at=2026-01-01T00:00:00Z"
)
CSV = b"""phone_number,external_id,consent_sponsor,consent_purpose,consent_channel,consent_source,consent_proof,consent_at
+33199000001,a,liste-demo,political,automated_voice,form,p1,2026-01-01T10:00:00+01:00
+33199000002,b,liste-demo,political,automated_voice,form,p2,2026-01-01T10:00:00+01:00
not a number,c,liste-demo,political,automated_voice,form,p3,2026-01-01T10:00:00+01:00
"""


def campaign_body(**changes: object) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": "Demo",
        "caller_id": "+33162000001",
        "starts_at": "2027-02-01T09:00:00+01:00",
        "ends_at": "2027-02-05T20:00:00+01:00",
        "purpose": "political",
        "sponsor": {
            "id": "liste-demo",
            "name": "Liste Demo",
            "postal_address": "1 place de la Mairie, 75004 Paris",
            "email": "contact@liste-demo.example",
            "callback_number": "+33162000001",
        },
        "prompts": {"message": "Bonjour, ceci est un message."},
    }
    return body | changes


def objection_body(**changes: object) -> dict[str, Any]:
    return {"phone_number": NUMBER, "channel": "letter"} | changes


async def new_campaign(api: Api, **changes: object) -> str:
    reply = await api.post("/v1/campaigns", campaign_body(**changes))
    assert reply.status == 201, reply.body
    return str(reply.body["id"])
