"""Past decisions, made again (E1, T126, T127).

They are made from their stored inputs with the pack of their day, and must come out the same.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pydantic import ValidationError

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.canonical_json import Plain, plain
from dialer.domain.base.errors import DialerError
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import StoredDecision, replay
from dialer.domain.decision.facts import join_parts
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from dialer.ports.access.vault import Vault
from dialer.ports.decisions import HasDecisions
from dialer.ports.records import ArchivedDecision, DecisionFilter, InputKind
from dialer.ports.unit_of_work import Store

SHOWN = 20
"""Limit on the differences reported one by one; the others are counted."""


class ReplayOutcome(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    ERASED = "erased"
    """The person's key was destroyed, or the inputs were never kept."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference.

    `fields` holds the answers then and now, by field of the decision. `why` is the obstacle to
    making it again.
    """

    decision: ArchivedDecision
    fields: dict[str, tuple[Plain, Plain]]
    why: str = ""


@dataclass(slots=True)
class ReplayReport:
    """Result of a replay.

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
