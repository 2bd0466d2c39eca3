"""Rows to domain values and back, and the tables whose rows are under the ledger's evidence.

Columns carry the names of the fields they hold, so most of it is by name. `TABLES` says which
values of a row the ledger vouches for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from dialer.adapters.sql.schema import people
from dialer.adapters.sql.schema.calls import attempts, decisions, probes
from dialer.adapters.sql.schema.campaigns import campaign_moves, campaigns
from dialer.adapters.sql.schema.machine import pseudonyms, retention_runs, system, tokens
from dialer.domain import consent
from dialer.domain.access import Token
from dialer.domain.calls.attempt import Attempt
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.ledger import row_digests
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.probes.probe import Probe
from dialer.domain.upkeep import RetentionRun
from dialer.ports.ledger import SealedInputs, StoredRow
from dialer.ports.records import NewContact

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)


Record = dict[str, Any]


@cache
def names_of(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def columns_for(kind: "type[DataclassInstance]", *tables: sa.Table) -> sa.Select[Any]:
    """Select exactly the fields of `kind`, each from the first of `tables` that has it."""
    return sa.select(*(next(table.c[name] for table in tables if name in table.c) for name in names_of(kind)))


def record_of(value: "DataclassInstance", *without: str) -> Record:
    """The fields of `value` by name, one level deep."""
    return {name: getattr(value, name) for name in names_of(type(value)) if name not in without}


CAMPAIGN = columns_for(Campaign, campaigns)
ROW = tuple(name for name in names_of(consent.Contact) if name != "details")
DETAILS = tuple(consent.ContactDetails.model_fields)
CONTACT = sa.select(*(people.contacts.c[name] for name in ROW + DETAILS))
MANIFEST = columns_for(consent.ImportManifest, people.imports)
SUPPRESSION = columns_for(Suppression, people.suppressions)
TOKEN = columns_for(Token, tokens)
# The number in clear is read where it stands: with the contact.
ATTEMPT = columns_for(Attempt, attempts, people.contacts).join_from(attempts, people.contacts)


def campaign_record(campaign: Campaign) -> Record:
    return record_of(campaign) | {"sponsor": campaign.definition.sponsor.id}


def contact_of(row: Sequence[Any]) -> consent.Contact:
    """Read a row that begins with the columns of `CONTACT`."""
    values = dict(zip(ROW + DETAILS, row, strict=False))
    details = consent.ContactDetails(**{name: values.pop(name) for name in DETAILS})
    return consent.Contact(**values, details=details)


def new_contact_record(contact: NewContact) -> Record:
    return record_of(contact, "details", "consent") | dict(contact.details)


def attempt_record(attempt: Attempt) -> Record:
    return record_of(attempt, "number")


CONSENT = sa.select(
    people.consents.c.withdrawn,
    *(people.consents.c["at" if name == "given_at" else name] for name in names_of(consent.ConsentGiven)),
)


def consent_record(event: consent.ConsentEvent) -> Record:
    """Both kinds of event have every column: rows inserted together must be alike."""
    if isinstance(event, consent.ConsentGiven):
        return record_of(event, "given_at") | {"withdrawn": False, "at": event.given_at}
    absent = dict.fromkeys(names_of(consent.ConsentGiven))
    del absent["given_at"]
    return absent | record_of(event, "withdrawn_at") | {"withdrawn": True, "at": event.withdrawn_at}


def consent_of(row: sa.Row[Any]) -> consent.ConsentEvent:
    """Read a row of `CONSENT`."""
    if row.withdrawn:
        return consent.ConsentWithdrawn(row.fingerprint, row.sponsor, row.channel, row.at, row.recorded_at)
    return consent.ConsentGiven(*tuple(row)[1:])


RowValues = Mapping[str, Any]
REMOVED = ("removed_at", "removed_by", "removed_reason")
UNTOUCHED = row_digests.HaltRecord(halted=False, reason="", by="", at=None)
"""The row as the first migration leaves it."""


class Contradiction(ValueError):
    """A row that no program of ours writes."""


@dataclass(frozen=True, slots=True)
class Spec:
    """`order`: unique, in about the order of making. `tell` may raise `Contradiction`."""

    table: sa.Table
    parts: tuple[row_digests.RecordKind, ...]
    tell: Callable[[RowValues], tuple[row_digests.RecordedValue, ...]]
    order: str = ""

    @property
    def key(self) -> sa.Column[Any]:
        return self.table.primary_key.columns[0]

    @property
    def rows(self) -> sa.Select[Any]:
        """Return whole rows, with the ledger's name of the person and their key, if any."""
        if "fingerprint" not in self.table.c:
            return sa.select(self.table)
        person = self.table.c.fingerprint
        rows = sa.select(self.table, pseudonyms.c.subject.label("pseudonym"), people.subject_keys.c.key)
        rows = rows.join_from(self.table, pseudonyms, person == pseudonyms.c.fingerprint, isouter=True)
        return rows.join(people.subject_keys, person == people.subject_keys.c.fingerprint, isouter=True)

    @property
    def keys(self) -> tuple[sa.ColumnElement[Any], ...]:
        """Return the keys as stored: a value that cannot be decoded must not stop the reading."""
        names = (self.order, self.key.name) if self.order else (self.key.name,)
        return tuple(_undecoded(self.table.c[name]) for name in names)

    def read(self, row: RowValues) -> StoredRow:
        inputs = _made(SealedInputs, row) if self.table is decisions else None
        person = row.get("fingerprint"), row.get("pseudonym")
        return StoredRow(self.name(row[self.key.name]), self.tell(row), *person, inputs)

    def name(self, key: object) -> str:
        return f"{self.table.name} {key}"


def _undecoded(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return sa.type_coerce(column, sa.BigInteger() if isinstance(kind, sa.Integer) else sa.Text())


def _made(kind: "type[T]", row: RowValues) -> "T":
    return kind(**{name: row[name] for name in names_of(kind)})


def _call(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    return (_made(Attempt, {**row, "number": ""}),)


def _consent(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    if not row["withdrawn"]:
        return (_made(consent.ConsentGiven, {**row, "given_at": row["at"]}),)
    known = {*names_of(consent.ConsentWithdrawn), "id", "withdrawn", "at", "pseudonym", "key"}
    if any(value is not None for name, value in row.items() if name not in known):
        raise Contradiction("a withdrawal says what only a consent does")
    return (_made(consent.ConsentWithdrawn, {**row, "withdrawn_at": row["at"]}),)


def _undone(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    voiding = consent.ConsentWithdrawn(
        row["fingerprint"], None, row["channel"], row["at"], row["recorded_at"]
    )
    return voiding, _made(consent.ConsentReinstated, row)


def _opposition(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    entry, removed = _made(Suppression, row), [row[name] is not None for name in REMOVED]
    if any(removed) and not all(removed):
        raise Contradiction("half of a removal")
    return (entry, _made(row_digests.SuppressionRemoval, row)) if any(removed) else (entry,)


def _campaign(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    campaign = _made(Campaign, row)
    if row["sponsor"] != campaign.definition.sponsor.id:
        raise Contradiction("the campaign names two sponsors")
    return (campaign,)


def _import(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    manifest, result = _made(consent.ImportManifest, row), _made(row_digests.ImportResult, row)
    return (manifest,) if result == row_digests.ImportResult(manifest.id) else (manifest, result)


def _token(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    token = _made(Token, row)
    return (
        (token,)
        if token.revoked_at is None
        else (token, row_digests.Revocation(token.name, token.revoked_at))
    )


def _halt(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    state = _made(row_digests.HaltRecord, row)
    return () if state == UNTOUCHED else (state,)


def _retention(row: RowValues) -> tuple[row_digests.RecordedValue, ...]:
    run = _made(RetentionRun, row)
    return () if run.ended_at is None else (run,)


TABLES = (
    Spec(campaigns, (row_digests.RecordKind.CAMPAIGN,), _campaign, "created_at"),
    Spec(campaign_moves, (row_digests.RecordKind.MOVE,), lambda row: (_made(row_digests.CampaignMove, row),)),
    Spec(
        people.imports, (row_digests.RecordKind.IMPORT, row_digests.RecordKind.RESULT), _import, "imported_at"
    ),
    Spec(people.consents, (row_digests.RecordKind.CONSENT,), _consent),
    Spec(
        people.undone_voidings, (row_digests.RecordKind.CONSENT, row_digests.RecordKind.RESTORATION), _undone
    ),
    Spec(
        people.suppressions,
        (row_digests.RecordKind.OPPOSITION, row_digests.RecordKind.NOTE, row_digests.RecordKind.REMOVAL),
        _opposition,
    ),
    Spec(
        decisions,
        (row_digests.RecordKind.DECISION, row_digests.RecordKind.INPUTS),
        lambda row: (_made(row_digests.RecordedDecision, row),),
    ),
    Spec(attempts, (row_digests.RecordKind.PERMIT, row_digests.RecordKind.CALL), _call, "decided_at"),
    Spec(tokens, (row_digests.RecordKind.ACCESS, row_digests.RecordKind.REVOCATION), _token, "created_at"),
    Spec(system, (row_digests.RecordKind.HALT,), _halt),
    Spec(retention_runs, (row_digests.RecordKind.RETENTION,), _retention),
    Spec(probes, (row_digests.RecordKind.PROBE,), lambda row: (_made(Probe, row),), "started_at"),
)
