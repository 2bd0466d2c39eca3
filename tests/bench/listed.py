"""A long list in a real database, for the benchmarks.

Every person has a consent of their own minute and windows.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dialer.domain.base.types import CampaignId, PhoneNumber
from dialer.domain.consent import ConsentedWindow
from dialer.domain.oppositions.suppression import fingerprint_of
from dialer.ports.records import NewContact
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, campaign
from tests.samples.people import consent, details_of, run_list, suppression

RANGES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
"""ARCEP's fiction ranges: 50,000 numbers. In longer lists they come again, as other people."""
KEY = b"k" * 32
ROWS = 5000
SLOTS = tuple(
    (ConsentedWindow(frozenset(days), start, end),)
    for days in ((0, 1, 2, 3, 4), (0, 2), (1,), (5,))
    for start in (MONDAY.time().replace(hour=10, minute=0), MONDAY.time().replace(hour=17, minute=30))
    for end in (start.replace(hour=start.hour + 2),)
)


def people(indices: range, listed_at: datetime, lasting: int = 0) -> Iterator[NewContact]:
    """Yield people. Of twenty, one is without consent, and one's consent is for another sponsor.

    Two are from overseas by their consent. Consents end in the fifty days that begin `lasting` days
    after the import.
    """
    for index in indices:
        number = PhoneNumber(f"{RANGES[index // 10_000 % 5]}{index % 10_000:04d}")
        fingerprint = fingerprint_of(number, KEY + b"+" * (index // 50_000))
        given = consent(
            0,
            fingerprint=fingerprint,
            given_at=listed_at - timedelta(days=360, seconds=index),
            expires_at=listed_at + timedelta(days=lasting + index % 50, seconds=index % 86_400),
            windows=SLOTS[index % len(SLOTS)],
            appointment_at=None,
            sponsor="another" if index % 20 == 7 else "liste-demo",
            territory="MQ" if index % 20 in (3, 4) else None,
            timezone=None,
        )
        yield NewContact(
            line=index + 2,
            number=number,
            fingerprint=fingerprint,
            details=details_of(territory=given.territory),
            consent=None if index % 20 == 11 else given,
        )


async def list_people(
    store: ActStore,
    indices: range,
    campaign_id: CampaignId = CAMPAIGN,
    listed_at: datetime = MONDAY,
    lasting: int = 0,
    **changes: object,
) -> None:
    """Add a running campaign with a list. Every fiftieth person has opposed."""
    made = campaign(campaign_id, **changes)
    rows = list(people(indices, listed_at, lasting))
    await run_list(store, made, rows, at=MONDAY, imported_at=listed_at)
    opposed = [suppression(0, fingerprint=row.fingerprint) for row in rows[::50]]
    for start in range(0, len(opposed), ROWS):
        await store.suppressions.add(opposed[start : start + ROWS])
