"""Consents that a trunk ended wrongly are restored as a batch; people's own words stand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Role
from dialer.domain.base.errors import Forbidden, InvalidInput
from dialer.domain.base.types import AttemptId, Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import DialStatus, Ended
from dialer.domain.consent import ConsentGiven, ConsentWithdrawn
from dialer.domain.ledger.event import Kind
from dialer.services.consent import consents
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.consents import Consents, TrunkFault
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.pbx.fleet import Fleet
from tests.contract.calls.test_trunk_breaker import SECOND, Campaign
from tests.contract.judged import VAULT, claim_all, judge_at, listed_with_consent
from tests.contract.rotation import fingerprints
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.samples.campaigns import MONDAY
from tests.samples.people import fingerprint, suppression

PACKS = load_packs()
GONE = Ended(AttemptId(""), MONDAY + SECOND, DialStatus.CHANUNAVAIL, 1, 404, ())
EVENING = MONDAY + timedelta(hours=2)
FAULT = TrunkFault("default", MONDAY, None, "404 for everybody, said the operator")


async def consents_of(store: ActStore) -> Consents:
    clock = pretending(EVENING)
    return Consents(
        store,
        clock,
        await fingerprints(store),
        ConsentProofs(store, VAULT),
        RingingCalls(store, Fleet({}, driven=False)),
    )


async def voided(store: ActStore, *, people: int = 6) -> list[Attempt]:
    """Void all but the last, who answers after the others were reported unassigned."""
    await listed_with_consent(store, *range(1, people + 1), every=1000)
    campaign = Campaign(store)
    *gone, answered = await campaign.claim(people)
    await campaign.end(gone, GONE)
    campaign.now += 2 * SECOND
    await campaign.answer([answered])
    for attempt in gone:
        assert isinstance((await store.consents.of(attempt.fingerprint))[-1], ConsentWithdrawn)
    return gone


async def permitted(store: ActStore) -> set[Fingerprint]:
    """Fingerprints permitted a minute later."""
    judged = await claim_all(store, judge_at(EVENING + timedelta(minutes=1), PACKS))
    outcomes = (judgement.outcome for judgement in judged)
    return {outcome.fingerprint for outcome in outcomes if isinstance(outcome, Attempt)}


async def test_consents_are_restored_and_their_people_called_again(
    store: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "PAGE", 2)
    gone = await voided(store)
    assert await (await consents_of(store)).restore(LOCAL_ADMINISTRATOR, FAULT) == len(gone)
    for attempt in gone:
        (left,) = await store.consents.of(attempt.fingerprint)
        assert isinstance(left, ConsentGiven)
    assert await permitted(store) == {attempt.fingerprint for attempt in gone}
    assert await (await consents_of(store)).restore(LOCAL_ADMINISTRATOR, FAULT) == 0


async def test_actor_and_reason_of_a_restoring_are_in_the_ledger_by_number_and_by_batch(
    store: ActStore,
) -> None:
    gone = await voided(store)
    await (await consents_of(store)).restore(LOCAL_ADMINISTRATOR, FAULT)
    await seal_all(store)
    told = [entry for entry in await store.ledger.entries() if entry.kind == Kind.RESTORATION]
    assert len(told) == len(gone) + 1
    assert all("said the operator" in entry.text and "local administrator" in entry.text for entry in told)
    assert [entry.subject is None for entry in told] == [False] * len(gone) + [True]


async def test_what_a_person_said_stands(store: ActStore) -> None:
    """A withdrawal, of the very instant even, and an opposition."""
    objected, withdrew, *others = await voided(store)
    await store.suppressions.add([suppression(1, fingerprint=objected.fingerprint)])
    taken = ConsentWithdrawn(withdrew.fingerprint, None, "letter", MONDAY + SECOND, EVENING)
    await store.consents.add([taken], by="camille")
    await (await consents_of(store)).restore(LOCAL_ADMINISTRATOR, FAULT)
    assert taken in await store.consents.of(withdrew.fingerprint)
    assert await store.suppressions.of(objected.fingerprint)
    assert await permitted(store) == {attempt.fingerprint for attempt in others}


async def test_other_trunks_and_other_times_are_not_touched(store: ActStore) -> None:
    await voided(store)
    consents = await consents_of(store)
    for fault in (
        replace(FAULT, trunk="other"),
        replace(FAULT, since=MONDAY + timedelta(minutes=1)),
        replace(FAULT, since=MONDAY - timedelta(days=1), until=MONDAY),
    ):
        assert await consents.restore(LOCAL_ADMINISTRATOR, fault) == 0
    assert len(await store.consents.of(fingerprint(1))) + len(await store.consents.of(fingerprint(2))) > 2


async def test_only_an_administrator_with_a_reason_restores_consents(store: ActStore) -> None:
    consents = await consents_of(store)
    with pytest.raises(Forbidden):
        await consents.restore(Actor("omar", Role.OPERATOR), FAULT)
    with pytest.raises(InvalidInput):
        await consents.restore(LOCAL_ADMINISTRATOR, replace(FAULT, reason=" "))
    with pytest.raises(InvalidInput):
        await consents.restore(LOCAL_ADMINISTRATOR, replace(FAULT, until=MONDAY - SECOND))
