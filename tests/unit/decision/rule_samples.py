"""Facts for the rules' tests: a callee that may be called, to be changed one fact at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache as once
from typing import Any
from zoneinfo import ZoneInfo

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.base.types import CampaignId, Fingerprint, PhoneNumber
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent import ConsentAct, ConsentedWindow, ConsentGiven, ConsentWithdrawn, SourceClass
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import Facts, PastAttempt, TrunkFacts
from dialer.domain.decision.record import Decision
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.domain.rulepacks.rulepack import RulePackIndex
from tests.samples.campaigns import definition
from tests.samples.people import plain_consent

PARIS = ZoneInfo("Europe/Paris")
CALLEE = PhoneNumber("+33199000001")
CAMPAIGN = CampaignId("c000000000001")
FINGERPRINT = Fingerprint("f" * 64)
EVERY_DAY = (ConsentedWindow(frozenset(range(7)), time(8), time(22)),)
LOOPBACK = TrunkFacts("default", loopback=True, caller_ids=())


@once
def packs() -> RulePackIndex:
    return load_packs()


@once
def cache() -> DecisionCache:
    return DecisionCache(packs())


def paris(text: str) -> datetime:
    """Parse `2027-02-01 10:00:00` as Paris time."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def campaign(**changes: Any) -> CampaignDefinition:
    """Make the sample campaign, as if it lasted ten years."""
    decade = {"starts_at": utc("2020-07-01 00:00"), "ends_at": utc("2030-01-01 00:00")}
    return definition(**decade | changes)


def commercial(**changes: Any) -> CampaignDefinition:
    return campaign(**{"profile": "fr-commercial", "purpose": "commercial"} | changes)


def election(**changes: Any) -> dict[str, Any]:
    return {"id": "pres-2027", "poll_dates": {"default": date(2027, 4, 18)}} | changes


def consent(**changes: Any) -> ConsentGiven:
    stated = {"windows": EVERY_DAY, "act": ConsentAct.OPT_IN_FORM}
    return plain_consent(FINGERPRINT, **stated | changes)


def withdrawal(at: datetime, sponsor: str | None = "liste-demo") -> ConsentWithdrawn:
    return ConsentWithdrawn(FINGERPRINT, sponsor, "email", at, at)


def opposition(sponsor: str | None = "liste-demo") -> Suppression:
    at = utc("2026-10-01 08:00")
    return Suppression(FINGERPRINT, sponsor, OppositionChannel.DTMF, at, at, "pbx1")


def attempt(at: datetime, **changes: Any) -> PastAttempt:
    made = PastAttempt(CAMPAIGN, at, counts=True, delivered=False, alive=False)
    return replace(made, **changes)


def facts(**changes: Any) -> Facts:
    known = Facts(
        number=CALLEE,
        on_list=True,
        territory=None,
        timezone=None,
        source_class=SourceClass.OPT_IN_FORM,
        consents=(consent(),),
        suppressions=(),
        attempts=(),
        campaign_id=CAMPAIGN,
        campaign=campaign(),
        silences=(),
        trunk=LOOPBACK,
        system=None,
    )
    return replace(known, **changes)


def judged(at: datetime, **changes: Any) -> Decision:
    return decide(facts(**changes), at, cache())


def codes(at: datetime, **changes: Any) -> set[str]:
    """Return the codes of the refusal; empty for a permit."""
    decision = judged(at, **changes)
    assert decision.permitted == (not decision.reasons)
    return {code.value for code in decision.codes}
