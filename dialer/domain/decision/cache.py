"""Answers that decisions share, for one index of rule packs.

The service that decides makes the cache and passes it to each decision.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.intervals import EPOCH
from dialer.domain.base.memory import IdentityCache, remembered
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Election
from dialer.domain.campaigns.campaign_terms import CampaignTerms, campaign_terms
from dialer.domain.campaigns.electoral_silence import Silence, silence_for, silence_plan
from dialer.domain.decision.calendar import Calendars, CalleeCalendar, LegalHours
from dialer.domain.decision.consent import ScopeRules
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.number_plan import NumberFacts
from dialer.domain.rulepacks.rulepack import (
    CompiledRulePack,
    RulePack,
    RulePackIndex,
    compile_pack,
    presentable,
)

QUARTER = timedelta(minutes=15)
"""Time zones change their date on a quarter of an hour of UTC, so no midnight lies within one."""


class LocalRules(NamedTuple):
    """The rules for every callee of a campaign at one place within a quarter of an hour.

    `pack`: in force on the callee's local date. `calendar`: with the campaign's own silence.
    `caller_id`: the number to show. `foreign`, `holiday`: why it is the wrong place or day.
    """

    pack: CompiledRulePack | None
    calendar: CalleeCalendar
    caller_id: str | None
    foreign: str | None
    holiday: str | None


class DecisionCache:
    """Pure answers under one index of rule packs: without a cache decisions are slower, no other.

    Safe to share between threads.
    """

    def __init__(self, packs: RulePackIndex) -> None:
        self.packs = packs
        self.hours = LegalHours(packs)
        self.calendars = Calendars(self.hours)
        self.scope_rules = ScopeRules()
        self.terms = IdentityCache[CampaignDefinition, CampaignTerms](campaign_terms)
        self.campaign_text = IdentityCache[CampaignDefinition, str](canonical)
        self._compiled = IdentityCache[RulePack, CompiledRulePack](compile_pack)
        self._plans = IdentityCache(silence_plan)
        self._variants: dict[str, DecisionCache] = {}

    def with_pack(self, pack: RulePack) -> "DecisionCache":
        """Return the cache for `pack` in place of every pack that claims a day of it."""
        known = self._variants.get(pack.hash)
        if known is None:
            known = self._variants[pack.hash] = DecisionCache(self.packs.with_pack(pack))
        return known

    @remembered(8192)
    def local_rules(
        self, campaign: CampaignTerms, place: CalleeLocation, number: NumberFacts, quarter: int
    ) -> LocalRules:
        """Return the rules at `place` in one quarter of an hour, counted from the epoch."""
        at = EPOCH + quarter * QUARTER
        silence = silence_for(campaign.election, place) if campaign.election else None
        calendar = self.calendars.of_callee(place, campaign, (silence,) if silence else ())
        pack = self.pack_at(campaign.profile, place.zones, at)
        if pack is None:
            return LocalRules(pack=None, calendar=calendar, caller_id=None, foreign=None, holiday=None)
        return LocalRules(
            pack=pack,
            calendar=calendar,
            caller_id=caller_id_for(campaign, place, pack.pack, at),
            foreign=foreign_to(pack.pack, number, place),
            holiday=self._holiday_at(campaign.profile, place, at),
        )

    def pack_at(self, profile: str, zones: tuple[str, ...], at: datetime) -> CompiledRulePack | None:
        """Return the pack in force on the callee's local date.

        The newest where zones disagree on the date, and None where one has none.
        """
        found = [self.hours.pack_on(profile, local_date(zone, at)) for zone in zones]
        packs = [pack for pack in found if pack is not None]
        if not packs or len(packs) < len(found):
            return None
        return self._compiled(max(packs, key=lambda pack: pack.valid_from))

    def _holiday_at(self, profile: str, place: CalleeLocation, at: datetime) -> str | None:
        for zone in place.zones:
            day = local_date(zone, at)
            if name := self.hours.holiday(profile, place, day):
                return f"{day.isoformat()} is a holiday: {name}"
        return None

    def silence(self, election: Election, place: CalleeLocation) -> Silence | None:
        """Return the silence of an election that binds a callee at `place`."""
        return silence_for(self._plans(election), place)


def caller_id_for(campaign: CampaignTerms, place: CalleeLocation, pack: RulePack, at: datetime) -> str | None:
    """Return the campaign's number that may be shown where the callee may be, or None."""
    own = [campaign.caller_ids[code] for code in place.territories if code in campaign.caller_ids]
    for number in (*own, campaign.caller_id):
        if any(presentable(number, code, pack, at) for code in place.territories):
            return number
    return None


def foreign_to(pack: RulePack, number: NumberFacts, place: CalleeLocation) -> str | None:
    """Say which territories of the callee the pack does not cover."""
    outside = [code for code in (*number.territories, *place.territories) if code not in pack.territories]
    return f"{' and '.join(dict.fromkeys(outside))} is outside of {pack.name}" if outside else None


def local_date(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
