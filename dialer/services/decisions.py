"""Would this number be called at that instant, and why: the same rules as the dialling loop, asked by a person."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.access import Actor, Right
from dialer.domain.campaign import CampaignId
from dialer.domain.contact import Fingerprint, PhoneNumber
from dialer.domain.decision import decide, refuse_number
from dialer.domain.decision_record import Decision
from dialer.domain.facts import Facts
from dialer.domain.facts_json import decision_hash
from dialer.domain.phone import PhoneError, parse_phone
from dialer.ports.records import Standing
from dialer.ports.store import Store
from dialer.services.fingerprints import Fingerprints
from dialer.services.judge import Judge


@dataclass(frozen=True, slots=True)
class Question:
    """`phone_number` as typed; `live` adds the present state of campaign, halt, clock and ledger."""

    phone_number: str
    at: datetime
    live: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    decision: Decision
    decision_hash: str


class Decisions:
    def __init__(self, store: Store, judge: Judge, fingerprints: Fingerprints) -> None:
        self._store = store
        self._judge = judge
        self._fingerprints = fingerprints

    async def ask(self, actor: Actor, campaign_id: CampaignId, questions: list[Question]) -> list[Answer]:
        """Answer in order. Raise `NotFound` for an unknown campaign; a number that is none is a refusal, not an error."""
        actor.demand(Right.DECIDE)
        standing = await self._store.campaigns.standing(campaign_id)
        return [await self._answer(standing, question) for question in questions]

    async def _answer(self, standing: Standing, question: Question) -> Answer:
        try:
            number = parse_phone(question.phone_number)
        except PhoneError as error:
            return Answer(refuse_number(error, question.at), "")
        facts = await self._facts(standing, number, live=question.live)
        decision = decide(facts, self._judge.packs, question.at)
        return Answer(decision, decision_hash(facts, decision))

    async def _facts(self, standing: Standing, number: PhoneNumber, *, live: bool) -> Facts:
        fingerprint: Fingerprint = self._fingerprints.of(number)
        system = self._judge.system(standing) if live else None
        dossier = await self._store.contacts.dossier(standing.campaign.id, fingerprint)
        if dossier is None:
            suppressions = await self._store.suppressions.of(fingerprint)
            return self._judge.stranger(standing, number, suppressions, system)
        return self._judge.facts(standing, dossier, system)
