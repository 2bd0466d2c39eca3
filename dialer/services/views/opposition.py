"""Oppositions as JSON. The number is not among it: only its fingerprint is stored."""

from collections.abc import Sequence
from typing import Any

from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import ListedCount
from dialer.services.oppositions.oppositions import UnderstoodOppositions
from dialer.services.views.instants import instant_text


def suppression_view(suppression: Suppression) -> dict[str, Any]:
    return {
        "sponsor": suppression.sponsor,
        "channel": suppression.channel.value,
        "received_at": instant_text(suppression.received_at),
        "recorded_at": instant_text(suppression.recorded_at),
        "recorded_by": suppression.recorded_by,
        "source": suppression.source,
        "note": suppression.note,
    }


def check_view(found: Sequence[Suppression]) -> dict[str, Any]:
    """`suppressed`: whether any opposition is in force."""
    return {"suppressed": bool(found), "suppressions": [suppression_view(entry) for entry in found]}


def understood_view(understood: UnderstoodOppositions) -> dict[str, Any]:
    """What was stored. `recorded`: entries, one for each number that could be meant."""
    return {"recorded": len(understood.suppressions), "warnings": list(understood.warnings)}


def list_view(listed: ListedCount) -> dict[str, Any]:
    """A list kept by others. `sponsor` None: it speaks for every sponsor."""
    return {
        "name": listed.list.name,
        "kind": listed.list.kind.value,
        "sponsor": listed.list.sponsor,
        "valid_from": instant_text(listed.list.valid_from),
        "valid_to": instant_text(listed.list.valid_to),
        "entries": listed.entries,
        "import_id": listed.list.id,
    }
