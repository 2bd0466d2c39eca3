"""The tables whose rows are under the ledger's evidence, and the values of each row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, Select, Table, Text, select, type_coerce
from sqlalchemy.types import TypeDecorator

from dialer.adapters.sql.records import names_of
from dialer.adapters.sql.schema.key_tables import pseudonyms
from dialer.adapters.sql.schema.probe_tables import probes
from dialer.adapters.sql.schema.retention_tables import retention_runs
from dialer.adapters.sql.schema.tables import (
    attempts,
    campaign_moves,
    campaigns,
    consents,
    decisions,
    imports,
    subject_keys,
    suppressions,
    system,
    tokens,
)
from dialer.adapters.sql.schema.voiding_tables import undone_voidings
from dialer.domain.access.roles import Token
from dialer.domain.calls.attempt import Attempt
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.consent.consent import ConsentGiven, ConsentReinstated, ConsentWithdrawn
from dialer.domain.consent.contact import ImportManifest
from dialer.domain.ledger.row_digests import (
    CampaignMove,
    HaltRecord,
    ImportResult,
    RecordedDecision,
    RecordedValue,
    RecordKind,
    Revocation,
    SuppressionRemoval,
)
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.probes.probe import Probe
from dialer.domain.upkeep.retention import RetentionRun
from dialer.ports.ledger.recorded import SealedInputs, StoredRow

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Kind = TypeVar("Kind", bound=DataclassInstance)

Fields = Mapping[str, Any]
REMOVED = ("removed_at", "removed_by", "removed_reason")
UNTOUCHED = HaltRecord(halted=False, reason="", by="", at=None)
"""The row as the first migration leaves it."""


class Contradiction(ValueError):
    """A row that no program of ours writes."""


@dataclass(frozen=True, slots=True)
class Spec:
    """`order`: unique, in about the order of making. `tell` may raise `Contradiction`."""

    table: Table
    parts: tuple[RecordKind, ...]
    tell: Callable[[Fields], tuple[RecordedValue, ...]]
    order: str = ""

    @property
    def key(self) -> Column[Any]:
        return self.table.primary_key.columns[0]

    @property
    def rows(self) -> Select[Any]:
        """Return whole rows, with the ledger's name of the person and their key, if any."""
        if "fingerprint" not in self.table.c:
            return select(self.table)
        person = self.table.c.fingerprint
        rows = select(self.table, pseudonyms.c.subject.label("pseudonym"), subject_keys.c.key)
        rows = rows.join_from(self.table, pseudonyms, person == pseudonyms.c.fingerprint, isouter=True)
        return rows.join(subject_keys, person == subject_keys.c.fingerprint, isouter=True)

    @property
    def keys(self) -> tuple[ColumnElement[Any], ...]:
        """Return the keys as stored: a value that cannot be decoded must not stop the reading."""
        names = (self.order, self.key.name) if self.order else (self.key.name,)
        return tuple(_undecoded(self.table.c[name]) for name in names)

    def read(self, row: Fields) -> StoredRow:
        inputs = _made(SealedInputs, row) if self.table is decisions else None
        person = row.get("fingerprint"), row.get("pseudonym")
        return StoredRow(self.name(row[self.key.name]), self.tell(row), *person, inputs)

    def name(self, key: object) -> str:
        return f"{self.table.name} {key}"


def _undecoded(column: Column[Any]) -> ColumnElement[Any]:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return type_coerce(column, BigInteger() if isinstance(kind, Integer) else Text())


def _made(kind: "type[Kind]", row: Fields) -> "Kind":
    return kind(**{name: row[name] for name in names_of(kind)})


def _call(row: Fields) -> tuple[RecordedValue, ...]:
    return (_made(Attempt, {**row, "number": ""}),)


def _consent(row: Fields) -> tuple[RecordedValue, ...]:
    if not row["withdrawn"]:
        return (_made(ConsentGiven, {**row, "given_at": row["at"]}),)
    known = {*names_of(ConsentWithdrawn), "id", "withdrawn", "at", "pseudonym", "key"}
    if any(value is not None for name, value in row.items() if name not in known):
        raise Contradiction("a withdrawal says what only a consent does")
    return (_made(ConsentWithdrawn, {**row, "withdrawn_at": row["at"]}),)


def _undone(row: Fields) -> tuple[RecordedValue, ...]:
    voiding = ConsentWithdrawn(row["fingerprint"], None, row["channel"], row["at"], row["recorded_at"])
    return voiding, _made(ConsentReinstated, row)


def _opposition(row: Fields) -> tuple[RecordedValue, ...]:
    entry, removed = _made(Suppression, row), [row[name] is not None for name in REMOVED]
    if any(removed) and not all(removed):
        raise Contradiction("half of a removal")
    return (entry, _made(SuppressionRemoval, row)) if any(removed) else (entry,)


def _campaign(row: Fields) -> tuple[RecordedValue, ...]:
    campaign = _made(Campaign, row)
    if row["sponsor"] != campaign.definition.sponsor.id:
        raise Contradiction("the campaign names two sponsors")
    return (campaign,)


def _import(row: Fields) -> tuple[RecordedValue, ...]:
    manifest, result = _made(ImportManifest, row), _made(ImportResult, row)
    return (manifest,) if result == ImportResult(manifest.id) else (manifest, result)


def _token(row: Fields) -> tuple[RecordedValue, ...]:
    token = _made(Token, row)
    return (token,) if token.revoked_at is None else (token, Revocation(token.name, token.revoked_at))


def _halt(row: Fields) -> tuple[RecordedValue, ...]:
    state = _made(HaltRecord, row)
    return () if state == UNTOUCHED else (state,)


def _retention(row: Fields) -> tuple[RecordedValue, ...]:
    run = _made(RetentionRun, row)
    return () if run.ended_at is None else (run,)


TABLES = (
    Spec(campaigns, (RecordKind.CAMPAIGN,), _campaign, "created_at"),
    Spec(campaign_moves, (RecordKind.MOVE,), lambda row: (_made(CampaignMove, row),)),
    Spec(imports, (RecordKind.IMPORT, RecordKind.RESULT), _import, "imported_at"),
    Spec(consents, (RecordKind.CONSENT,), _consent),
    Spec(undone_voidings, (RecordKind.CONSENT, RecordKind.RESTORATION), _undone),
    Spec(suppressions, (RecordKind.OPPOSITION, RecordKind.NOTE, RecordKind.REMOVAL), _opposition),
    Spec(decisions, (RecordKind.DECISION, RecordKind.INPUTS), lambda row: (_made(RecordedDecision, row),)),
    Spec(attempts, (RecordKind.PERMIT, RecordKind.CALL), _call, "decided_at"),
    Spec(tokens, (RecordKind.ACCESS, RecordKind.REVOCATION), _token, "created_at"),
    Spec(system, (RecordKind.HALT,), _halt),
    Spec(retention_runs, (RecordKind.RETENTION,), _retention),
    Spec(probes, (RecordKind.PROBE,), lambda row: (_made(Probe, row),), "started_at"),
)
