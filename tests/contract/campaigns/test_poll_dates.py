"""Poll dates moved while a campaign runs (T040).

New decisions go by them, recorded ones stay, the ledger names the actor.
"""

from datetime import date, timedelta

import pytest

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.errors import Conflict, NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.services.decision.decisions import ReplayOutcome
from tests.contract.engines import Engine
from tests.contract.judged import claim_all, judge_at, listed_with_consent, replayed
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, campaign

PACKS = load_packs()
ELECTION = {"id": "mun-2027", "poll_dates": {"default": "2027-02-02"}}
LATER = {"default": date(2027, 2, 14)}


async def moved(store: ActStore) -> None:
    await store.campaigns.change_poll_dates(
        CAMPAIGN, LATER, by="olga", at=MONDAY, reason="décret du 1er février"
    )


async def test_new_decisions_go_by_the_new_date_and_old_ones_replay(store: ActStore) -> None:
    await listed_with_consent(store, 1, 3, 5, 7, election=ELECTION)
    silent = await claim_all(store, judge_at(MONDAY, PACKS), limit=2)
    assert {reason.code for j in silent for reason in j.decision.reasons} == {"ELECTORAL_SILENCE"}
    await moved(store)
    allowed = await claim_all(store, judge_at(MONDAY + timedelta(minutes=1), PACKS))
    assert [judgement.decision.permitted for judgement in allowed] == [True, True]
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 4}


async def test_the_ledger_tells_what_was_changed_by_whom_and_why(
    store: ActStore, engine: Engine, url: str
) -> None:
    await listed_with_consent(store, 1, election=ELECTION)
    await moved(store)
    told = engine.dump(url)["ledger_pending"]
    for what in ("campaign.poll_dates", "2027-02-02", "2027-02-14", "olga", "décret du 1er février"):
        assert what in told, what


async def test_a_campaign_that_is_over_or_unknown_keeps_its_dates(store: ActStore) -> None:
    await store.campaigns.add(campaign(election=ELECTION))
    await store.campaigns.move(CAMPAIGN, CampaignVerb.STOP, by="omar", at=MONDAY)
    with pytest.raises(Conflict):
        await moved(store)
    with pytest.raises(NotFound):
        await store.campaigns.change_poll_dates(
            CampaignId("c999999999999"), LATER, by="olga", at=MONDAY, reason="x"
        )


async def test_whoever_waits_when_silence_begins_is_cancelled_and_not_put_off(store: ActStore) -> None:
    """T037: they are more than one claim."""
    await listed_with_consent(store, *range(1500), every=1500, election=ELECTION)
    judge = judge_at(MONDAY, PACKS)
    while await claim_all(store, judge):
        pass
    progress = await store.campaigns.progress(CAMPAIGN)
    assert (progress.closed, progress.due, progress.attempts) == (1500, 0, 0)
    assert progress.refused["ELECTORAL_SILENCE"] == 1500
    assert not await store.campaigns.unfinished(CAMPAIGN)
    assert await claim_all(store, judge_at(MONDAY + timedelta(days=7), PACKS)) == []
