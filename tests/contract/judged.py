"""Decisions by the real rules, made and recorded as the dialling loop does, on a real database."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from dialer.adapters.clock import pretending
from dialer.adapters.home.keys import AesVault
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.home.sounds import ProbeSoundFiles
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import NotNow
from dialer.domain.base.types import CampaignId
from dialer.domain.consent import ConsentedWindow
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from dialer.ports.records import ClaimDecision, DecisionFilter
from dialer.services.decision.decider import Decider, DecisionArchive, LedgerState, TrunkPlan
from dialer.services.decision.decisions import ReplayReport, Replays
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.samples.campaigns import CAMPAIGN, campaign
from tests.samples.people import consent, new_contact, run_list

MONDAY = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
VAULT = AesVault(bytes(range(32)))
SOUNDS = ProbeSoundFiles(Path("nowhere"))
"""A folder without sounds: no call-back line was ever listened to."""
WORKDAYS = (ConsentedWindow(frozenset(range(5)), time(9), time(20)),)
TRUNK = TrunkPlan(TrunkFacts("default", loopback=True, caller_ids=()), ("pbx1",), 1000, 1000)


def judge_at(now: datetime, packs: RulePackIndex, ledger: LedgerState = WRITABLE) -> Decider:
    return Decider(packs, {"default": TRUNK}, pretending(now), DecisionArchive(VAULT, packs), ledger)


async def listed_with_consent(
    store: ActStore, *indices: int, campaign_id: CampaignId = CAMPAIGN, every: int = 2, **changes: object
) -> None:
    """List contacts in a running campaign; each `every`-th has no consent."""
    made = campaign(campaign_id, **changes)
    agreed = partial(
        consent,
        windows=WORKDAYS,
        given_at=MONDAY - 40 * DAY,
        appointment_at=None,
        purpose=made.definition.purpose,
    )
    rows = [new_contact(index, given=agreed(index) if index % every else None) for index in indices]
    await run_list(store, made, rows, at=MONDAY, imported_at=MONDAY - DAY)


DAY = timedelta(days=1)


async def claim_all(
    store: ActStore, judge: Decider, *, campaign_id: CampaignId = CAMPAIGN, limit: int = 1000
) -> list[ClaimDecision]:
    """Claim every due contact. Return none where no call may be made now."""
    try:
        return await store.attempts.claim(
            campaign_id,
            now=judge.clock.now(),
            limit=limit,
            permits=limit,
            judge=partial(judge.claimed, pbx="pbx1"),
        )
    except NotNow:
        return []


async def replayed(
    store: ActStore, packs: RulePackIndex | None = None, query: DecisionFilter | None = None
) -> ReplayReport:
    replays = Replays(store, VAULT, packs or load_packs())
    return await replays.run(LOCAL_ADMINISTRATOR, query or DecisionFilter())


def shelf_with(change: Callable[[RulePack], RulePack]) -> RulePackIndex:
    """Return the packs as if the program had shipped another fr-political."""
    shipped = load_packs().shipped
    return RulePackIndex([change(pack) if pack.name == "fr-political" else pack for pack in shipped])


def another_version(pack: RulePack) -> RulePack:
    """Return a version in force on the same days, closed on Mondays."""
    keys = pack.model_dump()
    for slot in keys["hours"]:
        slot["days"] = ("tue", "wed", "thu", "fri")
    return RulePack.model_validate(keys | {"version": "later"})
