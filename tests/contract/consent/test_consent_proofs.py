"""Proofs of consents: sealed under keys of their own, readable as long as they must be kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.consent import ConsentEvent, ConsentGiven
from dialer.services.consent.consent_proofs import DESTROYED, SEALED, ConsentProofs
from dialer.services.ledger.verification import RecordCheck
from dialer.services.upkeep.erasure import Retention
from tests.contract.engines import Engine
from tests.contract.judged import SOUNDS, VAULT, claim_all, judge_at, listed_with_consent
from tests.contract.rotation import fingerprints, rotated
from tests.contract.sealing import STAMP, seal_all
from tests.harness.acts import ActStore
from tests.samples.campaigns import MONDAY
from tests.samples.people import consent, fingerprint, listed, number

PACKS = load_packs()
CLEAR = "page 12 of the register"


async def agreed(store: ActStore, index: int = 1, at: datetime = MONDAY) -> ConsentGiven:
    """Store a consent as an import does."""
    seal = (await ConsentProofs(store, VAULT).sealing(at)).seal
    event = consent(index, source=seal("web form"), proof=seal(CLEAR), given_at=at, recorded_at=at)
    await store.consents.add([event], by="camille")
    return event


async def opened(store: ActStore, index: int = 1) -> list[ConsentEvent]:
    proofs = await ConsentProofs(store, VAULT).opening()
    return [proofs.clear(event) for event in await store.consents.of(fingerprint(index))]


async def retained(store: ActStore, at: datetime) -> None:
    retention = Retention(store, PACKS, ConsentProofs(store, VAULT), SOUNDS, pretending(at), pretended=False)
    assert (await retention.run_now(LOCAL_ADMINISTRATOR)).well


async def held(store: ActStore) -> tuple[object, ...]:
    check = RecordCheck(store, VAULT, ConsentProofs(store, VAULT), STAMP.subject_key)
    return (await check.run()).discrepancies


async def test_a_proof_lies_nowhere_in_clear_and_is_shown_as_it_was(
    store: ActStore, engine: Engine, url: str
) -> None:
    await agreed(store)
    (shown,) = await opened(store)
    assert isinstance(shown, ConsentGiven)
    assert (shown.source, shown.proof) == ("web form", CLEAR)
    everything = str(engine.dump(url))
    assert CLEAR not in everything
    assert "web form" not in everything


async def test_what_is_empty_stays_empty_so_that_it_is_no_proof(store: ActStore) -> None:
    sealing = await ConsentProofs(store, VAULT).sealing(MONDAY)
    assert [sealing.seal(""), sealing.seal("  ")] == ["", "  "]
    assert sealing.seal(f"{SEALED}2027-02:AAAA") != f"{SEALED}2027-02:AAAA"


async def test_it_outlives_the_contact_and_a_change_of_keys_and_ends_with_its_three_years(
    store: ActStore,
) -> None:
    await listed(store, 1)
    await agreed(store)
    await retained(store, MONDAY + timedelta(days=60))
    (person,) = (await store.subjects.file(fingerprint(1))).contacts
    assert person.contact.number == ""
    assert [getattr(event, "proof", None) for event in await opened(store)] == [CLEAR]
    await rotated(store)
    present = (await fingerprints(store)).of(number(1))
    proofs = await ConsentProofs(store, VAULT).opening()
    kept = (await store.consents.of(present))[0]
    assert getattr(proofs.clear(kept), "proof", None) == CLEAR
    await retained(store, MONDAY.replace(year=2030) - timedelta(days=1))
    assert await store.proofs.keys()
    await retained(store, MONDAY.replace(year=2030, month=3))
    assert await store.consents.of(present) == ()
    assert await store.proofs.keys() == {}
    assert getattr((await ConsentProofs(store, VAULT).opening()).clear(kept), "proof", None) == DESTROYED


async def test_a_months_key_stays_for_as_long_as_one_of_its_consents(store: ActStore) -> None:
    await agreed(store, 1, MONDAY)
    await agreed(store, 2, MONDAY + timedelta(days=20))
    await retained(store, MONDAY.replace(year=2030) + timedelta(days=5))
    assert await opened(store, 1) == []
    assert [getattr(event, "proof", None) for event in await opened(store, 2)] == [CLEAR]


async def test_clear_texts_of_older_versions_are_sealed_and_still_match_the_ledger(
    store: ActStore, engine: Engine, url: str
) -> None:
    await store.consents.add(
        [consent(index, proof=CLEAR, given_at=MONDAY, recorded_at=MONDAY) for index in (1, 2)], by="camille"
    )
    await agreed(store, 3)
    await seal_all(store)
    assert await ConsentProofs(store, VAULT).seal_older() == 2
    assert await ConsentProofs(store, VAULT).seal_older() == 0
    assert CLEAR not in str(engine.dump(url))
    assert [getattr(event, "proof", None) for event in await opened(store, 2)] == [CLEAR]
    assert await held(store) == ()


async def test_a_proof_that_was_changed_since_is_found(store: ActStore) -> None:
    event = await agreed(store)
    await seal_all(store)
    assert await held(store) == ()
    (row,) = await store.proofs.in_clear(sealed=("nothing",), limit=10)
    other = (await ConsentProofs(store, VAULT).sealing(MONDAY)).seal("page 13")
    await store.proofs.replace([replace(row, proof=other)])
    assert len(await held(store)) > 0
    assert event.proof != other


@pytest.mark.parametrize("permitted", [True, False])
async def test_a_decision_asks_only_whether_there_is_a_proof(store: ActStore, permitted: bool) -> None:
    seal = (await ConsentProofs(store, VAULT).sealing(MONDAY)).seal
    await listed_with_consent(store, 1)
    (given,) = await store.consents.of(fingerprint(1))
    assert isinstance(given, ConsentGiven)
    sealed = replace(given, proof=seal(CLEAR if permitted else " "), recorded_at=MONDAY)
    (row,) = await store.proofs.in_clear(sealed=("nothing",), limit=10)
    await store.proofs.replace([replace(row, proof=sealed.proof)])
    (judgement,) = await claim_all(store, judge_at(MONDAY, PACKS))
    assert judgement.decision.permitted is permitted
