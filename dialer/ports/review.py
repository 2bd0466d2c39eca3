"""Contacts whose judgement failed: taken off the list until a person has looked at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import CampaignId, ContactId, ImportId


@dataclass(frozen=True, slots=True)
class SetAside:
    """A contact closed for review. `reason` names the error; `line` is that of the file it was imported from."""

    id: ContactId
    external_id: str | None
    import_id: ImportId
    line: int
    reason: str


class Reviews(Protocol):
    async def set_aside(self, contact_id: ContactId, *, error: str, at: datetime) -> bool:
        """Close a contact that is due, for review. False where it is not due any more."""
        ...

    async def page(self, campaign_id: CampaignId, *, after: ContactId | None, limit: int) -> list[SetAside]:
        """Contacts set aside, in the order of the list."""
        ...

    async def put_back(self, campaign_id: CampaignId, *, by: str, at: datetime) -> int:
        """Make every contact due that was set aside; return how many. Raise `NotFound`, and `Conflict` where the campaign is over."""
        ...


class ClaimWatch(Protocol):
    """Is told what a claim does, so that whoever asked for it knows how far it came."""

    def takes_up(self, contact_ids: Sequence[ContactId]) -> None:
        """These are read and judged next."""
        ...

    def enough(self) -> bool:
        """Asked after each judgement: whether the rest is for another claim."""
        ...
