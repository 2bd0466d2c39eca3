"""A person on a campaign's list, and the source of the number."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId, PhoneNumber


class SourceClass(StrEnum):
    """The source of a list (FP-30). Any other class is refused at import."""

    OPT_IN_FORM = "opt_in_form"
    OWN_MEMBERS = "own_members"
    PARTNER_OPT_IN = "partner_opt_in"
    PAPER_FORM = "paper_form"
    INBOUND_REQUEST = "inbound_request"


class ContactState(StrEnum):
    DUE = "due"
    """To be called at `next_due_at`, if the decision then permits."""
    CALLING = "calling"
    """An attempt is alive."""
    CLOSED = "closed"
    """Never again in this campaign; `closed_reason` says why."""


class ContactDetails(BaseModel):
    """Details of a person, as a list states them beside the number and the consent.

    Each field is an optional column of the contact file and of the table of contacts. It is shown
    with the contact, and emptied with it. To add one: declare it here, add a migration and a row of
    docs/contact-file.md.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    external_id: str | None = Field(description="Its own id in the list.", examples=["member-17"])
    language: str | None = Field(description="As stated in the list: ISO 639.", examples=["fr"])
    territory: str | None = Field(description="As stated in the list: ISO 3166.", examples=["FR"])
    timezone: str | None = Field(description="As stated in the list: IANA.", examples=["Europe/Paris"])


@dataclass(frozen=True, slots=True)
class Contact:
    """A row of an imported list."""

    id: ContactId
    campaign_id: CampaignId
    number: PhoneNumber
    fingerprint: Fingerprint
    import_id: ImportId
    line: int
    details: ContactDetails


@dataclass(frozen=True, slots=True)
class ImportManifest:
    """The source of a list, kept with its hash and its counts (E4).

    `collected_at` is the supplier's statement.
    """

    id: ImportId
    kind: str
    campaign_id: CampaignId | None
    source_class: SourceClass | None
    supplier: str | None
    collected_at: datetime | None
    file_name: str
    file_sha256: str
    imported_by: str
    imported_at: datetime
