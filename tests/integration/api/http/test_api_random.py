"""No odd body, query or id makes the service fail, or answer outside its document."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.api.bodies import (
    CONSENT,
    CONTACTS,
    CSV,
    JSON,
    campaign_body,
    new_campaign,
    objection_body,
)
from tests.integration.api.client import Api

QUESTION = {"campaign": "", "phone_number": "+33199000001", "at": "2027-02-02T10:30:00+01:00"}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/campaigns": campaign_body(),
    "/v1/consents": CONSENT,
    "/v1/consents/withdraw": objection_body(),
    "/v1/suppressions": objection_body(),
    "/v1/suppressions/remove": {"phone_number": "+33199000001", "reason": "asked"},
    "/v1/decisions": QUESTION,
    "/v1/system/unhalt": {"reason": "settled"},
    "/v1/system/halt": {"reason": "test"},
}
EDGES = st.sampled_from(
    [
        "",
        " ",
        "\0",
        "+",
        "0",
        "9" * 400,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "+33199000001",
        1e308,
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str) | EDGES
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PATIENT = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def changed(draw: st.DrawFn, body: dict[str, Any]) -> dict[str, Any]:
    """Replace some values of the body, perhaps deep inside."""
    result = dict(body)
    for key in draw(st.lists(st.sampled_from(sorted(body)), min_size=1, max_size=2, unique=True)):
        inner = body[key]
        result[key] = draw(changed(inner) if isinstance(inner, dict) and draw(st.booleans()) else VALUES)
    return result


POSTED = st.sampled_from(sorted(BODIES)).flatmap(
    lambda path: st.tuples(
        st.just(path), changed(BODIES[path]) | VALUES | st.builds(lambda v: {"items": [v]}, VALUES)
    )
)


def encoded(value: Any) -> bytes:
    """Encode with lone surrogates and NaN: a client may send what JSON does not allow."""
    return json.dumps(value).encode()


@PATIENT
@given(posted=POSTED)
async def test_odd_json_is_answered_as_described(api: Api, posted: tuple[str, Any]) -> None:
    path, value = posted
    assert (await api.call("POST", path, data=encoded(value), headers=JSON)).status < 500


@PATIENT
@given(value=changed(QUESTION))
async def test_odd_questions_about_a_campaign_are_answered_as_described(
    api: Api, value: dict[str, Any]
) -> None:
    asked = value | {"campaign": await any_campaign(api)}
    assert (await api.post("/v1/decisions", asked)).status in {200, 422}


@PATIENT
@given(path=st.sampled_from(sorted(BODIES)), raw=st.binary(max_size=200))
async def test_odd_bytes_are_answered_as_described(api: Api, path: str, raw: bytes) -> None:
    assert (await api.call("POST", path, data=raw, headers=JSON)).status < 500


@PATIENT
@given(
    path=st.sampled_from(["/v1/campaigns", "/v1/calls", "/v1/suppressions/check", "/v1/system"]),
    query=st.dictionaries(
        st.sampled_from(["limit", "cursor", "campaign", "phone_number", "x"]), st.text(), max_size=3
    ),
)
async def test_odd_queries_are_answered_as_described(api: Api, path: str, query: dict[str, str]) -> None:
    assert (await api.get(path, params=query)).status < 500


@PATIENT
@given(path=st.sampled_from(["campaigns", "calls", "imports"]), name=st.text(min_size=1))
async def test_odd_ids_are_not_found(api: Api, path: str, name: str) -> None:
    odd = quote(name.encode("utf-8", "surrogatepass"), safe="")
    reply = await api.call("GET", f"/v1/{path}/{odd}")
    assert reply.status == (200 if name in {".", ".."} else 404)


@settings(PATIENT, max_examples=60)
@given(cut=st.integers(0, len(CSV)), junk=st.binary(max_size=20))
async def test_odd_lists_are_answered_as_described(api: Api, cut: int, junk: bytes) -> None:
    path = CONTACTS.format(id=await any_campaign(api))
    assert (await api.call("POST", path, data=CSV[:cut] + junk + CSV[cut:])).status < 500


async def any_campaign(api: Api) -> str:
    """Return one campaign for all examples of a test."""
    campaigns = (await api.get("/v1/campaigns?limit=1")).body["items"]
    return str(campaigns[0]["id"]) if campaigns else await new_campaign(api)
