"""A campaign that was called, without a PBX.

Decisions are by the real rules, and outcomes as the dialplan would have told them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from dialer.adapters.clock import pretending
from dialer.adapters.home.keys import AesVault, subjects_key
from dialer.adapters.home.rulepacks import load_packs
from dialer.bootstrap import open_service
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.call_events import DialStatus, TraceStep, TraceVerb
from dialer.domain.calls.outcome import result_of
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.ports.pbx import Driver
from dialer.ports.records import Progression
from dialer.services.decision.decider import Decider, DecisionArchive
from dialer.settings import read_settings
from tests.contract.judged import TRUNK
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.command import Command, import_list
from tests.samples.campaigns import MONDAY
from tests.samples.lists import CONSENT, NO_CONSENT

Steps = Sequence[tuple[int, TraceVerb, str]]
PLAY, DONE, CUT, KEY = TraceVerb.PLAY, TraceVerb.DONE, TraceVerb.CUT, TraceVerb.KEY
NOTICE: Steps = ((200, PLAY, "notice"), (9_200, DONE, "notice"))
HEARD: Steps = (
    *NOTICE,
    (9_210, PLAY, "invitation"),
    (11_000, KEY, "1"),
    (11_000, CUT, "invitation"),
    (11_010, PLAY, "message"),
    (31_000, DONE, "message"),
    (31_010, PLAY, "closing"),
    (51_000, DONE, "closing"),
)
OPPOSES: Steps = ((200, PLAY, "notice"), (5_000, KEY, "9"), (5_000, CUT, "notice"), (5_100, PLAY, "opposed"))
SILENT: Steps = (*NOTICE, (9_210, PLAY, "invitation"), (17_300, DONE, "invitation"))
CUT_SHORT: Steps = ((200, PLAY, "notice"), (3_000, CUT, "notice"))
SCRIPTED: tuple[tuple[DialStatus, Steps], ...] = (
    (DialStatus.ANSWER, HEARD),
    (DialStatus.ANSWER, OPPOSES),
    (DialStatus.ANSWER, SILENT),
    (DialStatus.ANSWER, CUT_SHORT),
    (DialStatus.BUSY, ()),
    (DialStatus.NOANSWER, ()),
)
"""Scripts of the callees, in turn, again and again."""
DRIVER = Driver("pbx1", "0" * 32)
WITHOUT_CONSENT = 5
"""Among so many contacts one has no consent."""


def called_campaign(dialer: Command, campaign: str, folder: Path, people: int = 12) -> str:
    """Import, approve with the real script, start, call everybody once. Return the id."""
    rows = [
        f"+3319900{index:04d},a{index},{NO_CONSENT if index % WITHOUT_CONSENT == 4 else CONSENT}"
        for index in range(people)
    ]
    import_list(dialer, campaign, folder, *rows, f"+33,bad,FR{NO_CONSENT}")
    dialer.must("campaign", "approve", campaign)
    asyncio.run(call_all(CampaignId(campaign)))
    return campaign


def judge_at(at: datetime) -> Decider:
    """Make the real rules, with the keys of this home, in a pretended time."""
    packs = load_packs()
    archive = DecisionArchive(AesVault(subjects_key(read_settings().home)), packs)
    return Decider(packs, {"default": TRUNK}, pretending(at), archive, WRITABLE)


async def permit_only(campaign_id: CampaignId, at: datetime = MONDAY) -> None:
    """Decide on the contacts that are due, and send nothing yet."""
    async with open_service(read_settings(), clock=pretending(at)) as service:
        claim = partial(
            ActStore.over(service.store).attempts.claim, campaign_id, now=at, limit=500, permits=500
        )
        await claim(judge=partial(judge_at(at).claimed, pbx="pbx1"))


async def call_all(campaign_id: CampaignId, at: datetime = MONDAY, *, start: bool = True) -> None:
    """Call every due contact at `at`, decided in a pretended time."""
    judge = judge_at(at)
    async with open_service(read_settings(), clock=pretending(at)) as service:
        attempts = ActStore.over(service.store).attempts
        if start:
            await ActStore.over(service.store).campaigns.move(
                campaign_id, CampaignVerb.START, by="omar", at=at
            )
        claim = partial(attempts.claim, campaign_id, now=at, limit=500, permits=500)
        while judged := await claim(judge=partial(judge.claimed, pbx="pbx1")):
            permits = [one.outcome for one in judged if isinstance(one.outcome, Attempt)]
            await ActStore.over(service.store).leases.take(DRIVER)
            await attempts.originating([attempt.id for attempt in permits], at=at, driver=DRIVER)
            sent = await attempts.get_many(attempt.id for attempt in permits)
            ended = [over(sent[attempt.id], number) for number, attempt in enumerate(permits)]
            await attempts.commit(
                [Progression(one, opposition(one), ContactClosed(ClosedReason.DELIVERED)) for one in ended]
            )


def over(attempt: Attempt, number: int) -> Attempt:
    """Return the attempt as after its end."""
    status, steps = SCRIPTED[number % len(SCRIPTED)]
    dialed = attempt.decided_at + timedelta(milliseconds=300)
    answered = dialed + timedelta(seconds=4) if steps else None
    trace = tuple(
        TraceStep((answered or dialed) + timedelta(milliseconds=ms), verb, name) for ms, verb, name in steps
    )
    opposed = next((step.at for step in trace if (step.verb, step.name) == (KEY, "9")), None)
    return replace(
        attempt,
        state=AttemptState.ENDED,
        dialed_at=dialed,
        answered_at=answered,
        opposed_at=opposed,
        ended_at=(trace[-1].at if trace else dialed) + timedelta(seconds=1),
        dial_status=status,
        hangup_cause=16,
        result=result_of(status, trace, opposed=opposed is not None, machine=False),
        trace=trace,
    )


def opposition(attempt: Attempt) -> Suppression | None:
    if attempt.opposed_at is None:
        return None
    return Suppression(
        attempt.fingerprint,
        attempt.sponsor,
        OppositionChannel.DTMF,
        attempt.opposed_at,
        attempt.opposed_at + timedelta(milliseconds=40),
        attempt.pbx,
        source=attempt.id,
    )
