"""Decisions on request: would this number be called at that instant, and why.

The rules are those of the dialling loop.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.types import CampaignId, Fingerprint, PhoneNumber
from dialer.domain.decision.decide import decide, refuse_number
from dialer.domain.decision.facts import decision_hash
from dialer.domain.decision.record import Decision
from dialer.domain.numbers.phone import PhoneError, parse_phone
from dialer.domain.oppositions.external_list import ListStanding
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.consent.contacts import HasContacts
from dialer.ports.oppositions.external_lists import HasOppositionLists
from dialer.ports.oppositions.suppressions import HasSuppressions
from dialer.ports.records import CampaignSnapshot, ContactFacts
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.snapshots import StandingWork, standing_of
from dialer.services.decision.decider import Decider

BATCH = 500
Read = tuple[PhoneNumber, Fingerprint] | PhoneError
"""A number as it was understood, or why it is none."""


class DecisionWork(StandingWork, HasContacts, HasSuppressions, HasOppositionLists, Protocol):
    """The unit of work that reads the facts of a decision."""


@dataclass(frozen=True, slots=True)
class DecisionQuestion:
    """A question.

    `phone_number` is as typed. `live` adds the present state of campaign, halt, clock and ledger.
    """

    phone_number: str
    at: datetime
    live: bool = False


@dataclass(frozen=True, slots=True)
class DecisionAnswer:
    decision: Decision
    decision_hash: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Stored data about the numbers in question, on the list of the campaign or not."""

    standing: CampaignSnapshot
    dossiers: Mapping[Fingerprint, ContactFacts]
    suppressions: Mapping[Fingerprint, Sequence[Suppression]]
    lists: Mapping[Fingerprint, tuple[ListStanding, ...]]


class Decisions:
    def __init__(self, store: Store[DecisionWork], decider: Decider, fingerprints: Fingerprints) -> None:
        self._store = store
        self._decider = decider
        self._fingerprints = fingerprints

    async def ask(
        self, actor: Actor, campaign_id: CampaignId, questions: Sequence[DecisionQuestion]
    ) -> list[DecisionAnswer]:
        """Answer in order. Raise `NotFound` for an unknown campaign.

        An invalid number is a refusal, not an error. Some hundreds at a time are read and judged in
        a thread: calls in progress go on meanwhile.
        """
        actor.demand(Right.DECIDE)
        async with self._store.read() as work:
            standing = await standing_of(work, campaign_id)
        region = self._decider.region(standing.campaign.definition.profile)
        answers: list[DecisionAnswer] = []
        for start in range(0, len(questions), BATCH):
            some = questions[start : start + BATCH]
            numbers = await asyncio.to_thread(self._read_numbers, some, region)
            stored = await self._stored(standing, {known[1] for known in numbers if isinstance(known, tuple)})
            answers += await asyncio.to_thread(self._answers, stored, some, numbers)
        return answers

    def _read_numbers(self, questions: Sequence[DecisionQuestion], region: str) -> list[Read]:
        numbers: list[Read] = []
        for question in questions:
            try:
                number = parse_phone(question.phone_number, region=region)
            except PhoneError as error:
                numbers.append(error)
            else:
                numbers.append((number, self._fingerprints.of(number)))
        return numbers

    async def _stored(self, standing: CampaignSnapshot, asked: set[Fingerprint]) -> Stored:
        campaign, sponsor = standing.campaign.id, standing.campaign.definition.sponsor.id
        async with self._store.read() as work:
            dossiers = await work.contacts.dossiers_among(campaign, sponsor, asked)
            strangers = asked - dossiers.keys()
            suppressions = await work.suppressions.of_many(strangers)
            lists = await work.lists.standings(sponsor, strangers)
        return Stored(standing, dossiers, suppressions, lists)

    def _answers(
        self, stored: Stored, questions: Sequence[DecisionQuestion], numbers: Sequence[Read]
    ) -> list[DecisionAnswer]:
        return [
            DecisionAnswer(refuse_number(number, question.at), "")
            if isinstance(number, PhoneError)
            else self._answer(stored, question, *number)
            for question, number in zip(questions, numbers, strict=True)
        ]

    def _answer(
        self, stored: Stored, question: DecisionQuestion, number: PhoneNumber, fingerprint: Fingerprint
    ) -> DecisionAnswer:
        system = self._decider.system(stored.standing) if question.live else None
        dossier = stored.dossiers.get(fingerprint)
        if dossier is None:
            suppressions = tuple(stored.suppressions.get(fingerprint, ()))
            lists = stored.lists[fingerprint]
            facts = self._decider.stranger(stored.standing, number, suppressions, lists, system)
        else:
            facts = self._decider.facts(stored.standing, dossier, system)
        decision = decide(facts, question.at, self._decider.cache)
        return DecisionAnswer(decision, decision_hash(facts, decision, self._decider.cache.campaign_text))
