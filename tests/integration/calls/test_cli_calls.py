"""Call records at the command line, and their export for spreadsheets."""

import asyncio
import csv
import io
from pathlib import Path

import pytest

from dialer.cli import calls
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.views.calls import CALL_COLUMNS
from tests.harness.acts import ActStore
from tests.integration.command import Command, import_list
from tests.samples.calls import permit
from tests.samples.campaigns import NOW
from tests.samples.lists import CONSENT

FORMULA = '=HYPERLINK(""http://evil.example"")'


@pytest.fixture
def called(dialer: Command, campaign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A campaign with three calls, read two at a time."""
    rows = [f'+3319900000{index},"{name}",{CONSENT}' for index, name in enumerate(("a0", FORMULA, "a2"))]
    import_list(dialer, campaign, tmp_path, *rows)
    asyncio.run(call_everybody(f"sqlite:///{dialer.home}/dialer.db", CampaignId(campaign)))
    monkeypatch.setattr(calls, "PAGE", 2)
    return campaign


async def call_everybody(url: str, campaign: CampaignId) -> None:
    async with ActStore.open(url) as store:
        for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
            await store.campaigns.move(campaign, verb, by="omar", at=NOW)
        claimed = await store.attempts.claim(campaign, now=NOW, limit=10, permits=10, judge=permit)
        assert len(claimed) == 3


def test_an_export_is_harmless_to_a_spreadsheet_and_leaves_numbers_alone(
    dialer: Command, called: str
) -> None:
    ran = dialer("calls", "export", "--campaign", called)
    assert ran.status == 0
    rows = list(csv.DictReader(io.StringIO(ran.out, newline="")))
    assert sorted(row["phone_number"] for row in rows) == ["+33199000000", "+33199000001", "+33199000002"]
    assert sorted(row["contact"] for row in rows) == ['\'=HYPERLINK("http://evil.example")', "a0", "a2"]
    assert rows[0]["keys"] == "[]"


def test_an_export_as_json_is_one_document_in_the_shape_of_every_list(dialer: Command, called: str) -> None:
    document = dialer.must("calls", "export", "--campaign", called, "--format", "json")
    assert document == dialer.must("calls", "list")
    assert [tuple(record) for record in document["items"]] == [CALL_COLUMNS] * 3


def test_an_export_without_calls_has_its_header(dialer: Command, campaign: str) -> None:
    assert dialer("calls", "export", "--campaign", campaign).out == ",".join(CALL_COLUMNS) + "\r\n"
    assert dialer.must("calls", "export") == {"items": [], "next_cursor": None}


def test_a_list_goes_on_where_the_last_one_ended(dialer: Command, called: str) -> None:
    first = dialer.must("calls", "list", "--limit", "2")
    rest = dialer.must("calls", "list", "--limit", "2", "--cursor", first["next_cursor"])
    assert len(first["items"]) == 2
    assert first["items"] + rest["items"] == dialer.must("calls", "list")["items"]
    assert rest["next_cursor"] is None


def test_calls_are_found_by_any_spelling_of_their_number(dialer: Command, called: str) -> None:
    (found,) = dialer.must("calls", "list", "--number", "01 99 00 00 02")["items"]
    assert found["contact"] == "a2"
    assert dialer.must("calls", "show", found["attempt_id"]) == found


def test_an_operator_sees_masked_numbers_and_a_harmless_export(
    dialer: Command, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = dialer.must("token", "create", "--role", "operator", "--name", "omar")["token"]
    monkeypatch.setenv("DIALER_TOKEN", secret)
    (found, *_) = dialer.must("calls", "list")["items"]
    assert found["phone_number"] == "+33*******00"
    assert ",'+33*******00," in dialer("calls", "export").out


def test_an_unknown_call_campaign_or_number_is_a_failure(dialer: Command) -> None:
    for words in (("show", "0" * 32), ("list", "--campaign", "c0123456789ab"), ("export", "--number", "12")):
        assert dialer("calls", *words).status == 1


def test_a_format_that_is_none_is_wrong_use(dialer: Command) -> None:
    ran = dialer("calls", "export", "--format", "xlsx")
    assert (ran.status, "'xlsx' is not one of" in ran.complaint) == (2, True)
