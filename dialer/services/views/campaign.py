"""A campaign and its progress as JSON."""

from typing import Any

from dialer.domain.campaigns.campaign import Campaign, allowed_verbs
from dialer.services.campaigns.progress import CampaignProgress
from dialer.services.views.instants import instant_text
from dialer.services.views.probe import probe_view


def campaign_view(campaign: Campaign) -> dict[str, Any]:
    """`id`, `name`, `state`, then the keys of the campaign file and what happened to it since. Keys left out of the file keep their defaults."""
    return {
        "id": campaign.id,
        "name": campaign.definition.name,
        "state": campaign.state.value,
        **campaign.definition.model_dump(mode="json", exclude_none=True),
        "created_by": campaign.created_by,
        "created_at": instant_text(campaign.created_at),
        "approved_by": campaign.approved_by,
        "approved_at": instant_text(campaign.approved_at),
        "self_approved": campaign.self_approved,
        "started_at": instant_text(campaign.started_at),
        "ended_at": instant_text(campaign.ended_at),
        "reason": campaign.reason,
        "script": campaign.script,
        "allowed": [verb.value for verb in allowed_verbs(campaign.state)],
    }


def progress_view(progress: CampaignProgress) -> dict[str, Any]:
    counts = progress.counts
    return {
        "id": progress.campaign.id,
        "name": progress.campaign.definition.name,
        "state": progress.campaign.state.value,
        "waiting": progress.waiting,
        "contacts": counts.contacts,
        "due": counts.due,
        "calling": counts.calling,
        "closed": counts.closed,
        "attempts": counts.attempts,
        "results": dict(counts.results),
        "refused": dict(counts.refused),
        "next_due_at": instant_text(counts.next_due_at),
        "probe_required": progress.probe_required,
        "probes": [probe_view(probe) for probe in progress.probes],
    }
