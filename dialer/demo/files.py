"""A campaigner's files, as for any real campaign: the campaign and its contacts."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

from dialer.demo.cast import ConsentStatus, Member

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
