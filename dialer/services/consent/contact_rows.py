"""The rows of a contact list: number, place, details, and consent if the row states one.

The columns are those of docs/contact-file.md; for consents see docs/rules/readings.md#consent.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from dialer.domain import consent
from dialer.domain.base.types import PhoneNumber
from dialer.domain.numbers.callee_location import Statement
from dialer.domain.numbers.number_plan import number_facts
from dialer.ports.records import NewContact
from dialer.services.imports import cells
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.run import ImportStamp, RowRejected

_REQUIRED = ("consent_sponsor", "consent_purpose", "consent_channel", "consent_at")
_ONE_WINDOW = ("window_days", "window_start", "window_end")
CONSENT_COLUMNS = frozenset(
    {
        *_REQUIRED,
        *_ONE_WINDOW,
        "consent_source",
        "consent_proof",
        "consent_expires_at",
        "consent_act",
        "consent_basis",
        "consent_form",
        "consent_mentions",
        "appointment_at",
        "windows",
    }
)
_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
CHANNELS = ("automated_voice", "phone", "sms", "email", "letter")
"""Channels a form may offer.

Only the first lets a machine call. The others are kept, and refuse at the decision (T048).
"""


def states_consent(row: CsvRow) -> bool:
    return any(row.text(column) for column in CONSENT_COLUMNS)


def read_consent(
    row: CsvRow, number: PhoneNumber, stated: Statement, stamp: ImportStamp
) -> consent.ConsentGiven:
    """Read the consent of a row. Raise `RowRejected` where it is incomplete or malformed.

    Empty source and proof refuse later, at the decision.
    """
    sponsor, given_at = cells.name(row, "consent_sponsor"), cells.instant(row, "consent_at")
    purpose, channel = cells.text(row, "consent_purpose"), _channel(row)
    if sponsor is None or given_at is None or not purpose or not channel:
        raise RowRejected("CONSENT_INCOMPLETE", f"a consent has all of {', '.join(_REQUIRED)}")
    territory, timezone = stated
    basis, expires_at = _basis(row, given_at), cells.instant(row, "consent_expires_at")
    return consent.ConsentGiven(
        fingerprint=stamp.fingerprints.of(number),
        sponsor=sponsor,
        purpose=purpose,
        channel=channel,
        source=stamp.seal(cells.text(row, "consent_source")),
        proof=stamp.seal(cells.text(row, "consent_proof")),
        given_at=given_at,
        expires_at=expires_at,
        windows=_windows(row),
        appointment_at=cells.instant(row, "appointment_at"),
        act=_act(row),
        territory=territory,
        timezone=timezone,
        import_id=stamp.import_id,
        recorded_at=stamp.recorded_at,
        basis=basis,
        form=_form(row),
    )


def _channel(row: CsvRow) -> str:
    channel = row.text("consent_channel")
    if channel and channel not in CHANNELS:
        raise RowRejected("CONSENT_CHANNEL", f"consent_channel is none of {', '.join(CHANNELS)}")
    return channel


def _act(row: CsvRow) -> consent.ConsentAct | None:
    """Read the act of consent. Raise `RowRejected` for any value not on the list.

    A box ticked beforehand is no act (T060).
    """
    try:
        return consent.ConsentAct(act) if (act := row.text("consent_act")) else None
    except ValueError:
        raise RowRejected("CONSENT_ACT", f"consent_act is none of {', '.join(consent.ConsentAct)}") from None


def _basis(row: CsvRow, given_at: datetime) -> consent.Basis:
    """Read the basis: an opt-in by default.

    A contract must state its reference and its end (FC-08).
    """
    try:
        basis = consent.Basis(stated) if (stated := row.text("consent_basis")) else consent.Basis.OPT_IN
    except ValueError:
        raise RowRejected("CONSENT_BASIS", f"consent_basis is none of {', '.join(consent.Basis)}") from None
    if basis is consent.Basis.CONTRACT:
        ends = cells.instant(row, "consent_expires_at")
        if ends is None or ends <= given_at or not cells.text(row, "consent_proof"):
            raise RowRejected(
                "CONSENT_BASIS",
                "a contract has its reference in consent_proof, its start and end in consent_at and consent_expires_at",
            )
    return basis


def _form(row: CsvRow) -> consent.ConsentForm | None:
    """Read the form. Its mentions count only with a wording that can be shown (FC-04)."""
    wording, told = row.text("consent_form"), row.text("consent_mentions")
    if not wording and not told:
        return None
    if not _SHA256.fullmatch(wording):
        raise RowRejected(
            "CONSENT_FORM", "consent_form is no SHA-256 of the form as it was shown, in hexadecimal"
        )
    mentions = set(told.replace(",", " ").split())
    if not mentions <= set(consent.Mention):
        raise RowRejected("CONSENT_FORM", f"consent_mentions holds others than {', '.join(consent.Mention)}")
    return consent.ConsentForm(
        wording.lower(), tuple(mention for mention in consent.Mention if mention in mentions)
    )


def _windows(row: CsvRow) -> tuple[consent.ConsentedWindow, ...]:
    days, start, end = (row.text(column) for column in _ONE_WINDOW)
    stated = [bool(days), bool(start), bool(end)]
    if any(stated) and not all(stated):
        raise RowRejected("CONSENT_WINDOW", f"half a window: give all of {', '.join(_ONE_WINDOW)} or none")
    try:
        single = (cells.parse_window(days, start, end),) if all(stated) else ()
        return single + cells.parse_windows(row.text("windows"))
    except ValueError as error:
        raise RowRejected("CONSENT_WINDOW", f"the window {error}") from None


CONTACT_COLUMNS = CONSENT_COLUMNS.union(consent.ContactDetails.model_fields, ("phone_number", "postcode"))
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
    """Read a row.

    Raise `RowRejected` where anything in it is malformed: it is then left out whole.
    """
    cells.demand_whole(row)
    number = cells.phone(row, jurisdiction.region)
    _demand_inside(number, jurisdiction)
    stated = cells.place(row, number)
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


def _details(row: CsvRow, stated: Statement) -> consent.ContactDetails:
    names = {
        column: cells.name(row, column)
        for column in consent.ContactDetails.model_fields
        if column not in CHECKED
    }
    territory, timezone = stated
    return consent.ContactDetails(**names, language=_language(row), territory=territory, timezone=timezone)


def _language(row: CsvRow) -> str | None:
    language = row.text("language")
    if language and not _LANGUAGE.fullmatch(language):
        raise RowRejected("LANGUAGE", "language is no language code, such as fr or en-GB")
    return language or None
