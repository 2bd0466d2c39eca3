"""Ledger event of poll dates that were changed after a campaign was made."""

from datetime import date, datetime

from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.ledger.event import Kind, LedgerEvent, digest
from dialer.domain.ledger.redaction import redacted
from dialer.domain.ledger.row_digests import VOUCHED, vouched


def poll_dates_changed(
    campaign: Campaign, before: dict[str, date], *, by: str, at: datetime, reason: str
) -> LedgerEvent:
    """Build the event; `campaign` as it is after the change, `before` its dates until then."""
    election = campaign.definition.election
    return LedgerEvent(
        at=at,
        kind=Kind.CAMPAIGN_POLLS,
        about=campaign.id,
        body={
            "by": redacted(by),
            "reason": redacted(reason),
            "before": before,
            "after": election.poll_dates if election else {},
            "definition": digest(campaign.definition),
            VOUCHED: vouched(campaign),
        },
    )
