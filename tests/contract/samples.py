"""Values to store: plausible, fictional, and different in every field where it matters."""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint, ImportId, PhoneNumber
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import ContactClosed
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent.consent import ConsentAct, ConsentedWindow, ConsentGiven
from dialer.domain.consent.contact import ImportManifest, SourceClass
from dialer.domain.decision.record import Decision, ReasonCode, RefusalReason
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression, fingerprint_of
from dialer.ports.pbx.leases import Driver
from dialer.ports.records import (
    ArchivedInputs,
    CampaignSnapshot,
    ClaimDecision,
    ContactFacts,
    InputKind,
    NewContact,
    SharedInput,
)
from tests.harness.acts import ActStore
from tests.unit.values import details_of

NOW = datetime(2027, 2, 1, 9, 30, 0, 123456, tzinfo=UTC)
CAMPAIGN = CampaignId("c000000000001")
OTHER_CAMPAIGN = CampaignId("c000000000002")
IMPORT = ImportId("i000000000001")
DRIVER = Driver("pbx1", "0" * 32)
SPONSOR = "liste-demo"

Judge = Callable[[CampaignSnapshot, ContactFacts], ClaimDecision]


def number(index: int) -> PhoneNumber:
    return PhoneNumber(f"+3319900{index:04}")


def fingerprint(index: int) -> Fingerprint:
    return fingerprint_of(number(index), b"key of the tests")


def definition(**changes: object) -> CampaignDefinition:
    sponsor = {
        "id": SPONSOR,
        "name": "Liste Demo",
        "postal_address": "1 place de la Mairie, 75004 Paris",
        "email": "contact@liste-demo.example",
        "callback_number": "+33162000001",
    }
    given: dict[str, object] = {
        "name": "Municipales 2027",
        "caller_id": "+33162000001",
        "starts_at": "2027-02-01T09:00:00+01:00",
        "ends_at": "2027-02-05T20:00:00+01:00",
        "purpose": "political",
        "sponsor": sponsor,
        "prompts": {"identity": "Bonjour.", "message": {"file": "message.wav"}},
    }
    return CampaignDefinition.model_validate(given | changes)


def campaign(campaign_id: CampaignId = CAMPAIGN, **changes: object) -> Campaign:
    return Campaign(campaign_id, definition(**changes), CampaignState.DRAFT, "camille", NOW)


def manifest(import_id: ImportId = IMPORT, campaign_id: CampaignId | None = CAMPAIGN) -> ImportManifest:
    return ImportManifest(
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


def consent(index: int, **changes: object) -> ConsentGiven:
    given = ConsentGiven(
        fingerprint=fingerprint(index),
        sponsor=SPONSOR,
        purpose="political",
        channel="automated_voice",
        source="web form",
        proof="proof-1",
        given_at=NOW - timedelta(days=40),
        expires_at=NOW + timedelta(days=300),
        windows=(
            ConsentedWindow(frozenset({0, 1, 4}), time(10), time(13)),
            ConsentedWindow(frozenset({6}), time(18, 0, 30), time(19)),
        ),
        appointment_at=NOW + timedelta(days=1),
        act=ConsentAct.DOUBLE_OPT_IN,
        territory="FR",
        timezone="Europe/Paris",
        import_id=None,
        recorded_at=NOW,
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def new_contact(index: int, line: int | None = None, given: ConsentGiven | None = None) -> NewContact:
    return NewContact(
        line=index + 1 if line is None else line,
        number=number(index),
        fingerprint=fingerprint(index),
        details=details_of(external_id=f"person-{index}", language="fr", territory="FR"),
        consent=given,
    )


def suppression(index: int, **changes: object) -> Suppression:
    entry = Suppression(
        fingerprint=fingerprint(index),
        sponsor=SPONSOR,
        channel=OppositionChannel.LETTER,
        received_at=NOW - timedelta(hours=2),
        recorded_at=NOW,
        recorded_by="camille",
        note="par courrier",
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def permit(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
    decision = Decision(
        at=NOW,
        permitted=True,
        reasons=(),
        permit_until=NOW + timedelta(hours=1),
        next_open=None,
        zones=("Europe/Paris",),
        rule_pack="fr-political@1",
        pack_hash="b" * 64,
        caller_id="+33162000001",
    )
    contact = dossier.contact
    attempt = Attempt(
        id=AttemptId(uuid.uuid4().hex),
        campaign_id=standing.campaign.id,
        contact_id=contact.id,
        number=contact.number,
        fingerprint=contact.fingerprint,
        sponsor=standing.campaign.definition.sponsor.id,
        state=AttemptState.PERMITTED,
        decided_at=NOW + timedelta(microseconds=contact.id),
        permit_until=NOW + timedelta(hours=1),
        open_until=NOW + timedelta(hours=2),
        expires_at=NOW + timedelta(seconds=10),
        decision_hash="c" * 64,
        rule_pack="fr-political@1",
        trunk="default",
        pbx="pbx1",
        caller_id=PhoneNumber("+33162000001"),
        script="d" * 64,
    )
    return ClaimDecision(decision, "c" * 64, kept_inputs(dossier), attempt)


def refuse(*codes: ReasonCode, outcome: object = None) -> Judge:
    """Refuse every contact with `codes`; it closes unless told otherwise."""

    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        decision = permit(standing, dossier).decision._replace(
            permitted=False,
            permit_until=None,
            reasons=tuple(RefusalReason("FP-02", code, f"because of {code}") for code in codes),
        )
        change = ContactClosed("refused") if outcome is None else outcome
        return ClaimDecision(decision, "e" * 64, kept_inputs(dossier), change)  # type: ignore[arg-type]

    return judge


def kept_inputs(dossier: ContactFacts) -> ArchivedInputs:
    """Inputs as they come to the store, which looks into nothing."""
    digest = hashlib.sha256(dossier.contact.fingerprint.encode()).digest()
    return ArchivedInputs(
        context=SharedInput("a" * 64, InputKind.CONTEXT, "{}"),
        pack=SharedInput("b" * 64, InputKind.PACK, "{}"),
        sealed=b"sealed " + digest,
        new_key=None if dossier.key else b"key " + digest,
    )


async def listed(store: ActStore, *indices: int, campaign_id: CampaignId = CAMPAIGN) -> None:
    """Make a running campaign with these contacts."""
    await store.campaigns.add(campaign(campaign_id))
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await store.campaigns.move(campaign_id, verb, by="omar", at=NOW)
    import_id = ImportId("i" + campaign_id[1:])
    await store.imports.begin(manifest(import_id, campaign_id))
    await store.contacts.add(import_id, campaign_id, [new_contact(index) for index in indices])


async def claimed(store: ActStore, campaign_id: CampaignId = CAMPAIGN) -> list[Attempt]:
    """Claim every due contact, permitted."""
    judgements = await store.attempts.claim(campaign_id, now=NOW, limit=1000, permits=1000, judge=permit)
    return [judgement.outcome for judgement in judgements if isinstance(judgement.outcome, Attempt)]


async def sent(store: ActStore, attempt_ids: Sequence[AttemptId]) -> list[AttemptId]:
    """Mark attempts as sent by the process that drives their PBX. Return those it may send."""
    assert (await store.leases.take(DRIVER)).holder == DRIVER.holder
    return await store.attempts.originating(attempt_ids, at=NOW, driver=DRIVER)
