"""One question prepared for judgement: what the rules look at, worked out once and in the order in which one thing needs another."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dialer.domain.consent.consent import ConsentGiven
from dialer.domain.decision.call_times import Surroundings, surroundings
from dialer.domain.decision.campaign_terms import TERMS, CampaignTerms
from dialer.domain.decision.caps import History, history_of
from dialer.domain.decision.consent_rules import ConsentView, screen
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.law import LAWS, Law
from dialer.domain.decision.setting import pack_at, setting_at
from dialer.domain.decision.silence import Silence, silence_for, silence_plan
from dialer.domain.numbers.callee_location import CalleeLocation, Statement, place_or_none
from dialer.domain.numbers.number_plan import NumberFacts, number_facts
from dialer.domain.numbers.phone import parse_phone
from dialer.domain.numbers.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.rulepacks.rule_names import RuleName
from dialer.domain.rulepacks.rulepack import RulePackIndex

NOT_ON_LIST = ConsentView((), (), {RuleName.CONSENT: "the number is not on the list of this campaign"})


@dataclass(slots=True)
class Case:
    """Made once and never changed: not frozen, as that would cost more than the rules. `place` is None where the number cannot be read, a sentence where it is unknown. `law` is None where none is in force.

    `about` is None without a place: nothing can be said of when.
    """

    facts: Facts
    at: datetime
    profile: str
    terms: CampaignTerms
    number: NumberFacts | PhoneError
    place: CalleeLocation | str | None
    law: Law | None
    about: Surroundings | None
    consent: ConsentView
    history: History
    caller_id: str | None
    foreign: str | None
    holiday: str | None

    @property
    def silences(self) -> tuple[Silence, ...]:
        return self.about.silences if self.about else ()


def prepare(facts: Facts, packs: RulePackIndex, at: datetime) -> Case:
    """Raise `ValueError` for a naive `at`: an instant without offset is no instant."""
    if at.tzinfo is None:
        raise ValueError("the instant asked must carry an offset")
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    terms = TERMS.of(facts.campaign)
    profile = terms.profile
    number = read_number(facts.number)
    place = place_or_none(statements(facts, terms.sponsor), number)
    if isinstance(place, CalleeLocation) and isinstance(number, NumberFacts):
        setting = setting_at(packs, profile, terms, place, number, at)
        law, about, shown, foreign, holiday = setting
        about = with_silences(about, facts) if facts.silences else about
    else:
        pack = pack_at(packs, profile, ("UTC",), at)
        law, about = LAWS.of(pack) if pack else None, None
        shown = foreign = holiday = None
    outside = not facts.trunk.loopback
    consent = screen(facts.consents, terms, law, at, outside=outside) if facts.on_list else NOT_ON_LIST
    past = history_of(facts.attempts, facts.campaign_id, at)
    return Case(facts, at, profile, terms, number, place, law, about, consent, past, shown, foreign, holiday)


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


def statements(facts: Facts, sponsor: str) -> tuple[Statement, ...]:
    """What the row and this sponsor's consents state of the callee's place. Where they differ, all of it is possible."""
    stated = (facts.territory, facts.timezone)
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


def with_silences(about: Surroundings, facts: Facts) -> Surroundings:
    """Also those of its sponsor's other campaigns, unless somebody signed for it (T042)."""
    if facts.campaign.silence_signoff is not None:
        return about
    others = (silence_for(silence_plan(election), about.place) for election in facts.silences)
    silences = (*about.silences, *(silence for silence in others if silence is not None))
    return surroundings(about.shelf, about.profile, about.place, about.terms, silences)
