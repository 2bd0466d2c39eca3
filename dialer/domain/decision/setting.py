"""What is settled for everybody of a campaign at one place within a quarter of an hour: worked out once, as millions share it."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base.intervals import EPOCH
from dialer.domain.decision.call_times import Surroundings, surroundings
from dialer.domain.decision.caller_id import choose
from dialer.domain.decision.campaign_terms import CampaignTerms
from dialer.domain.decision.law import LAWS, Law
from dialer.domain.decision.opening import holiday_on
from dialer.domain.decision.silence import silence_for
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.number_plan import NumberFacts
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex

QUARTER = timedelta(minutes=15)
"""Every time zone changes its date on a quarter of an hour of UTC, so no midnight lies within one."""


class Setting(NamedTuple):
    """`law` is the pack in force on the callee's local date; `foreign` and `holiday` say why it is the wrong place or day. `about`: with the campaign's own silence."""

    law: Law | None
    about: Surroundings
    caller_id: str | None
    foreign: str | None
    holiday: str | None


def setting_at(
    shelf: RulePackIndex,
    profile: str,
    terms: CampaignTerms,
    place: CalleeLocation,
    number: NumberFacts,
    at: datetime,
) -> Setting:
    return setting_in(shelf, profile, terms, place, number, (at - EPOCH) // QUARTER)


@lru_cache(maxsize=8192)
def setting_in(
    shelf: RulePackIndex,
    profile: str,
    terms: CampaignTerms,
    place: CalleeLocation,
    number: NumberFacts,
    quarter: int,
) -> Setting:
    at = EPOCH + quarter * QUARTER
    pack = pack_at(shelf, profile, place.zones, at)
    silence = silence_for(terms.election, place) if terms.election else None
    about = surroundings(shelf, profile, place, terms, (silence,) if silence else ())
    if pack is None:
        return Setting(None, about, None, None, None)
    outside = [code for code in (*number.territories, *place.territories) if code not in pack.territories]
    foreign = f"{' and '.join(dict.fromkeys(outside))} is outside of {pack.name}" if outside else None
    return Setting(
        LAWS.of(pack), about, choose(terms, place, pack, at), foreign, holiday_at(shelf, profile, place, at)
    )


def holiday_at(shelf: RulePackIndex, profile: str, place: CalleeLocation, at: datetime) -> str | None:
    for zone in place.zones:
        day = local_date(zone, at)
        pack = shelf.for_day(profile, day)
        if pack and (name := holiday_on(pack.title, shelf, place, day)):
            return f"{day.isoformat()} is a holiday: {name}"
    return None


def pack_at(shelf: RulePackIndex, profile: str, zones: tuple[str, ...], at: datetime) -> RulePack | None:
    """The pack in force on the callee's local date; where zones disagree on the date, the newest, and none where one has none."""
    found = [shelf.for_day(profile, local_date(zone, at)) for zone in zones]
    packs = [pack for pack in found if pack is not None]
    return max(packs, key=lambda pack: pack.valid_from) if packs and len(packs) == len(found) else None


def local_date(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
