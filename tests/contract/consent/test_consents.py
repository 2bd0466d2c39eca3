"""Consents: append-only, and a new one reopens contacts given up for want of it."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest

from dialer.domain.base.types import Fingerprint
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.consent import Basis, ConsentEvent, ConsentForm, ConsentWithdrawn, Mention
from dialer.domain.decision.record import ReasonCode
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts
from tests.harness.acts import ActStore
from tests.samples.calls import claimed, permit, refuse
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import consent, fingerprint, listed


def withdrawal(index: int, sponsor: str | None) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        fingerprint(index), sponsor, "letter", NOW - timedelta(days=1), NOW + timedelta(seconds=1)
    )


async def test_consents_come_back_whole_in_the_order_of_recording(store: ActStore) -> None:
    events: list[ConsentEvent] = [
        withdrawal(1, None),
        consent(1),
        withdrawal(1, "liste-demo"),
        consent(1, basis=Basis.CONTRACT),
        consent(1, form=ConsentForm("a" * 64, (Mention.PERIOD, Mention.WITHDRAWAL))),
        consent(
            1, source="", proof="", expires_at=None, windows=(), appointment_at=None, act=None, territory=None
        ),
    ]
    await store.consents.add(events[:3], by="camille")
    await store.consents.add(events[3:], by="camille")
    assert await store.consents.of(fingerprint(1)) == tuple(events)


async def test_a_number_nobody_spoke_of_has_none(store: ActStore) -> None:
    await store.consents.add([], by="camille")
    assert await store.consents.of(Fingerprint("0" * 64)) == ()


@pytest.mark.parametrize(
    ("code", "sponsor", "reopened"),
    [
        (ReasonCode.NO_CONSENT, "liste-demo", True),
        (ReasonCode.CONSENT_EXPIRED, "liste-demo", True),
        (ReasonCode.NO_CONSENT, "another", False),
        (ReasonCode.SUPPRESSED, "liste-demo", False),
    ],
)
async def test_only_a_consent_to_the_sponsor_reopens_what_was_closed_for_want_of_one(
    store: ActStore, code: ReasonCode, sponsor: str, *, reopened: bool
) -> None:
    await listed(store, 1)
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=1, permits=1, judge=refuse(code))
    await store.consents.add([consent(1, sponsor=sponsor)], by="camille")
    assert bool(await claimed(store)) is reopened


async def test_a_withdrawal_reopens_nothing(store: ActStore) -> None:
    await listed(store, 1)
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=1, permits=1, judge=refuse(ReasonCode.NO_CONSENT))
    await store.consents.add([withdrawal(1, "liste-demo")], by="camille")
    assert not await store.campaigns.unfinished(CAMPAIGN)


async def test_a_stopped_campaign_stays_as_it_is(store: ActStore) -> None:
    await listed(store, 1)
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=1, permits=1, judge=refuse(ReasonCode.NO_CONSENT))
    await store.campaigns.move(CAMPAIGN, CampaignVerb.STOP, by="omar", at=NOW)
    await store.consents.add([consent(1)], by="camille")
    assert not await store.campaigns.unfinished(CAMPAIGN)


async def test_whoever_withdraws_during_a_claim_finds_its_attempt(store: ActStore, url: str) -> None:
    """A call that was judged on the consent can then still be revoked."""
    await listed(store, 1)
    claiming = threading.Event()

    def slowly(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        claiming.set()
        time.sleep(0.5)
        return permit(standing, dossier)

    async def claim() -> None:
        async with ActStore.open(url) as own:
            await own.attempts.claim(CAMPAIGN, now=NOW, limit=10, permits=10, judge=slowly)

    judged = asyncio.create_task(asyncio.to_thread(asyncio.run, claim()))
    await asyncio.to_thread(claiming.wait)
    await store.consents.add([withdrawal(1, None)], by="camille")
    found = await store.attempts.alive_to([fingerprint(1)])
    await judged
    assert [attempt.fingerprint for attempt in found] == [fingerprint(1)]
