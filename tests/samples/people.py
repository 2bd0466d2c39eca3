"""Sample people: their numbers, consents and oppositions, and their places on a list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any

from dialer.domain.base.types import CampaignId, Fingerprint, ImportId, PhoneNumber
from dialer.domain.campaigns.campaign import Campaign, CampaignVerb
from dialer.domain.consent import (
    ConsentAct,
    ConsentedWindow,
    ConsentGiven,
    ContactDetails,
    ImportManifest,
    SourceClass,
)
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression, fingerprint_of
from dialer.ports.records import NewContact
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, NOW, SPONSOR, campaign

IMPORT = ImportId("i000000000001")
GIVEN_AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
PAGE = 5000
"""Rows stored at once."""
DETAILS_IN_FULL = {
    name: field.examples[0] for name, field in ContactDetails.model_fields.items() if field.examples
}
"""Every detail that a list may state, by its column."""


def number(index: int) -> PhoneNumber:
    return PhoneNumber(f"+3319900{index:04}")


def fingerprint(index: int) -> Fingerprint:
    return fingerprint_of(number(index), b"key of the tests")


def plain_consent(fingerprint: Fingerprint, **changes: Any) -> ConsentGiven:
    """Make a consent to be called at any time, without end; all that may be left out is."""
    given = ConsentGiven(
        fingerprint=fingerprint,
        sponsor=SPONSOR,
        purpose="political",
        channel="automated_voice",
        source="form",
        proof="proof-1",
        given_at=GIVEN_AT,
        expires_at=None,
        windows=(),
        appointment_at=None,
        act=None,
        territory=None,
        timezone=None,
        import_id=None,
        recorded_at=GIVEN_AT,
    )
    return replace(given, **changes)


def consent(index: int, **changes: Any) -> ConsentGiven:
    """Make a consent in which nearly everything is stated."""
    given = plain_consent(
        fingerprint(index),
        given_at=NOW - timedelta(days=40),
        source="web form",
        expires_at=NOW + timedelta(days=300),
        windows=(
            ConsentedWindow(frozenset({0, 1, 4}), time(10), time(13)),
            ConsentedWindow(frozenset({6}), time(18, 0, 30), time(19)),
        ),
        appointment_at=NOW + timedelta(days=1),
        act=ConsentAct.DOUBLE_OPT_IN,
        territory="FR",
        timezone="Europe/Paris",
        recorded_at=NOW,
    )
    return replace(given, **changes)


def suppression(index: int, **changes: Any) -> Suppression:
    entry = Suppression(
        fingerprint=fingerprint(index),
        sponsor=SPONSOR,
        channel=OppositionChannel.LETTER,
        received_at=NOW - timedelta(hours=2),
        recorded_at=NOW,
        recorded_by="camille",
        note="par courrier",
    )
    return replace(entry, **changes)


def details_of(**stated: str | None) -> ContactDetails:
    """Make the details of a person whose list states these columns alone."""
    return ContactDetails(**dict.fromkeys(ContactDetails.model_fields) | stated)


def new_contact(index: int, line: int | None = None, given: ConsentGiven | None = None) -> NewContact:
    return NewContact(
        line=index + 1 if line is None else line,
        number=number(index),
        fingerprint=fingerprint(index),
        details=details_of(external_id=f"person-{index}", language="fr", territory="FR"),
        consent=given,
    )


def manifest(
    import_id: ImportId = IMPORT, campaign_id: CampaignId | None = CAMPAIGN, **changes: Any
) -> ImportManifest:
    made = ImportManifest(
        id=import_id,
        kind="contacts",
        campaign_id=campaign_id,
        source_class=SourceClass.OPT_IN_FORM,
        supplier="Fournisseur",
        collected_at=NOW - timedelta(days=30),
        file_name="liste.csv",
        file_sha256="a" * 64,
        imported_by="camille",
        imported_at=NOW - timedelta(hours=1),
    )
    return replace(made, **changes)


def import_of(campaign_id: CampaignId) -> ImportId:
    """Return the import with which `run_list` fills a campaign."""
    return ImportId("i" + campaign_id[1:])


async def run_list(
    store: ActStore, made: Campaign, rows: Iterable[NewContact], *, at: datetime = NOW, **imported: Any
) -> None:
    """Store a running campaign with a list. `imported`: changes of the list's manifest."""
    await store.campaigns.add(made)
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await store.campaigns.move(made.id, verb, by="omar", at=at)
    import_id = import_of(made.id)
    await store.imports.begin(manifest(import_id, made.id, **imported))
    left = iter(rows)
    while page := list(islice(left, PAGE)):
        await store.contacts.add(import_id, made.id, page)


async def listed(store: ActStore, *indices: int, campaign_id: CampaignId = CAMPAIGN) -> None:
    """Make a running campaign with these contacts."""
    await run_list(store, campaign(campaign_id), map(new_contact, indices))
