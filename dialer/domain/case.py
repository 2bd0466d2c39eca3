"""One question prepared for judgement: what the rules look at, worked out once and in the order in which one thing needs another."""

from datetime import UTC, datetime
from typing import NamedTuple

from dialer.domain.campaign_terms import TERMS, CampaignTerms
from dialer.domain.caps import History, history_of
from dialer.domain.consent import ConsentGiven
from dialer.domain.consent_rules import ConsentView, screen
from dialer.domain.facts import Facts
from dialer.domain.number_plan import NumberFacts, number_facts
from dialer.domain.phone import parse_phone
from dialer.domain.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.place import Place, Statement, place_or_none
from dialer.domain.rule_names import RuleName
from dialer.domain.rulepack import PackShelf, RulePack
from dialer.domain.setting import Setting, pack_at, setting_at
from dialer.domain.silence import Silence, silence_for, silence_plan

NOT_ON_LIST = ConsentView((), (), {RuleName.CONSENT: "the number is not on the list of this campaign"})


class Case(NamedTuple):
    """`place` is None where the number cannot be read, a sentence where it is unknown. `pack` is None where none is in force."""

    facts: Facts
    at: datetime
    shelf: PackShelf
    profile: str
    terms: CampaignTerms
    number: NumberFacts | PhoneError
    place: Place | str | None
    pack: RulePack | None
    consent: ConsentView
    history: History
    silences: tuple[Silence, ...]
    caller_id: str | None
    foreign: str | None
    holiday: str | None


def prepare(facts: Facts, packs: PackShelf, at: datetime) -> Case:
    """Raise `ValueError` for a naive `at`: an instant without offset is no instant."""
    if at.tzinfo is None:
        raise ValueError("the instant asked must carry an offset")
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    profile, terms = facts.campaign.profile, TERMS.of(facts.campaign)
    number = read_number(facts.number)
    place = place_or_none(statements(facts), number)
    if isinstance(place, Place) and isinstance(number, NumberFacts):
        setting = setting_at(packs, profile, terms, place, number, at)
        silences = silences_of(facts, setting.silence, place)
    else:
        setting = Setting(pack_at(packs, profile, ("UTC",), at), None, None, None, None)
        silences = ()
    pack, _, shown, foreign, holiday = setting
    outside = not facts.trunk.loopback
    consent = screen(facts.consents, terms, pack, at, outside=outside) if facts.on_list else NOT_ON_LIST
    past = history_of(facts.attempts, facts.campaign_id, at)
    return Case(
        facts,
        at,
        packs,
        profile,
        terms,
        number,
        place,
        pack,
        consent,
        past,
        silences,
        shown,
        foreign,
        holiday,
    )


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
    others = set()
    for event in facts.consents:
        if (
            isinstance(event, ConsentGiven)
            and event.sponsor == sponsor
            and (event.territory or event.timezone)
        ):
            others.add((event.territory, event.timezone))
    others.discard(stated)
    return (stated, *sorted(others, key=str)) if others else (stated,)


def silences_of(facts: Facts, own: Silence | None, place: Place) -> tuple[Silence, ...]:
    """The campaign's own silence and, unless somebody signed for it, those of its sponsor's other campaigns (T042)."""
    found = (own,) if own else ()
    if not facts.silences or facts.campaign.silence_signoff is not None:
        return found
    others = (silence_for(silence_plan(election), place) for election in facts.silences)
    return (*found, *(silence for silence in others if silence is not None))
