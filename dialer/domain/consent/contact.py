"""A person on a campaign's list, and the source of the number."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Contact:
    """A row of an imported list.

    `territory` is ISO 3166, `timezone` IANA, as stated with the consent.
    """

    id: ContactId
    campaign_id: CampaignId
    number: PhoneNumber
    fingerprint: Fingerprint
    import_id: ImportId
    line: int
    external_id: str | None
    language: str | None
    territory: str | None
    timezone: str | None


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
