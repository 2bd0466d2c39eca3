"""Daily erasure of data past its limit, with an alarm where it fails.

Sources: FP-32, FP-32b, US-15, UK-08, CA-11, E8, T120.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import Conflict, DialerError, place_of
from dialer.domain.base.types import ImportId
from dialer.domain.ledger.entries_people import retention_ran
from dialer.domain.rulepacks.pack_parts import RetentionRules
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.domain.upkeep import retention as terms
from dialer.domain.upkeep.retention import ProofTerm, RetentionRun
from dialer.ports.access.keys import HasKeys, KeyStore
from dialer.ports.clock import Clock
from dialer.ports.probes import ProbeSounds
from dialer.ports.unit_of_work import UnitOfWork
from dialer.ports.upkeep.retention import HasRetention, RetainedList
from dialer.services.access.keys import clear_moved
from dialer.services.consent.consent_proofs import ConsentProofs

log = structlog.get_logger()

LOOK_EVERY_S = 60.0
BY_ITSELF = "retention job"
BATCH = 1000
"""Rows a transaction: dialling does not wait long for the database."""


class RetentionWork(HasRetention, HasKeys, UnitOfWork, Protocol):
    """The unit of work of retention."""


@dataclass(frozen=True, slots=True)
class DatedList:
    kept: RetainedList
    limit: datetime
    """The next limit of its contacts: of all, or of the uncalled ones where the others are kept."""


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """The state of retention.

    `next_run_at` is None for never, while time is pretended. `overdue` counts lists past their
    limit. `blocked`: no campaign is created.
    """

    last: RetentionRun | None
    next_run_at: datetime | None
    failing_since: datetime | None
    lists: tuple[DatedList, ...]
    overdue: int
    blocked: bool


class Retention:
    """Retention. With a shifted clock (`pretended`) nothing is erased and nothing is overdue.

    Real data must not be erased on pretended time.
    """

    def __init__(
        self,
        store: KeyStore[RetentionWork],
        packs: RulePackIndex,
        proofs: ConsentProofs,
        sounds: ProbeSounds,
        clock: Clock,
        *,
        pretended: bool,
    ) -> None:
        self._store = store
        self._proofs = proofs
        self._sounds = sounds
        self._packs = packs
        self._clock = clock
        self._pretended = pretended

    async def run(self) -> None:
        """Run until cancelled."""
        while not self._pretended:
            try:
                await self._tick()
            except DialerError as error:
                log.error("retention is not known: the database does not answer", error=str(error))
            await asyncio.sleep(LOOK_EVERY_S)
        await asyncio.Event().wait()

    async def run_now(self, actor: Actor) -> RetentionRun:
        """Run now, due or not. The run itself reports its failure."""
        actor.demand(Right.ERASE)
        if self._pretended:
            raise Conflict(
                "nothing is erased while the time is pretended", hint="start without --pretend-now"
            )
        return await self._clear(by=actor.name)

    async def status(self, actor: Actor) -> RetentionStatus:
        actor.demand(Right.READ_EVIDENCE)
        return await self._status()

    async def demand_running(self) -> None:
        """Raise `Conflict` where erasing has failed for too long.

        Without erasure no more people may be added (T120).
        """
        if (await self._status()).blocked:
            raise Conflict(
                "personal data that should be gone is still kept: no campaign is created meanwhile",
                hint="see `dialer retention status`, mend it and run `dialer retention run`",
            )

    async def _tick(self) -> None:
        async with self._store.read() as work:
            runs = await work.retention.runs()
        due_at = terms.next_run(runs[-1] if runs else None)
        if due_at is None or due_at <= self._clock.now():
            await self._clear(by=BY_ITSELF)

    async def _clear(self, *, by: str) -> RetentionRun:
        started_at = self._clock.now()
        async with self._store.write() as work:
            run_id = await work.retention.begin(started_at)
        counts, error = {"contacts": 0, "consents": 0, "keys": 0}, None
        try:
            await self._proofs.seal_older()
            for kind, erase in (
                ("contacts", self._contacts),
                ("consents", self._consents),
                ("keys", self._keys),
            ):
                counts[kind] = await erase(started_at)
            await self._recordings(started_at)
            # Where a change of keys was ended just before its own last step.
            await clear_moved(self._store)
        except Exception as failure:
            error = str(failure) if isinstance(failure, DialerError) else place_of(failure)
            log.error("retention failed: personal data stays longer than it may", error=error)
        run = RetentionRun(started_at, self._clock.now(), **counts, error=error)
        async with self._store.write() as work:
            await work.retention.end(run_id, run)
            at = run.ended_at or run.started_at
            work.record(retention_ran(run, by=by, at=at, next_run_at=terms.next_run(run)))
        return run

    async def _contacts(self, now: datetime) -> int:
        erased = 0
        async with self._store.read() as work:
            lists = await work.retention.lists()
        for kept in lists:
            first, last = self._limits(kept, now)
            if terms.contacts_due(first, now):
                uncalled = not terms.contacts_due(last, now)
                erased += await in_batches(partial(self._erase_some, kept.import_id, now, uncalled=uncalled))
        return erased

    async def _terms(self, now: datetime) -> tuple[ProofTerm, ...]:
        async with self._store.read() as work:
            profiles = await work.retention.profiles()
        rules = {sponsor: [self._rules(name, now) for name in names] for sponsor, names in profiles.items()}
        return terms.proof_terms(rules, now)

    async def _recordings(self, now: datetime) -> None:
        """Forget old recordings of call-back probes.

        They prove, as long as the longest-kept consent, that our number could be called (E9).
        """
        await self._sounds.forget(kept_before=min(term.before for term in await self._terms(now)))

    async def _consents(self, now: datetime) -> int:
        found, erased = await self._terms(now), 0
        for term in found:
            erased += await in_batches(partial(self._erase_consents, term))
        await self._proofs.destroy_keys(before=max(term.before for term in found))
        return erased

    async def _keys(self, _: datetime) -> int:
        return await in_batches(self._destroy_keys)

    async def _erase_some(self, import_id: ImportId, now: datetime, *, uncalled: bool, limit: int) -> int:
        async with self._store.write() as work:
            return await work.retention.erase_contacts(import_id, at=now, uncalled=uncalled, limit=limit)

    async def _erase_consents(self, term: ProofTerm, *, limit: int) -> int:
        async with self._store.write() as work:
            return await work.retention.erase_consents(term, limit=limit)

    async def _destroy_keys(self, *, limit: int) -> int:
        async with self._store.write() as work:
            return await work.retention.destroy_keys(limit=limit)

    async def _status(self) -> RetentionStatus:
        now = self._clock.now()
        async with self._store.read() as work:
            runs = await work.retention.runs()
            kept = await work.retention.lists()
        last, since = (runs[-1] if runs else None), terms.failing_since(runs)
        lists = tuple([self._dated(one, runs, now) for one in kept])
        past = [dated.limit for dated in lists if dated.limit <= now and not self._pretended]
        return RetentionStatus(
            last=last,
            next_run_at=None if self._pretended else terms.next_run(last) or now,
            failing_since=since,
            lists=lists,
            overdue=len(past),
            blocked=not self._pretended and terms.blocked(now, since, past),
        )

    def _dated(self, kept: RetainedList, runs: Sequence[RetentionRun], now: datetime) -> DatedList:
        first, last = self._limits(kept, now)
        done = any(run.well and terms.contacts_due(first, run.started_at) for run in runs)
        return DatedList(kept, last if done else first)

    def _limits(self, kept: RetainedList, now: datetime) -> tuple[datetime, datetime]:
        """Return when contacts never called must be gone, and when the others.

        A campaign that is not over may still call.
        """
        rules = self._rules(kept.profile, now)
        first = terms.contacts_limit(kept.imported_at, kept.ended_at, rules.contact_days)
        if rules.call_record_years is None:
            return first, first
        called = terms.called_limit(kept.ended_at or now, kept.last_poll, rules.call_record_years)
        return first, max(first, called)

    def _rules(self, profile: str, now: datetime) -> RetentionRules:
        """Return the rules in force today.

        Return the default of every pack where the profile has none any more.
        """
        pack = self._packs.for_day(profile, now.date())
        return pack.retention if pack else RetentionRules()


class Erasing(Protocol):
    async def __call__(self, *, limit: int) -> int: ...


async def in_batches(erase: Erasing) -> int:
    """Repeat until a batch is not full; return the count of erased rows."""
    erased = 0
    while (some := await erase(limit=BATCH)) == BATCH:
        erased += some
    return erased + some
