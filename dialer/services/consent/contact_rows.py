"""A row of a contact list: number, place, and consent if the row states one."""

import re
from dataclasses import dataclass

from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent.contact import ContactDetails
from dialer.domain.numbers.callee_location import Statement
from dialer.domain.numbers.number_plan import number_facts
from dialer.ports.records import NewContact
from dialer.services.consent.consent_rows import CONSENT_COLUMNS, read_consent, states_consent
from dialer.services.imports.cells import demand_whole, name, phone, place
from dialer.services.imports.csv_reader import CsvRow
from dialer.services.imports.intake import ImportStamp, RowRejected

CONTACT_COLUMNS = CONSENT_COLUMNS.union(ContactDetails.model_fields, ("phone_number", "postcode"))
CHECKED = {"language", "territory", "timezone"}
"""Details with a check of their own; any other is read as a name, exactly as written."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The area of a profile.

    Numbers are read as written in `region` and must belong to one of `territories`.
    """

    profile: str
    region: str
    territories: frozenset[str]


def read_contact(row: CsvRow, jurisdiction: Jurisdiction, stamp: ImportStamp) -> NewContact:
    """Raise `RowRejected` where anything in the row is malformed: it is then left out whole."""
    demand_whole(row)
    number = phone(row, jurisdiction.region)
    _demand_inside(number, jurisdiction)
    stated = place(row, number)
    return NewContact(
        line=row.line,
        number=number,
        fingerprint=stamp.fingerprints.of(number),
        details=_details(row, stated),
        consent=read_consent(row, number, stated, stamp) if states_consent(row) else None,
    )


def _demand_inside(number: PhoneNumber, jurisdiction: Jurisdiction) -> None:
    if jurisdiction.territories.isdisjoint(number_facts(number).territories):
        raise RowRejected(
            "JURISDICTION", f"phone_number belongs to no territory of the profile {jurisdiction.profile}"
        )


def _details(row: CsvRow, stated: Statement) -> ContactDetails:
    names = {column: name(row, column) for column in ContactDetails.model_fields if column not in CHECKED}
    territory, timezone = stated
    return ContactDetails(**names, language=_language(row), territory=territory, timezone=timezone)


def _language(row: CsvRow) -> str | None:
    language = row.text("language")
    if language and not _LANGUAGE.fullmatch(language):
        raise RowRejected("LANGUAGE", "language is no language code, such as fr or en-GB")
    return language or None
