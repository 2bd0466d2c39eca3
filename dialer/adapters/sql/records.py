"""Rows to domain values and back.

Columns carry the names of the fields they hold, so most of it is by name.
"""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, Table, select

from dialer.adapters.sql.schema.tables import (
    attempts,
    campaigns,
    consents,
    contacts,
    imports,
    suppressions,
    tokens,
)
from dialer.domain.access.roles import Token
from dialer.domain.calls.attempt import Attempt
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.consent.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.consent.contact import Contact, ContactDetails, ImportManifest
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import NewContact

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = dict[str, Any]


@cache
def names_of(kind: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def columns_for(kind: "type[DataclassInstance]", *tables: Table) -> Select[Any]:
    """Select exactly the fields of `kind`, each from the first of `tables` that has it."""
    return select(*(next(table.c[name] for table in tables if name in table.c) for name in names_of(kind)))


def record_of(value: "DataclassInstance", *without: str) -> Record:
    """The fields of `value` by name, one level deep."""
    return {name: getattr(value, name) for name in names_of(type(value)) if name not in without}


CAMPAIGN = columns_for(Campaign, campaigns)
ROW = tuple(name for name in names_of(Contact) if name != "details")
DETAILS = tuple(ContactDetails.model_fields)
CONTACT = select(*(contacts.c[name] for name in ROW + DETAILS))
MANIFEST = columns_for(ImportManifest, imports)
SUPPRESSION = columns_for(Suppression, suppressions)
TOKEN = columns_for(Token, tokens)
# The number in clear is read where it stands: with the contact.
ATTEMPT = columns_for(Attempt, attempts, contacts).join_from(attempts, contacts)


def campaign_record(campaign: Campaign) -> Record:
    return record_of(campaign) | {"sponsor": campaign.definition.sponsor.id}


def contact_of(row: Sequence[Any]) -> Contact:
    """Read a row that begins with the columns of `CONTACT`."""
    values = dict(zip(ROW + DETAILS, row, strict=False))
    details = ContactDetails(**{name: values.pop(name) for name in DETAILS})
    return Contact(**values, details=details)


def new_contact_record(contact: NewContact) -> Record:
    return record_of(contact, "details", "consent") | dict(contact.details)


def attempt_record(attempt: Attempt) -> Record:
    return record_of(attempt, "number")


CONSENT = select(
    consents.c.withdrawn,
    *(consents.c["at" if name == "given_at" else name] for name in names_of(ConsentGiven)),
)


def consent_record(event: ConsentEvent) -> Record:
    """Both kinds of event have every column: rows inserted together must be alike."""
    if isinstance(event, ConsentGiven):
        return record_of(event, "given_at") | {"withdrawn": False, "at": event.given_at}
    absent = dict.fromkeys(names_of(ConsentGiven))
    del absent["given_at"]
    return absent | record_of(event, "withdrawn_at") | {"withdrawn": True, "at": event.withdrawn_at}


def consent_of(row: Row[Any]) -> ConsentEvent:
    """Read a row of `CONSENT`."""
    if row.withdrawn:
        return ConsentWithdrawn(row.fingerprint, row.sponsor, row.channel, row.at, row.recorded_at)
    return ConsentGiven(*tuple(row)[1:])
