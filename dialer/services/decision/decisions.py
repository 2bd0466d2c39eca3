"""Decisions on request, by the rules of the dialling loop, and past decisions made again.

A past decision is made from its stored inputs with the pack of its day, and must come out the same
(E1, T126, T127).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import ValidationError

from dialer.domain.access import Actor, Right
from dialer.domain.base.canonical_json import Plain, plain
from dialer.domain.base.errors import DialerError
from dialer.domain.base.types import CampaignId, Fingerprint, PhoneNumber
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import StoredDecision, decide, refuse_number, replay
from dialer.domain.decision.facts import decision_hash, join_parts
from dialer.domain.decision.record import Decision
from dialer.domain.numbers.phone import PhoneError, parse_phone
from dialer.domain.oppositions.suppression import ListStanding, Suppression
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from dialer.ports.access import Vault
from dialer.ports.consent import HasContacts
from dialer.ports.decision import HasDecisions
from dialer.ports.oppositions import HasOppositionLists, HasSuppressions
from dialer.ports.records import ArchivedDecision, CampaignSnapshot, ContactFacts, DecisionFilter, InputKind
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.campaigns import StandingWork, standing_of
from dialer.services.decision.decider import Decider

BATCH = 500
Read = tuple[PhoneNumber, Fingerprint] | PhoneError
"""A number as it was understood, or why it is none."""


class DecisionWork(StandingWork, HasContacts, HasSuppressions, HasOppositionLists, Protocol):
    """The unit of work that reads the facts of a decision."""


@dataclass(frozen=True, slots=True)
class DecisionQuestion:
    """A question whether a number would be called at an instant, and why.

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
            unlisted = asked - dossiers.keys()
            suppressions = await work.suppressions.of_many(unlisted)
            lists = await work.lists.standings(sponsor, unlisted)
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
            facts = self._decider.facts_of_unlisted(stored.standing, number, suppressions, lists, system)
        else:
            facts = self._decider.facts(stored.standing, dossier, system)
        decision = decide(facts, question.at, self._decider.cache)
        return DecisionAnswer(decision, decision_hash(facts, decision, self._decider.cache.campaign_text))


SHOWN = 20
"""Limit on the differences reported one by one; the others are counted."""


class ReplayOutcome(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    ERASED = "erased"
    """The person's key was destroyed, or the inputs were never kept."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A past decision that cannot be made again, or comes out otherwise.

    `fields` holds the answers then and now, by field of the decision. `why` is the obstacle to
    making it again.
    """

    decision: ArchivedDecision
    fields: dict[str, tuple[Plain, Plain]]
    why: str = ""


@dataclass(slots=True)
class ReplayReport:
    """The result of a replay.

    `packs` counts the decisions with each pack, as `name@version`; empty where none was in force.
    """

    outcomes: Counter[ReplayOutcome] = field(default_factory=Counter)
    packs: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def checked(self) -> int:
        return self.outcomes.total()


class Replays:
    def __init__(self, store: Store[HasDecisions], vault: Vault, packs: RulePackIndex) -> None:
        self._store = store
        self._vault = vault
        self._cache = DecisionCache(packs)
        self._contexts: dict[str, str] = {}
        self._archive: dict[str, RulePack] = {}

    async def run(
        self, actor: Actor, query: DecisionFilter, listener: Callable[[int], None] | None = None
    ) -> ReplayReport:
        """Replay the selection of `query`, from its `after` on.

        `listener` receives the number done.
        """
        actor.demand(Right.READ_EVIDENCE)
        report = ReplayReport()
        async for page in self._pages(query):
            await self._fetch_inputs(page)
            for decision in page:
                self._check(decision, report)
            if listener:
                listener(report.checked)
        return report

    async def _pages(self, query: DecisionFilter) -> AsyncIterator[list[ArchivedDecision]]:
        while True:
            async with self._store.read() as work:
                page = await work.decisions.page(query)
            if not page:
                return
            yield page
            query = replace(query, after=page[-1].id)

    async def _fetch_inputs(self, page: list[ArchivedDecision]) -> None:
        wanted = {decision.context_hash for decision in page} | {decision.pack_hash for decision in page}
        missing = {key for key in wanted if key} - self._contexts.keys() - self._archive.keys()
        async with self._store.read() as work:
            inputs = await work.decisions.inputs(sorted(missing))
        for found in inputs.values():
            if found.kind is InputKind.CONTEXT:
                self._contexts[found.hash] = found.content
                continue
            try:
                self._archive[found.hash] = RulePack.model_validate_json(found.content)
            except ValidationError:
                continue  # a damaged pack is as good as none: the replay names it

    def _check(self, decision: ArchivedDecision, report: ReplayReport) -> None:
        report.packs[decision.rule_pack] += 1
        if decision.sealed is None or decision.key is None:
            report.outcomes[ReplayOutcome.ERASED] += 1
            return
        difference = self._difference(decision, decision.key, decision.sealed)
        report.outcomes[ReplayOutcome.DIFFERENT if difference else ReplayOutcome.SAME] += 1
        if difference and len(report.differences) < SHOWN:
            report.differences.append(difference)

    def _difference(self, decision: ArchivedDecision, key: bytes, sealed: bytes) -> Difference | None:
        try:
            subject = self._vault.open(decision.fingerprint, key, sealed)
            then = join_parts(self._contexts.get(decision.context_hash or "", ""), subject)
            if then.hash != decision.hash:
                return Difference(decision, {}, "the hash is not that of these inputs")
            stored = StoredDecision(
                then.facts, decision.at, decision.rule_pack, decision.pack_hash, decision.hash
            )
            again = replay(stored, self._cache, self._archive).decision
        except DialerError as error:
            return Difference(decision, {}, str(error))
        # Fields that the program has learnt since are left out.
        now = {name: plain(getattr(again, name, None)) for name in then.decision}
        changed = {name: (then.decision[name], now[name]) for name in now if now[name] != then.decision[name]}
        return Difference(decision, changed) if changed else None
