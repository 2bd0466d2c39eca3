"""Poll dates that a decree moves (T040)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dialer.domain.base.errors import Conflict, InvalidInput
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.preflight.campaign_checks import with_poll_dates
from tests.unit.decision.rule_samples import campaign, codes, election, facts, judged, paris, utc

NOW = utc("2027-04-10 09:00")
FRIDAY = paris("2027-04-16 11:00:00")


def running(**changes: Any) -> Campaign:
    told = campaign(election=election(**changes))
    return Campaign(CampaignId("c000000000001"), told, CampaignState.RUNNING, "alice", NOW)


def test_decisions_to_come_go_by_the_new_date_and_the_others_stay() -> None:
    told = running(poll_dates={"default": date(2027, 4, 18), "GP": date(2027, 4, 24)})
    moved = with_poll_dates(told, {"default": date(2027, 4, 25)}, NOW)
    assert moved.election is not None
    assert moved.election.poll_dates == {"default": date(2027, 4, 25), "GP": date(2027, 4, 24)}
    before, after = facts(campaign=told.definition), facts(campaign=moved)
    assert "ELECTORAL_SILENCE" in codes(FRIDAY, campaign=before.campaign)
    assert codes(FRIDAY, campaign=after.campaign) == set()
    assert "ELECTORAL_SILENCE" in codes(paris("2027-04-23 11:00:00"), campaign=after.campaign)
    assert judged(FRIDAY, campaign=before.campaign) == judged(FRIDAY, campaign=told.definition)


def test_an_earlier_date_brings_silence_forward() -> None:
    moved = with_poll_dates(running(), {"RE": date(2027, 4, 14)}, NOW)
    assert "ELECTORAL_SILENCE" in codes(paris("2027-04-13 11:00:00"), campaign=moved)


@pytest.mark.parametrize(
    ("dates", "where"),
    [
        pytest.param({"XX": date(2027, 4, 25)}, "election.poll_dates.XX", id="unknown-territory"),
        pytest.param({"nowhere": date(2027, 4, 25)}, "poll_dates", id="no-code"),
        pytest.param({"default": date(2027, 4, 3)}, "poll_dates", id="over"),
    ],
)
def test_dates_that_cannot_be_are_refused(dates: dict[str, date], where: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        with_poll_dates(running(), dates, NOW)
    assert where in {problem.where for problem in caught.value.problems}


@pytest.mark.parametrize("state", [CampaignState.STOPPED, CampaignState.COMPLETED])
def test_a_campaign_that_is_over_has_no_dates_to_move(state: CampaignState) -> None:
    with pytest.raises(Conflict, match="it has no poll dates to change"):
        with_poll_dates(replace(running(), state=state), {"default": date(2027, 4, 25)}, NOW)


def test_neither_has_one_without_an_election() -> None:
    without = replace(running(), definition=campaign())
    with pytest.raises(Conflict, match="has no election"):
        with_poll_dates(without, {"default": date(2027, 4, 25)}, NOW)
