"""The demo from start to end: the acts of a campaigner, an operator and an auditor."""

import asyncio
import json
import time
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from dialer.adapters.clock import pretend, pretending
from dialer.bootstrap import Links, Service, open_service
from dialer.demo.cast import MORNING, ConsentStatus, Member, cast_members, write_campaign, write_contacts
from dialer.demo.stage import Stage
from dialer.demo.verdict import ContactOutcome, DemoVerdict
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import CampaignId
from dialer.domain.consent import SourceClass
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.ports.records import Progress
from dialer.services.calls.call_records import CallQuery
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.services.consent.contact_import import Provenance
from dialer.services.decision.decisions import DecisionQuestion
from dialer.services.imports.run import ImportSource
from dialer.services.oppositions.statements import StatedOpposition

LONGEST_S = 300
"""Seconds. The demo takes about a minute; a machine that needs five has a fault."""
LOOK_EVERY_S = 0.25

ProgressListener = Callable[[Progress], None]


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Service]:
    """Open the service with its loops turning, in pretended time."""
    clock = pretending(MORNING)
    pretend(stage.settings.home, clock.shift)
    async with open_service(stage.settings, links=Links.DRIVEN, clock=clock) as service:
        stop = asyncio.Event()
        engine = asyncio.create_task(service.engine.run(stop))
        try:
            yield service
        finally:
            stop.set()
            await engine


async def play(stage: Stage, service: Service, listener: ProgressListener) -> DemoVerdict:
    """Prepare, run and judge one campaign."""
    members = cast_members()
    campaign_id = await _prepare(stage.settings.home, service, members)
    started = time.monotonic()
    await service.suite.campaigns.start(LOCAL_ADMINISTRATOR, campaign_id)
    await _watch(service, campaign_id, listener)
    seconds = time.monotonic() - started
    await service.suite.campaigns.stop(LOCAL_ADMINISTRATOR, campaign_id, "the demo is over")
    return await _judge(stage, service, members, campaign_id, seconds)


def write_report(path: Path, verdict: DemoVerdict) -> None:
    path.write_text(json.dumps(verdict.report(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


async def _prepare(home: Path, service: Service, members: tuple[Member, ...]) -> CampaignId:
    suite, actor = service.suite, LOCAL_ADMINISTRATOR
    definition = parse_definition(tomllib.loads(write_campaign(home).read_text(encoding="utf-8")))
    campaign = await suite.campaigns.create(actor, definition)
    provenance = Provenance(SourceClass.OPT_IN_FORM, "the list's own form", MORNING - timedelta(days=60))
    contacts = write_contacts(home, members)
    await suite.contact_imports.run(actor, campaign.id, provenance, ImportSource(contacts, contacts.name))
    for member in members:
        if member.standing is ConsentStatus.SUPPRESSED:
            await suite.suppressions.add(actor, StatedOpposition(member.number, OppositionChannel.LETTER))
    await suite.campaigns.approve(actor, campaign.id)
    return campaign.id


async def _watch(service: Service, campaign_id: CampaignId, listener: ProgressListener) -> None:
    """Wait until no call is in progress and no contact may be called now."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        counts = (await service.suite.progress.of(LOCAL_ADMINISTRATOR, campaign_id)).counts
        listener(counts)
        waiting = counts.next_due_at is None or counts.next_due_at > service.clock.now()
        if counts.calling == 0 and waiting:
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise Unavailable(
        f"the demo did not end within {LONGEST_S} s", hint="see the log of the PBX: docker logs"
    )


async def _judge(
    stage: Stage, service: Service, members: tuple[Member, ...], campaign_id: CampaignId, seconds: float
) -> DemoVerdict:
    calls = await service.suite.calls.page(LOCAL_ADMINISTRATOR, CallQuery(campaign_id, limit=1000))
    results = {call.external_id: call.attempt.result for call in calls}
    outcomes = [
        ContactOutcome(
            member,
            tuple(await stage.callees.calls(member.number)),
            results.get(member.external_id),
            await _refusals(service, campaign_id, member),
            bool(await service.suite.suppressions.check(LOCAL_ADMINISTRATOR, member.number)),
        )
        for member in members
    ]
    known = {member.number for member in members}
    strays = Counter(invite.number for invite in await stage.callees.invites() if invite.number not in known)
    return DemoVerdict(outcomes, seconds, strays)


async def _refusals(service: Service, campaign_id: CampaignId, member: Member) -> frozenset[str]:
    """Codes for which the rules refuse this contact at the demo's hour. Empty for a called one."""
    if member.result is not None:
        return frozenset()
    question = DecisionQuestion(member.number, MORNING)
    (answer,) = await service.suite.decisions.ask(LOCAL_ADMINISTRATOR, campaign_id, [question])
    return frozenset(answer.decision.codes)
