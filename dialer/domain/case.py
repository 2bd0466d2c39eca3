"""One question prepared for judgement: what the rules look at, worked out once and in the order in which one thing needs another."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dialer.domain.caller_id import choose
from dialer.domain.campaign_terms import TERMS, CampaignTerms
from dialer.domain.consent import ConsentGiven
from dialer.domain.consent_rules import ConsentView, screen
from dialer.domain.facts import Facts
from dialer.domain.number_plan import NumberFacts, number_facts
from dialer.domain.phone import parse_phone
from dialer.domain.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.place import Place, Statement, place_or_none
from dialer.domain.rule_names import RuleName
from dialer.domain.rulepack import PackShelf, RulePack
from dialer.domain.silence import Silence, silence_for, silence_plan

NOT_ON_LIST = ConsentView((), (), {RuleName.CONSENT: "the number is not on the list of this campaign"})


@dataclass(frozen=True, slots=True)
class Case:
    """`place` is None where the number cannot be read, a sentence where it is unknown. `pack` is None where none is in force."""

    facts: Facts
    at: datetime
    shelf: PackShelf
    terms: CampaignTerms
    number: NumberFacts | PhoneError
    place: Place | str | None
    pack: RulePack | None
    consent: ConsentView
    silences: tuple[Silence, ...]
    caller_id: str | None

    @property
    def profile(self) -> str:
        return self.facts.campaign.profile


def prepare(facts: Facts, packs: PackShelf, at: datetime) -> Case:
    """Raise `ValueError` for a naive `at`: an instant without offset is no instant."""
    if at.tzinfo is None:
        raise ValueError("the instant asked must carry an offset")
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    terms = TERMS.of(facts.campaign)
    number = read_number(facts.number)
    place = place_or_none(statements(facts), number)
    known = place if isinstance(place, Place) else None
    pack = pack_at(packs, facts.campaign.profile, known, at)
    consent = screen(facts.consents, terms, pack, at) if facts.on_list else NOT_ON_LIST
    silences = silences_of(facts, terms, known) if known else ()
    shown = choose(facts.campaign, known, pack, at) if known and pack else None
    return Case(facts, at, packs, terms, number, place, pack, consent, silences, shown)


def read_number(number: str) -> NumberFacts | PhoneError:
    """What the number is. Text that is not canonical is refused too, with the code its own mistake has."""
    try:
        return number_facts(number)
    except PhoneError as error:
        if error.reason is not PhoneErrorCode.INVALID_NUMBER:
            return error
        return misspelt(number, error)


def misspelt(number: str, error: PhoneError) -> PhoneError:
    try:
        parse_phone(number)
    except PhoneError as closer:
        return closer
    return error


def statements(facts: Facts) -> tuple[Statement, ...]:
    """What the row and this sponsor's consents state of the callee's place. Where they differ, all of it is possible."""
    stated, sponsor = (facts.territory, facts.timezone), facts.campaign.sponsor.id
    others = {
        (event.territory, event.timezone)
        for event in facts.consents
        if isinstance(event, ConsentGiven)
        and (event.territory or event.timezone)
        and event.sponsor == sponsor
    }
    others.discard(stated)
    return (stated, *sorted(others, key=str)) if others else (stated,)


def pack_at(packs: PackShelf, profile: str, place: Place | None, at: datetime) -> RulePack | None:
    """The pack in force on the callee's local date; where zones disagree on the date, the newest, and none where one has none."""
    newest: RulePack | None = None
    for zone in place.zones if place else ("UTC",):
        pack = packs.for_day(profile, local_date(zone, at))
        if pack is None:
            return None
        if newest is None or pack.valid_from > newest.valid_from:
            newest = pack
    return newest


def local_date(zone: str, at: datetime) -> date:
    return at.astimezone(clock(zone)).date()


@lru_cache(maxsize=1024)
def clock(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def silences_of(facts: Facts, terms: CampaignTerms, place: Place) -> tuple[Silence, ...]:
    """The campaign's own silence and, unless somebody signed for it, those of its sponsor's other campaigns (T042)."""
    plans = [terms.election] if terms.election else []
    if facts.silences and facts.campaign.silence_signoff is None:
        plans += [silence_plan(election) for election in facts.silences]
    found = (silence_for(plan, place) for plan in plans)
    return tuple(silence for silence in found if silence is not None)
