"""A call that came to nothing takes no consent with it (T057, T065)."""

from datetime import timedelta

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.metrics import PrometheusMeter
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import CallEvent, Dialing, DialStatus, Ended
from dialer.domain.decision.facts import PastAttempt
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.calls.call_event_applier import UNWANTED_NOTE, CallEventApplier
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.unknown_calls import UnknownCalls
from dialer.services.oppositions.callback_line import LineProofs
from dialer.services.pbx.fleet import Fleet
from tests.contract.judged import TRUNK, claim_all, judge_at, listed_with_consent
from tests.contract.rotation import FIRST
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import UNCHANGED
from tests.samples.campaigns import CAMPAIGN, MONDAY, SPONSOR
from tests.samples.people import fingerprint

PACKS = load_packs()
LATER = MONDAY + timedelta(days=2)


async def called(
    store: ActStore, status: DialStatus, cause: int, sip: int | None, *, min_gap_hours: int = 24
) -> None:
    """Call the one contact, and end the call like this."""
    clock = pretending(MONDAY)
    await listed_with_consent(store, 1, retry={"max_attempts": 2, "min_gap_hours": min_gap_hours})
    (judgement,) = await claim_all(store, judge_at(MONDAY, PACKS))
    assert isinstance(judgement.outcome, Attempt)
    attempt = judgement.outcome.id
    call_guards = CallGuards(store, UNCHANGED, clock, LineProofs(store, {"default": TRUNK}, clock), PACKS)
    fleet = Fleet({}, driven=False)
    unknown_calls = UnknownCalls(store, fleet, Fingerprints(FIRST), clock, WRITABLE)
    calls = CallEventApplier(store, fleet, LiveCalls(), clock, PrometheusMeter(), call_guards, unknown_calls)
    pbx = ScriptedLink(ScriptedPbx(clock.now))
    events: list[CallEvent] = [
        Dialing(attempt, MONDAY),
        Ended(attempt, MONDAY + timedelta(seconds=1), status, cause, sip, ()),
    ]
    await calls.apply(pbx, events)


async def test_a_busy_number_keeps_its_consent_and_counts(store: ActStore) -> None:
    await called(store, DialStatus.BUSY, 17, 486)
    assert len(await store.consents.of(fingerprint(1))) == 1
    (again,) = await claim_all(store, judge_at(LATER, PACKS))
    assert again.decision.permitted
    assert (await dossier_attempts(store))[0].counts


async def test_what_our_own_trunk_could_not_send_counts_nowhere(store: ActStore) -> None:
    await called(store, DialStatus.CHANUNAVAIL, 3, None)
    assert len(await store.consents.of(fingerprint(1))) == 1
    (past,) = await dossier_attempts(store)
    assert not past.counts
    soon = judge_at(MONDAY + timedelta(minutes=2), PACKS)
    (again,) = await claim_all(store, soon)
    assert again.decision.permitted


async def dossier_attempts(store: ActStore) -> tuple[PastAttempt, ...]:
    dossier = await store.contacts.dossier(CAMPAIGN, fingerprint(1))
    assert dossier is not None
    return dossier.attempts


async def test_a_telephone_that_answers_607_opposes_the_sponsor(store: ActStore) -> None:
    """RFC 8197: the person called wants no such calls, now and later."""
    await called(store, DialStatus.CHANUNAVAIL, 21, 607)
    (opposed,) = await store.suppressions.of(fingerprint(1))
    assert (opposed.sponsor, opposed.channel, opposed.note) == (
        SPONSOR,
        OppositionChannel.PHONE,
        UNWANTED_NOTE,
    )
    assert opposed.received_at == MONDAY + timedelta(seconds=1)
    assert await claim_all(store, judge_at(LATER, PACKS)) == []


@pytest.mark.parametrize("sip", [603, 608])
async def test_a_call_that_was_declined_opposes_nobody_and_waits_for_a_day(store: ActStore, sip: int) -> None:
    await called(store, DialStatus.CHANUNAVAIL, 21, sip, min_gap_hours=0)
    assert not await store.suppressions.of(fingerprint(1))
    assert await claim_all(store, judge_at(MONDAY + timedelta(hours=23), PACKS)) == []
    assert len(await claim_all(store, judge_at(LATER, PACKS))) == 1
