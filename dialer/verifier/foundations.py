"""The terms of the recount, held against sources that the pack's maker does not control.

These are the sealed approval, and this machine's own clocks.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .approval import Approval
    from .people import Document


def strange_terms(terms: Document, definition: Document, approval: Approval | None) -> Iterator[str]:
    """Yield every way in which `terms.json` differs from the approved campaign.

    Or from the time zones known here.
    """
    if terms["sponsor"] != definition["sponsor"]["id"]:
        yield "names another sponsor than the campaign"
    for name in ("starts_at", "ends_at"):
        if datetime.fromisoformat(terms[name]) != datetime.fromisoformat(definition[name]):
            yield f"has another {name} than the campaign"
    if approval is not None and terms["script"] != approval.script:
        yield "names another script than the approved"
    for zone, offsets in terms["zones"].items():
        for start, offset in offsets:
            known = offset_here(zone, start)
            if known is not None and known != offset:
                yield f"has {offset} s for {zone} at {start}, where this machine has {known} s"


def offset_here(zone: str, at: int) -> int | None:
    """Return the seconds from UTC at a UNIX second; None for a zone unknown to this machine."""
    try:
        offset = datetime.fromtimestamp(at, timezone.utc).astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return round((offset or timedelta()).total_seconds())
