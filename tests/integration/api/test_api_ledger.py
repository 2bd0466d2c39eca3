"""The ledger over HTTP, for roles that may read evidence."""

import json

import pytest

from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from dialer.verifier.ed25519 import read_key
from dialer.verifier.verify_ledger import Entries, check_evidence, check_heads
from tests.harness.acts import ActStore
from tests.integration.api.bodies import new_campaign, objection_body
from tests.integration.api.client import Api


@pytest.fixture
async def sealed(api: Api) -> Api:
    """An API with something in the ledger, and one turn of the sealer's loop done."""
    await new_campaign(api)
    await api.post("/v1/suppressions", objection_body())
    await seal(api)
    return api


async def seal(api: Api) -> None:
    await api.service.engine.sealer.tick()


def key(api: Api) -> bytes:
    return read_key((api.service.settings.home / "heads" / "public-key.pem").read_text())


async def test_a_page_after_another_gives_the_whole_ledger(sealed: Api) -> None:
    head = (await sealed.get("/v1/ledger/head", Role.AUDITOR)).body["head"]
    entries: list[dict[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        reply = await sealed.get(f"/v1/ledger/entries?limit=3{cursor and f'&cursor={cursor}'}", Role.AUDITOR)
        entries += reply.body["items"]
        cursor = reply.body["next_cursor"]
    assert len(entries) == head["size"] > 6
    heads = [row.line for row in await ActStore.over(sealed.service.store).ledger.heads()]
    good, findings = check_heads(heads, key(sealed))
    checked = Entries(good)
    for entry in entries:
        checked.feed(entry["text"])
    assert [*findings, *checked.finish()] == []


async def test_growth_since_an_earlier_head_is_proved(sealed: Api) -> None:
    earlier = (await sealed.get("/v1/ledger/head")).body["head"]
    await sealed.service.suite.tokens.revoke(LOCAL_ADMINISTRATOR, "gateway")
    await seal(sealed)
    now = (await sealed.get(f"/v1/ledger/head?since={earlier['size']}")).body
    assert now["head"]["size"] > earlier["size"]
    assert check_evidence(now, key(sealed), [json.dumps(earlier)]) == []
    doctored = json.dumps(earlier | {"root": "0" * 64})
    assert len(check_evidence(now, key(sealed), [doctored])) == 1


@pytest.mark.parametrize("since", ["0", "-1", "100000", "x"])
async def test_a_size_it_never_had_is_refused(sealed: Api, since: str) -> None:
    assert (await sealed.get(f"/v1/ledger/head?since={since}")).status == 422


async def test_an_unknown_call_has_no_evidence(sealed: Api) -> None:
    assert (await sealed.get(f"/v1/calls/{'0' * 32}/evidence")).status == 404
