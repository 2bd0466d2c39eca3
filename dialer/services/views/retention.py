"""What was erased, and what comes next, as JSON."""

from typing import Any

from dialer.domain.upkeep.retention import RetentionRun
from dialer.services.upkeep.retention import DatedList, RetentionStatus
from dialer.services.views.instants import instant_text


def run_view(run: RetentionRun) -> dict[str, Any]:
    return {
        "started_at": instant_text(run.started_at),
        "ended_at": instant_text(run.ended_at),
        "contacts_erased": run.contacts,
        "consents_erased": run.consents,
        "keys_destroyed": run.keys,
        "error": run.error,
    }


def status_view(status: RetentionStatus) -> dict[str, Any]:
    return {
        "last_run": run_view(status.last) if status.last else None,
        "next_run_at": instant_text(status.next_run_at),
        "failing_since": instant_text(status.failing_since),
        "overdue": status.overdue,
        "campaigns_blocked": status.blocked,
        "lists": [_list_view(dated) for dated in status.lists],
    }


def _list_view(dated: DatedList) -> dict[str, Any]:
    return {
        "import_id": dated.kept.import_id,
        "campaign_id": dated.kept.campaign_id,
        "imported_at": instant_text(dated.kept.imported_at),
        "erased_before": instant_text(dated.limit),
    }
