"""When a callee could first be called, as the dialling loop would find out: judged at the start, and again whenever it would look again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from dialer.domain.consent import ConsentEvent, ConsentGiven
from dialer.domain.consent_rules import consent_end
from dialer.domain.decision import decide
from dialer.domain.decision_record import Decision, ReasonCode
from dialer.domain.facts import Facts
from dialer.domain.number_plan import NumberFacts, number_facts
from dialer.domain.phone_text import PhoneError
from dialer.domain.retry import Closed, after_refusal, final
from dialer.domain.rulepack import PackShelf, RulePack

LOOKS = 100
"""How often at most a refusal that passes is judged again: caps are asked for every hour while the calendar is open."""
SHORTEST_WAIT = timedelta(minutes=1)


class Foreseen(NamedTuple):
    """`at` (UTC) and the callee's `zone`, or else the codes why it never comes; `undecided`: it may come later than was looked."""

    at: datetime | None
    zone: str
    codes: frozenset[ReasonCode]
    undecided: bool = False


def foresee(facts: Facts, packs: PackShelf, start: datetime) -> Foreseen:
    """From `start` (aware) on, if nothing that is stored changes."""
    at = start
    codes: frozenset[ReasonCode] = frozenset()
    for _ in range(LOOKS):
        decision = decide(facts, packs, at)
        if decision.permitted:
            return Foreseen(at, decision.zones[0], frozenset())
        codes = decision.codes
        change = after_refusal(decision)
        if isinstance(change, Closed):
            return Foreseen(None, "", reasons_for_good(decision) or frozenset({ReasonCode(change.reason)}))
        at = max(change.at, at + SHORTEST_WAIT)
    return Foreseen(None, "", codes, undecided=True)


def reasons_for_good(decision: Decision) -> frozenset[ReasonCode]:
    """Without those that time lifts: who never agreed is not refused for the lunch hour."""
    return frozenset(reason.code for reason in decision.reasons if final(reason, decision))


Likeness = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Likenesses:
    """What makes two callees alike for one campaign from `start` to `end`: the same answers at every instant between.

    `packs`: all that may decide. Whoever is alike need be judged once, which is what makes a million foreseeable in seconds.
    """

    start: datetime
    end: datetime
    packs: tuple[RulePack, ...]

    def of(self, facts: Facts) -> Likeness:
        consents = facts.consents
        plain = [self._lasting(event) if isinstance(event, ConsentGiven) else None for event in consents]
        return (
            kind_of_number(facts, self.packs),
            facts.on_list,
            facts.territory,
            facts.timezone,
            facts.source_class,
            # A withdrawal ends what was given before it: then every date counts.
            consents if None in plain else (*plain, *order_of(consents)),
            frozenset(entry.sponsor for entry in facts.suppressions),
            facts.attempts,
            facts.lists,
        )

    def _lasting(self, consent: ConsentGiven) -> Likeness | None:
        """Its dates do not matter where it holds all the time; None where they do."""
        if consent.given_at > self.start:
            return None
        for pack in self.packs:
            ends = consent_end(consent, pack)
            if ends is not None and ends < self.end:
                return None
        return (
            consent.sponsor,
            consent.purpose,
            consent.channel,
            bool(consent.source.strip()),
            bool(consent.proof.strip()),
            consent.windows,
            consent.appointment_at,
            consent.territory,
            consent.timezone,
            consent.basis,
            consent.act,
        )


def order_of(consents: tuple[ConsentEvent, ...]) -> tuple[int, ...]:
    """Which of several was given when: the latest may be the only one that speaks."""
    if len(consents) < 2:
        return ()
    times = [event.given_at for event in consents if isinstance(event, ConsentGiven)]
    return tuple(sorted(set(times)).index(at) for at in times)


def kind_of_number(facts: Facts, packs: tuple[RulePack, ...]) -> NumberFacts | str:
    """Numbers of a kind share their facts; those that a list names, or that are none, are like no other."""
    number = facts.number
    campaign = facts.campaign
    own = (campaign.caller_id, campaign.sponsor.callback_number, *campaign.caller_ids.values())
    if number in own or any(number == entry.number for entry in facts.trunk.caller_ids):
        return number
    if any(number.startswith(pack.denied_numbers) for pack in packs if pack.denied_numbers):
        return number
    try:
        return number_facts(number)
    except PhoneError:
        return number
