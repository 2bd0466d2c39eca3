"""Consents and contact lists over HTTP.

Consents are recorded one by one or many at once, withdrawn, and restored after a trunk's fault. A
contact list is streamed in with its provenance; its import has a report.
"""

import asyncio
from pathlib import Path

from pydantic import Field, RootModel

from dialer.api.http.answers import JsonAnswer, Nothing, Phone, Wire, WireName, WireText
from dialer.api.http.bodies import MIB, FileBody, JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get, post
from dialer.api.http.parsing import parse_items, parse_json, read_json
from dialer.api.imports import Begun, ReportAnswer, begin
from dialer.api.oppositions import OppositionBody
from dialer.domain.access import Right
from dialer.domain.base.errors import Conflict
from dialer.domain.base.instant import WrittenInstant
from dialer.domain.base.types import CampaignId, ImportId
from dialer.services.consent.consents import TrunkFault
from dialer.services.consent.contact_import import Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.views.consent import ConsentsRecordedView, ConsentsRestoredView, ImportView, WithdrawnView

MOST_VALUES = 100_000
"""Limit on the values of a body, above the need of the largest honest one."""


class ConsentBody(Wire):
    """The consent columns of the contact CSV, written as there."""

    phone_number: Phone
    consent_sponsor: str
    consent_purpose: str
    consent_channel: str
    consent_at: str
    consent_source: str = ""
    consent_proof: str = ""
    consent_expires_at: str = ""
    consent_act: str = ""
    consent_basis: str = ""
    consent_form: str = ""
    consent_mentions: str = ""
    appointment_at: str = ""
    window_days: str = ""
    window_start: str = ""
    window_end: str = ""
    windows: str = Field(default="", examples=["mon-fri 10:00-13:00; tue 18:00-19:00"])
    territory: str = ""
    postcode: str = ""
    timezone: str = ""


class ConsentsBody(RootModel[ConsentBody | list[ConsentBody]]):
    """A consent, or a list. All of a list are stored, or none."""

    def many(self) -> list[ConsentBody]:
        return self.root if isinstance(self.root, list) else [self.root]


class TrunkFaultBody(Wire):
    """A period in which a trunk wrongly reported its numbers as unallocated.

    Without `until` it lasts until now.
    """

    trunk: WireName
    since: WrittenInstant
    until: WrittenInstant | None = None
    reason: WireText


def read_consents(model: type[ConsentsBody], raw: bytes) -> ConsentsBody:
    """Choose the form by the first character, so that the errors name fields of that form only."""
    if raw.lstrip().startswith(b"[") and isinstance(many := read_json(raw, MOST_VALUES), list):
        return model.model_construct(parse_items(ConsentBody, many))
    return model(parse_json(ConsentBody, raw))


async def give(asked: Asked[Nothing, ConsentsBody]) -> ConsentsRecordedView:
    rows = await asyncio.to_thread(
        lambda: [consent.model_dump(exclude_unset=True) for consent in asked.body.many()]
    )
    return ConsentsRecordedView(recorded=await asked.suite.consents.add(asked.actor, rows))


async def withdraw(asked: Asked[Nothing, OppositionBody]) -> WithdrawnView:
    warnings = await asked.suite.consents.withdraw(asked.actor, asked.body.objection())
    return WithdrawnView(warnings=tuple(warnings))


async def restore(asked: Asked[Nothing, TrunkFaultBody]) -> ConsentsRestoredView:
    body = asked.body
    fault = TrunkFault(body.trunk, body.since, body.until, body.reason)
    return ConsentsRestoredView(restored=await asked.suite.consents.restore(asked.actor, fault))


LARGEST_LIST = 2048 * MIB


class ProvenanceQuery(Wire):
    """Provenance of the list, as its supplier states it (FP-30)."""

    source_class: str
    supplier: WireName
    collected_at: WrittenInstant


async def import_consents(asked: Asked[ProvenanceQuery, Path]) -> Begun:
    stated, campaign_id = asked.query, CampaignId(asked.ids["campaign_id"])
    provenance = Provenance(stated.source_class, stated.supplier, stated.collected_at)

    async def run(source: ImportSource) -> ImportReport:
        return await asked.suite.contact_imports.run(asked.actor, campaign_id, provenance, source)

    return await begin(asked, run)


async def show(asked: Asked[Nothing, Nothing]) -> ImportView:
    import_id = ImportId(asked.ids["import_id"])
    return ImportView.of(import_id, await asked.suite.import_reports.state(asked.actor, import_id))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    post(
        "/v1/consents",
        "Record consents. All are stored, or none.",
        (Right.IMPORT,),
        JsonBody(ConsentsBody, parse=read_consents, long=True),
        JsonAnswer(ConsentsRecordedView, status=201),
        give,
    ),
    post(
        "/v1/consents/withdraw",
        "Take consents back, of one sponsor or of all. Never refused for the spelling of number or time.",
        (Right.WITHDRAW_CONSENT,),
        JsonBody(OppositionBody, any_type=True),
        JsonAnswer(WithdrawnView),
        withdraw,
    ),
    post(
        "/v1/consents/restore",
        "Undo the ends of consents that a trunk's answers brought. What a person said stands.",
        (Right.RESTORE_CONSENT,),
        JsonBody(TrunkFaultBody),
        JsonAnswer(ConsentsRestoredView),
        restore,
    ),
    Endpoint(
        method="POST",
        path="/v1/campaigns/{campaign_id}/contacts",
        summary="Import a contact list. A bad row is reported and never stops the rest.",
        rights=(Right.IMPORT,),
        query=ProvenanceQuery,
        body=FileBody("text/csv", limit=LARGEST_LIST),
        answer=ReportAnswer(),
        handler=import_consents,
        errors=(Conflict,),
    ),
    get(
        "/v1/imports/{import_id}",
        "Show what became of an import, or how far it is.",
        (Right.IMPORT, Right.READ_EVIDENCE),
        Nothing,
        ImportView,
        show,
    ),
)
