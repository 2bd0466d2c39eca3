"""A person's file, and its erasing, on both engines (T116, T121)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.errors import Conflict
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.call_events import UnsentCause
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.consent import ConsentAct, ConsentWithdrawn, ContactState
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.event import Kind
from dialer.ports.records import Progression
from dialer.services.decision.decisions import ReplayOutcome
from dialer.views.subjects import ListedView
from tests.contract.engines import Engine
from tests.contract.judged import DAY, VAULT, WORKDAYS, claim_all, judge_at, listed_with_consent, replayed
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, OTHER_CAMPAIGN, campaign
from tests.samples.people import (
    DETAILS_IN_FULL,
    IMPORT,
    consent,
    details_of,
    fingerprint,
    manifest,
    new_contact,
    number,
    suppression,
)

PACKS = load_packs()
JUDGE = judge_at(MONDAY, PACKS)


async def end_calls(store: ActStore) -> None:
    for attempt in await store.attempts.alive():
        ended = replace(
            attempt, state=AttemptState.LAPSED, lapse_reason=UnsentCause.NEVER_SENT, ended_at=MONDAY
        )
        await store.attempts.commit([Progression(ended, contact=ContactClosed(ClosedReason.LOST))])


async def test_the_file_of_a_number_holds_its_refusals_and_nothing_of_others(store: ActStore) -> None:
    await listed_with_consent(store, 1, 2, 3)
    await store.suppressions.add([suppression(2, note="wrote a letter")])
    await claim_all(store, JUDGE)
    called, refused = await store.subjects.file(fingerprint(1)), await store.subjects.file(fingerprint(2))
    assert [len(called.contacts), len(called.consents), len(called.calls), len(called.decisions)] == [1] * 4
    assert called.contacts[0].contact.number == number(1)
    (decision,) = refused.decisions
    assert {reason["code"] for reason in decision.reasons} == {"NO_CONSENT", "SUPPRESSED"}
    assert not decision.permitted
    assert decision.context
    assert decision.sealed
    assert decision.key
    assert number(2) in VAULT.open(fingerprint(2), decision.key, decision.sealed)
    assert json.loads(decision.context)["campaign_id"] == CAMPAIGN
    assert [entry.entry.note for entry in refused.oppositions] == ["wrote a letter"]
    assert [manifest.campaign_id for manifest in refused.manifests] == [CAMPAIGN]
    assert (await store.subjects.file(fingerprint(4))).empty


async def test_erasing_leaves_neither_number_nor_consent_nor_readable_decisions(
    store: ActStore, engine: Engine, url: str
) -> None:
    await listed_with_consent(store, 1, 3)
    await claim_all(store, JUDGE)
    await end_calls(store)
    erased = await store.subjects.erase(fingerprint(1), by="adele", at=MONDAY + DAY)
    assert (erased.contacts, erased.consents, erased.decisions, erased.keys) == (1, 1, 1, 1)
    file = await store.subjects.file(fingerprint(1))
    (listed,) = file.contacts
    assert (listed.contact.number, listed.state) == ("", ContactState.CLOSED)
    assert [type(event) for event in file.consents] == [ConsentWithdrawn]
    assert [(decision.sealed, decision.key) for decision in file.decisions] == [(None, None)]
    assert number(1).removeprefix("+") not in str(engine.dump(url))
    assert (await store.contacts.dossier(CAMPAIGN, fingerprint(1))) is None
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 1, ReplayOutcome.ERASED: 1}


async def test_every_detail_of_a_list_is_stored_shown_and_erased(store: ActStore) -> None:
    stated = replace(new_contact(1), details=details_of(**DETAILS_IN_FULL))
    await store.campaigns.add(campaign())
    await store.imports.begin(manifest())
    await store.contacts.add(IMPORT, CAMPAIGN, [stated])
    (listed,) = (await store.subjects.file(fingerprint(1))).contacts
    assert ListedView.of(listed).document().items() >= DETAILS_IN_FULL.items()
    await store.subjects.erase(fingerprint(1), by="adele", at=MONDAY)
    (erased,) = (await store.subjects.file(fingerprint(1))).contacts
    assert erased.contact.details == details_of()


async def test_an_opposition_outlives_the_erasing_without_its_note(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await store.suppressions.add([suppression(1, note="wrote a letter")])
    assert (await store.subjects.erase(fingerprint(1), by="adele", at=MONDAY)).oppositions == 1
    (entry,) = await store.suppressions.of(fingerprint(1))
    assert entry.note is None


async def test_an_old_list_leads_to_no_call_again_and_a_later_positive_act_does(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await store.subjects.erase(fingerprint(1), by="adele", at=MONDAY - timedelta(minutes=1))
    await listed_with_consent(store, 1, campaign_id=OTHER_CAMPAIGN)
    (again,) = await claim_all(store, JUDGE, campaign_id=OTHER_CAMPAIGN)
    assert again.decision.codes == {ReasonCode.CONSENT_WITHDRAWN}
    later = consent(
        1,
        windows=WORKDAYS,
        appointment_at=None,
        given_at=MONDAY,
        recorded_at=MONDAY,
        act=ConsentAct.OPT_IN_FORM,
    )
    await store.consents.add([later], by="camille")
    assert await claim_all(store, JUDGE) == []
    (anew,) = await claim_all(store, JUDGE, campaign_id=OTHER_CAMPAIGN)
    assert anew.decision.permitted


async def test_nobody_is_erased_during_their_call(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await claim_all(store, JUDGE)
    with pytest.raises(Conflict, match="being called"):
        await store.subjects.erase(fingerprint(1), by="adele", at=MONDAY)
    assert (await store.subjects.file(fingerprint(1))).contacts[0].contact.number == number(1)


async def test_an_erasing_is_in_the_ledger_with_who_did_it_and_the_chain_goes_on(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await store.subjects.erase(fingerprint(1), by="adele", at=MONDAY)
    await seal_all(store)
    kinds = [entry.kind for entry in await store.ledger.entries()]
    assert kinds[-2:] == [Kind.WITHDRAWAL, Kind.SUBJECT_ERASE]
