"""Calls known from the journal alone, after a restoration: they count like calls.

No event of theirs is notified twice.
"""

from datetime import timedelta

import pytest

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.decision.record import ReasonCode
from dialer.domain.preflight.forecast import turns
from dialer.ports.upkeep import PastCall
from tests.contract.judged import claim_all, judge_at, listed_with_consent
from tests.contract.pages import read_alike
from tests.contract.rotation import fingerprints, rotated
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, OTHER_CAMPAIGN, SPONSOR
from tests.samples.people import fingerprint, number

PACKS = load_packs()
JUDGE = judge_at(MONDAY, PACKS)


def past_call(index: int, sponsor: str | None, campaign: CampaignId = CAMPAIGN, days: float = 2) -> PastCall:
    attempt_id = AttemptId(f"{index:032x}")
    return PastCall(attempt_id, fingerprint(index), campaign, sponsor, MONDAY - timedelta(days=days))


async def codes(store: ActStore, campaign: CampaignId = CAMPAIGN) -> list[frozenset[ReasonCode]]:
    return [frozenset(j.decision.codes) for j in await claim_all(store, JUDGE, campaign_id=campaign)]


async def test_whoever_was_called_for_a_campaign_is_not_called_for_it_again(store: ActStore) -> None:
    await listed_with_consent(store, 1, 3)
    assert await store.restores.add_calls([past_call(1, SPONSOR)]) == 1
    assert await store.restores.add_calls([past_call(1, SPONSOR)]) == 0
    called, other = await codes(store)
    assert (ReasonCode.ALREADY_DELIVERED in called, other) == (True, frozenset())


@pytest.mark.parametrize(("sponsor", "counts"), [(SPONSOR, True), (None, True), ("another", False)])
async def test_it_counts_for_its_sponsor_alone_and_for_all_where_nobody_knows_whose_it_was(
    store: ActStore, sponsor: str | None, counts: bool
) -> None:
    await listed_with_consent(store, 1)
    await store.restores.add_calls([past_call(1, sponsor, OTHER_CAMPAIGN, days=0.1)])
    (found,) = await codes(store)
    assert (ReasonCode.RECALL_TOO_SOON in found) is counts


async def test_an_attempt_that_the_database_knows_is_none(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await claim_all(store, JUDGE)
    (attempt,) = await store.attempts.alive()
    known = PastCall(attempt.id, attempt.fingerprint, CAMPAIGN, SPONSOR, MONDAY)
    assert await store.restores.add_calls([known]) == 0


async def test_it_stays_that_of_its_number_through_a_change_of_keys(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await store.restores.add_calls([past_call(1, SPONSOR)])
    await rotated(store)
    file = await store.subjects.file((await fingerprints(store)).of(number(1)))
    assert len(file.past_calls) == 1
    (found,) = await codes(store)
    assert ReasonCode.ALREADY_DELIVERED in found


async def test_who_was_called_is_foreseen_apart_from_who_was_not(store: ActStore) -> None:
    await listed_with_consent(store, 1, 3, 5)
    await store.restores.add_calls([past_call(3, SPONSOR)])
    known = turns((await store.campaigns.get(CAMPAIGN)).definition, PACKS.by_title.values(), MONDAY)
    kinds = sorted(sorted(alike.numbers) for alike in await read_alike(store, known))
    assert kinds == [[number(1), number(5)], [number(3)]]
