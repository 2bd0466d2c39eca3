"""The people on the demo's list, and what must become of each.

The files are a campaigner's, as for any real campaign: the campaign and its contacts.
"""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from dialer.domain.calls.attempt import Result
from dialer.domain.decision.record import ReasonCode
from dialer.simulated_callees.personas import ROLES, Persona, number_for


class ConsentStatus(StrEnum):
    """State of a contact's consent, or of an opposition since."""

    CONSENTED = "consented"
    NO_CONSENT = "no consent"
    OTHER_SPONSOR = "agreed to somebody else"
    OTHER_PURPOSE = "agreed to something else"
    EXPIRED = "consent expired"
    SUPPRESSED = "opposed before"
    EVENINGS = "agreed to evenings only"


REFUSED_FOR: dict[ConsentStatus, ReasonCode] = {
    ConsentStatus.NO_CONSENT: ReasonCode.NO_CONSENT,
    ConsentStatus.OTHER_SPONSOR: ReasonCode.CONSENT_SPONSOR,
    ConsentStatus.OTHER_PURPOSE: ReasonCode.CONSENT_PURPOSE,
    ConsentStatus.EXPIRED: ReasonCode.CONSENT_EXPIRED,
    ConsentStatus.SUPPRESSED: ReasonCode.SUPPRESSED,
    ConsentStatus.EVENINGS: ReasonCode.OUT_OF_CONSENT_WINDOW,
}


@dataclass(frozen=True, slots=True)
class Member:
    """A contact of the demo. One that may not be called would press 1, so a wrong call shows."""

    external_id: str
    number: str
    persona: Persona
    standing: ConsentStatus

    @property
    def result(self) -> Result | None:
        """The result that the call must have. None where there must be no call."""
        return ROLES[self.persona].result if self.standing is ConsentStatus.CONSENTED else None

    @property
    def refusal(self) -> ReasonCode | None:
        return REFUSED_FOR.get(self.standing)


_CALLED: tuple[tuple[Persona, int], ...] = (
    (Persona.PRESSES_ONE, 6),
    (Persona.ONE_DURING_NOTICE, 2),
    (Persona.WRONG_KEY_THEN_ONE, 2),
    (Persona.EIGHT_THEN_ONE, 1),
    (Persona.NINE_AT_ONCE, 2),
    (Persona.NINE_IN_NOTICE, 2),
    (Persona.NINE_IN_MESSAGE, 2),
    (Persona.NINE_THEN_HANGS_UP, 1),
    (Persona.NO_KEY, 2),
    (Persona.HANGS_UP_IN_NOTICE, 2),
    (Persona.HANGS_UP_IN_MESSAGE, 1),
    (Persona.BUSY, 2),
    (Persona.NO_ANSWER, 2),
    (Persona.NOT_FOUND, 1),
    (Persona.UNAVAILABLE, 1),
    (Persona.DECLINED, 1),
    (Persona.MACHINE, 2),
    (Persona.FORWARDED_ABROAD, 1),
    (Persona.MOVED, 1),
)

_NOT_CALLED: tuple[tuple[ConsentStatus, int], ...] = (
    (ConsentStatus.NO_CONSENT, 3),
    (ConsentStatus.OTHER_SPONSOR, 3),
    (ConsentStatus.OTHER_PURPOSE, 2),
    (ConsentStatus.EXPIRED, 2),
    (ConsentStatus.SUPPRESSED, 3),
    (ConsentStatus.EVENINGS, 3),
)

_FIRST_UNCALLED = 50
"""Index of the first of them among the pressers of 1, so that no number stands twice."""


def cast_members() -> tuple[Member, ...]:
    """Make the whole list, in the order of the file."""
    called = [
        (persona, index, ConsentStatus.CONSENTED) for persona, count in _CALLED for index in range(count)
    ]
    standings = [standing for standing, count in _NOT_CALLED for _ in range(count)]
    uncalled = [
        (Persona.PRESSES_ONE, _FIRST_UNCALLED + index, standing) for index, standing in enumerate(standings)
    ]
    return tuple(
        Member(f"demo-{line:03d}", number_for(persona, index), persona, standing)
        for line, (persona, index, standing) in enumerate([*called, *uncalled], start=1)
    )


SPONSOR = "liste-demo"
CALLER_ID = "+33162000001"
MORNING = datetime.fromisoformat("2027-02-01T10:30:00+01:00")
"""The pretended time: this Monday, 10:30 in Paris."""

_COLUMNS = (
    "phone_number",
    "external_id",
    "language",
    "territory",
    "consent_sponsor",
    "consent_purpose",
    "consent_channel",
    "consent_source",
    "consent_proof",
    "consent_at",
    "consent_expires_at",
    "consent_act",
    "window_days",
    "window_start",
    "window_end",
)

_CAMPAIGN = f"""\
name = "Demonstration"
profile = "fr-political"
language = "fr"
caller_id = "{CALLER_ID}"
trunk = "default"
starts_at = {(MORNING - timedelta(hours=1)).isoformat()}
ends_at = {(MORNING + timedelta(days=4)).isoformat()}
purpose = "political"

[sponsor]
id = "{SPONSOR}"
name = "Liste Demo"
postal_address = "1 place de la Mairie, 75004 Paris"
email = "contact@liste-demo.example"
callback_number = "{CALLER_ID}"

[call]
ring_timeout_s = 8

[retry]
max_attempts = 1

[pacing]
calls_per_second = 5
max_concurrent = 50

[prompts]
message = "Bonjour, ici la liste Demo. Venez en parler jeudi, à dix-huit heures, à la mairie."
"""


def write_campaign(folder: Path) -> Path:
    path = folder / "campaign.toml"
    path.write_text(_CAMPAIGN, encoding="utf-8")
    return path


def write_contacts(folder: Path, members: tuple[Member, ...]) -> Path:
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        writer.writerows(map(_row, members))
    return path


def _row(member: Member) -> dict[str, str]:
    row = {
        "phone_number": member.number,
        "external_id": member.external_id,
        "language": "fr",
        "territory": "FR",
    }
    return row if member.standing is ConsentStatus.NO_CONSENT else row | _consent(member.standing)


def _consent(standing: ConsentStatus) -> dict[str, str]:
    evenings = standing is ConsentStatus.EVENINGS
    return {
        "consent_sponsor": "liste-autre" if standing is ConsentStatus.OTHER_SPONSOR else SPONSOR,
        "consent_purpose": "commercial" if standing is ConsentStatus.OTHER_PURPOSE else "political",
        "consent_channel": "automated_voice",
        "consent_source": "https://liste-demo.example/accord",
        "consent_proof": "form-2026-11",
        "consent_at": (MORNING - timedelta(days=60)).isoformat(),
        "consent_expires_at": (MORNING - timedelta(days=1)).isoformat()
        if standing is ConsentStatus.EXPIRED
        else "",
        "consent_act": "opt_in_form",
        "window_days": "mon-fri",
        "window_start": "18:00" if evenings else "10:00",
        "window_end": "20:00" if evenings else "13:00",
    }
