"""Sample files of contacts: consents to be called on weekday mornings."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

CONSENT_COLUMNS = {
    "territory": "FR",
    "timezone": "Europe/Paris",
    "consent_sponsor": "liste-demo",
    "consent_purpose": "political",
    "consent_channel": "automated_voice",
    "consent_source": "form",
    "consent_proof": "page 1",
    "consent_at": "2026-09-01T10:00:00+02:00",
    "window_days": "mon-fri",
    "window_start": "10:00",
    "window_end": "13:00",
}
HEADER = ",".join(("phone_number", "external_id", *CONSENT_COLUMNS))
CONSENT = ",".join(CONSENT_COLUMNS.values())
"""The end of a row below `HEADER`."""
NO_CONSENT = "," * (len(CONSENT_COLUMNS) - 1)


def list_file(folder: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write rows; a column left out is empty."""
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("phone_number", *CONSENT_COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    return path


def contact_file(folder: Path, numbers: Iterable[str]) -> Path:
    """Write people who all consented."""
    return list_file(folder, ({"phone_number": number} | CONSENT_COLUMNS for number in numbers))
