"""Campaign and contact files for acceptance tests.

The people agreed to be called on weekday mornings.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

CONSENT = {
    "consent_sponsor": "liste-demo",
    "consent_purpose": "political",
    "consent_channel": "automated_voice",
    "consent_source": "https://liste-demo.example/accord",
    "consent_proof": "form-1",
    "consent_at": "2026-11-01T10:00:00+01:00",
    "window_days": "mon-fri",
    "window_start": "10:00",
    "window_end": "13:00",
}


def campaign_file(folder: Path, *, calls_per_second: float = 50, max_concurrent: int = 200) -> Path:
    path = folder / "campaign.toml"
    path.write_text(
        f"""\
name = "Acceptance"
caller_id = "+33162000001"
starts_at = 2027-02-01T09:00:00+01:00
ends_at = 2027-02-05T20:00:00+01:00
purpose = "political"
[sponsor]
id = "liste-demo"
name = "Liste Demo"
postal_address = "1 place de la Mairie, 75004 Paris"
email = "contact@liste-demo.example"
callback_number = "+33162000001"
[call]
ring_timeout_s = 10
[pacing]
calls_per_second = {calls_per_second}
max_concurrent = {max_concurrent}
[prompts]
message = "Bonjour, voici le message."
""",
        encoding="utf-8",
    )
    return path


def contact_file(folder: Path, numbers: Iterable[str], **changes: str) -> Path:
    path = folder / "contacts.csv"
    rows = [{"phone_number": number, "territory": "FR"} | CONSENT | changes for number in numbers]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
