"""The call-back line's words, and the sponsor to whom an opposition there is one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dialer.adapters.ami.callback_line import decrypted
from dialer.adapters.ami.translate import Malformed
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.oppositions.suppression import sponsor_key
from dialer.services.oppositions.callback_line import lines_of, written_forms
from tests.samples.campaigns import MONDAY, campaign

SECRET, KEY = "Lc5UXyiBFW/fWFFG0nHDtA==", "abcdefghijklmnop"


def approved(script: str, *, after_h: float = 0, **changes: Any) -> Campaign:
    approved_at = MONDAY + timedelta(hours=after_h)
    made = campaign(**changes)
    return replace(made, script=script * 64, state=CampaignState.APPROVED, approved_at=approved_at)


@pytest.mark.parametrize(
    ("number", "forms"),
    [
        ("+33162000001", ["33162000001", "0033162000001", "0162000001"]),
        ("+12025550123", ["12025550123", "0012025550123", "2025550123"]),
        ("+442079460000", ["442079460000", "00442079460000"]),
    ],
)
def test_a_number_is_known_in_every_form_in_which_a_trunk_writes_it(number: str, forms: list[str]) -> None:
    assert list(written_forms(number)) == forms


def test_the_campaign_that_was_approved_last_speaks() -> None:
    lines = lines_of([approved("a", after_h=1), approved("b", after_h=2), approved("c")])
    assert {line.script for line in lines} == {"b" * 64}
    assert {line.sponsor_key for line in lines} == {sponsor_key("liste-demo")}


def test_a_draft_says_nothing() -> None:
    assert lines_of([campaign()]) == []


def test_the_message_is_withheld_from_the_earliest_limit_on() -> None:
    election = {"id": "e", "poll_dates": {"default": "2027-04-18", "GP": "2027-04-17"}}
    lines = lines_of([approved("a", election=election)])
    assert {line.silent_from.isoformat() for line in lines if line.silent_from} == {
        "2027-04-15T22:00:00+00:00"
    }


def test_without_an_election_the_message_is_never_withheld() -> None:
    assert {line.silent_from for line in lines_of([approved("a")])} == {None}


@pytest.mark.parametrize("secret", ["", "AAAA", "not base64", SECRET])
def test_what_is_no_number_under_this_key_is_no_number(secret: str) -> None:
    with pytest.raises(Malformed):
        decrypted(secret, KEY)
