"""What a restoration brought back, and what it did not, as JSON."""

from typing import Any

from dialer.services.upkeep.restoring import RestoreResult
from dialer.services.views.instants import instant_text


def restored_view(restored: RestoreResult) -> dict[str, Any]:
    """`ledger_entries_lost`: entries that heads were signed for and the backup did not hold."""
    return {
        "taken_at": instant_text(restored.gap.taken_at),
        "oppositions": restored.oppositions,
        "withdrawals": restored.withdrawals,
        "erasures": restored.erasures,
        "calls": restored.calls,
        "revoked_tokens": restored.revocations,
        "campaigns_paused": restored.paused,
        "ledger_entries_held": restored.gap.held,
        "ledger_entries_lost": restored.gap.lost - restored.gap.held,
        "journal_lines_unreadable": restored.unreadable,
    }
