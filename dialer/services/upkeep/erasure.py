"""Erasure of personal data: daily at its limit, or at a person's wish; and access to their data.

Access and erasure are rights of each person (GDPR 15 and 17, T116, T121). The daily erasure raises
an alarm where it fails (FP-32, FP-32b, US-15, UK-08, CA-11, E8, T120).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from dialer.domain import upkeep as terms
from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, DialerError, InvalidInput, NotFound, Problem, place_of
from dialer.domain.base.types import Fingerprint, ImportId, PhoneNumber
from dialer.domain.decision.facts import StoredAnswer, join_parts
from dialer.domain.ledger.entries_people import retention_ran, subject_exported
from dialer.domain.numbers.phone import every_reading, parse_phone
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.rulepacks.pack_parts import RetentionRules
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.domain.upkeep import ProofTerm, RetentionRun
from dialer.ports.access import HasKeys, KeyStore, Vault
from dialer.ports.clock import Clock
from dialer.ports.probes import ProbeSounds
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.ports.upkeep import DecisionRow, Erased, HasRetention, HasSubjects, RetainedList, SubjectFile
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.access.keys import clear_moved
from dialer.services.acts.people import ErasureWork, erase_person
from dialer.services.calls.call_records import CallRecord, CallRecords
from dialer.services.consent.consent_proofs import ConsentProofs


class SubjectWork(ErasureWork, HasSubjects, Protocol):
    """The unit of work that reads and erases a person."""


@dataclass(frozen=True, slots=True)
class OpenedDecision:
    """A stored decision about the person, with its inputs opened.

    `told` is its question and answer; None where they cannot be read. Then `why` says whether they
    were erased.
    """

    row: DecisionRow
    told: StoredAnswer | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything stored about one person."""

    number: PhoneNumber
    fingerprint: Fingerprint
    file: SubjectFile
    calls: list[CallRecord]
    decisions: tuple[OpenedDecision, ...]


class Subjects:
    """The rights of each person: access to their data, and its erasure."""

    def __init__(
        self,
        store: Store[SubjectWork],
        calls: CallRecords,
        vault: Vault,
        fingerprints: Fingerprints,
        proofs: ConsentProofs,
        clock: Clock,
    ) -> None:
        self._store = store
        self._calls = calls
        self._vault = vault
        self._fingerprints = fingerprints
        self._proofs = proofs
        self._clock = clock

    async def export(self, actor: Actor, phone_number: str) -> Subject:
        """Return everything stored, refused decisions included. The access goes into the ledger.

        A spelling that is no plain number is read in every possible way, and taken for the only
        known number among them. Raise `NotFound` where nothing is stored, `InvalidInput` where it
        could be several people: no one sees another person's data.
        """
        actor.demand(Right.READ_SUBJECTS)
        async with self._store.read() as work:
            known = [
                (number, file)
                for number in _readings(phone_number)
                if not (file := await work.subjects.file(self._fingerprints.of(number))).empty
            ]
        if not known:
            raise NotFound("nothing is kept about this number")
        if len(known) > 1:
            raise InvalidInput(
                "the number can be read as several that are known here", hint="write it with its country code"
            )
        [(number, file)] = known
        fingerprint = self._fingerprints.of(number)
        opened = await asyncio.to_thread(
            lambda: tuple(self._opened(fingerprint, row) for row in file.decisions)
        )
        told = subject_exported(fingerprint, by=actor.name, at=self._clock.now())
        async with self._store.write() as work:
            work.record(told)
        proofs = await self._proofs.opening()
        whole = replace(file, consents=await asyncio.to_thread(tuple, map(proofs.clear, file.consents)))
        return Subject(number, fingerprint, whole, await self._calls.records(actor, file.calls), opened)

    async def erase(self, actor: Actor, phone_number: str) -> Erased:
        """Erase a person for good.

        The fingerprint stays, with oppositions and with times and outcomes of calls. Erasing is no
        opposition: a person who only asked to be forgotten may still agree anew. But it takes back
        every consent given until now, so that no list collected before leads to a call again; only
        a later positive act does. An opposition stays in force (FP-33). Raise `PhoneError` for a
        number that is not plain, `NotFound` where nothing is stored, `Conflict` while it is being
        called.
        """
        actor.demand(Right.ERASE)
        fingerprint = self._fingerprints.of(parse_phone(phone_number))
        async with self._store.write() as work:
            if (await work.subjects.file(fingerprint)).empty:
                raise NotFound("nothing is kept about this number")
            return await erase_person(work, fingerprint, by=actor.name, at=self._clock.now())

    def _opened(self, fingerprint: Fingerprint, row: DecisionRow) -> OpenedDecision:
        if row.sealed is None or row.key is None or row.context is None:
            return OpenedDecision(row, None, "erased, or never kept")
        try:
            told = join_parts(row.context, self._vault.open(fingerprint, row.key, row.sealed))
        except InvalidInput as damaged:
            return OpenedDecision(row, None, str(damaged))
        return OpenedDecision(row, told)


def _readings(phone_number: str) -> tuple[PhoneNumber, ...]:
    try:
        return (parse_phone(phone_number),)
    except PhoneError:
        readings = every_reading(phone_number)
    if not readings:
        raise InvalidInput("nobody is known by this", (Problem("phone_number", "holds no digits"),))
    return readings


log = structlog.get_logger()

LOOK_EVERY_S = 60.0
BY_ITSELF = "retention job"
BATCH = 1000
"""Rows a transaction: dialling does not wait long for the database."""


class RetentionWork(HasRetention, HasKeys, UnitOfWork, Protocol):
    """The unit of work of retention: each run is stored, and is an entry of the ledger."""


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
    """Daily erasure of data past its limit.

    With a shifted clock (`pretended`) nothing is erased and nothing is overdue: real data must not
    be erased on pretended time.
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
