"""The ledger compared with the stored rows. Pure.

Everything an entry vouches for must be stored, and every stored row must have its entry, unless an
erasure explains the difference.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.row_digests import VOUCHED, RecordKind

PLAIN_RECORDS = {
    Kind.OUTCOME: RecordKind.CALL,
    Kind.LATE_OPPOSITION: RecordKind.CALL,
    Kind.PROBE: RecordKind.PROBE,
}
"""Entries that hold their digest in clear, as `record`."""
SUCCEEDING = frozenset({RecordKind.CALL, RecordKind.CAMPAIGN, RecordKind.HALT})
"""Kinds with one row that changes: only the last entry about it must be true."""
PARTS = tuple(RecordKind)
DECISIONS = frozenset({Kind.PERMIT, Kind.REFUSAL})

RecordKey = tuple[RecordKind, str, str | None]
"""Part, digest, subject."""


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry, sealed or still pending. `position`: its index, or the one it would get."""

    position: int
    kind: str
    subject: str | None
    about: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryClaim:
    """A row that one entry says must be stored."""

    part: RecordKind
    digest: str
    line: PlacedEntry

    @property
    def key(self) -> RecordKey:
        return self.part, self.digest, self.line.subject

    @property
    def gives(self) -> bool:
        """Return whether it claims a consent, and not its withdrawal."""
        return self.part is RecordKind.CONSENT and self.line.kind == Kind.CONSENT

    @property
    def whose(self) -> tuple[RecordKind, str | None]:
        """The person or thing it is about: by that a changed row is recognised."""
        return self.part, self.line.about if self.part in SUCCEEDING else self.line.subject or self.line.about


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A digest made from a stored row.

    `name`: the place of the row. `about`, `subject` as its entry has them.
    """

    part: RecordKind
    digest: str
    subject: str | None
    about: str | None
    name: str

    @property
    def key(self) -> RecordKey:
        return self.part, self.digest, self.subject

    @property
    def whose(self) -> tuple[RecordKind, str | None]:
        return self.part, self.about if self.part in SUCCEEDING else self.subject or self.about


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A contradiction between ledger and rows.

    `position`: of the contradicted entry; None where a row has no entry at all.
    """

    position: int | None
    detail: str


def claims_of(line: PlacedEntry) -> Iterator[EntryClaim]:
    kind = line.kind
    for part, digest in line.body.get(VOUCHED, {}).items():
        # One act may take several oppositions out of force.
        for _ in range(line.body["count"] if part == RecordKind.REMOVAL else 1):
            yield EntryClaim(RecordKind(part), digest, line)
    if kind in PLAIN_RECORDS:
        yield EntryClaim(PLAIN_RECORDS[Kind(kind)], line.body["record"], line)
    if kind in DECISIONS:
        yield EntryClaim(RecordKind.INPUTS, line.body["decision_hash"], line)


@dataclass(slots=True)
class Erasures:
    """Erasures that explain missing rows.

    `persons`: the position at which each was erased. `consents`, `keys`: how many retention
    deleted.
    """

    persons: dict[str, int] = field(default_factory=dict)
    consents: int = 0
    keys: int = 0

    def note(self, line: PlacedEntry) -> None:
        if line.kind == Kind.SUBJECT_ERASE and line.subject:
            self.persons[line.subject] = line.position
        elif line.kind == Kind.RETENTION:
            self.consents += line.body["consents"]
            self.keys += line.body["keys"]

    def excuse(self, claims: list[EntryClaim]) -> list[EntryClaim]:
        """Return the `claims` that no erasure explains, in their order.

        Retention deletes the oldest consents first. It destroys one key a person, and with it the
        inputs of all decisions about them.
        """
        left = [claim for claim in claims if not self._erased_later(claim)]
        given = sorted(
            (claim for claim in left if claim.gives), key=lambda claim: claim.line.body["given_at"]
        )
        outdated = {id(claim) for claim in given[: self.consents]}
        unread = dict.fromkeys(claim.line.subject for claim in left if claim.part is RecordKind.INPUTS)
        keyless = set(list(unread)[: self.keys])
        return [
            claim
            for claim in left
            if id(claim) not in outdated
            and not (claim.part is RecordKind.INPUTS and claim.line.subject in keyless)
        ]

    def _erased_later(self, claim: EntryClaim) -> bool:
        erasable = claim.gives or claim.part in {RecordKind.INPUTS, RecordKind.NOTE}
        return erasable and self.persons.get(claim.line.subject or "", -1) > claim.line.position


class Reconciliation:
    """A reconciliation, fed with lines and rows in any order.

    Best in the order of their making: each match is forgotten at once.
    """

    def __init__(self) -> None:
        self._claims: defaultdict[RecordKey, list[EntryClaim]] = defaultdict(list)
        self._rows: defaultdict[RecordKey, list[DigestRow]] = defaultdict(list)
        self._last: dict[tuple[RecordKind, str | None], int] = {}
        self._erasures = Erasures()
        self._waiting: Counter[RecordKind] = Counter()

    def tell(self, line: PlacedEntry) -> None:
        self._erasures.note(line)
        for claim in claims_of(line):
            if claim.part in SUCCEEDING and line.kind != Kind.OUTCOME:
                self._last[claim.whose] = line.position
            if not _matched(self._rows, claim.key):
                self._claims[claim.key].append(claim)
                self._waiting[claim.part] += 1

    def keep(self, row: DigestRow) -> None:
        if _matched(self._claims, row.key):
            self._waiting[row.part] -= 1
        else:
            self._rows[row.key].append(row)

    def waiting(self, parts: Collection[RecordKind]) -> int:
        """Count the claims that have not met their row."""
        return sum(self._waiting[part] for part in parts)

    def finish(self) -> list[Discrepancy]:
        """Return contradicted entries in their order, then rows without an entry."""
        claims = sorted(
            (claim for claims in self._claims.values() for claim in claims if not self._succeeded(claim)),
            key=lambda claim: (claim.line.position, PARTS.index(claim.part)),
        )
        unclaimed: defaultdict[tuple[RecordKind, str | None], list[DigestRow]] = defaultdict(list)
        for rows in self._rows.values():
            for row in rows:
                unclaimed[row.whose].append(row)
        # Where several parts contradict one entry, the first is reported.
        by_line: dict[int | None, Discrepancy] = {}
        for claim in self._erasures.excuse(claims):
            by_line.setdefault(claim.line.position, _contradicted(claim, unclaimed))
        found = list(by_line.values())
        left = {row.name: row for rows in unclaimed.values() for row in reversed(rows)}
        found += [
            Discrepancy(None, f"{row.name}: no entry tells of this {row.part}") for row in left.values()
        ]
        return found

    def _succeeded(self, claim: EntryClaim) -> bool:
        """Return whether a later entry replaced this claim."""
        return claim.part in SUCCEEDING and self._last.get(claim.whose, -1) > claim.line.position


def _matched(waiting: defaultdict[RecordKey, list[Any]], key: RecordKey) -> bool:
    """Take off one item that waits for `key`."""
    found = waiting.get(key)
    if not found:
        return False
    found.pop()
    if not found:
        del waiting[key]
    return True


def _contradicted(
    claim: EntryClaim, unclaimed: defaultdict[tuple[RecordKind, str | None], list[DigestRow]]
) -> Discrepancy:
    """Describe a contradicted claim.

    A row of the same person or thing without an entry is taken for the missing row, changed.
    """
    changed = unclaimed.get(claim.whose)
    if changed:
        return Discrepancy(claim.line.position, f"{changed.pop().name}: the {claim.part} was changed")
    what = claim.line.about or claim.line.kind
    return Discrepancy(claim.line.position, f"{what}: the {claim.part} is gone, or was changed")


def read_line(position: int, text: str) -> PlacedEntry:
    """Parse the text of a sealed entry. Raise `ValueError` for anything else."""
    try:
        said = json.loads(text)
        return PlacedEntry(position, said["kind"], said["subject"], said["about"], said["body"])
    except (KeyError, TypeError):
        raise ValueError(f"entry {position} cannot be read") from None
