"""Cursors: opaque to the reader, so that what they hold may change."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from dialer.api.parsing import PATH_IDS
from dialer.domain.errors import InvalidInput, Problem
from dialer.services.views.listing import listing

Item = TypeVar("Item")


def write_cursor(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode()


def read_cursor(cursor: str | None, kind: str) -> str | None:
    """The id after which to go on. `kind` is its name in `PATH_IDS`. Raise `InvalidInput`."""
    if cursor is None:
        return None
    try:
        last_id = base64.urlsafe_b64decode(cursor.encode()).decode("ascii")
    except (binascii.Error, ValueError):
        last_id = ""
    if not PATH_IDS[kind].fullmatch(last_id):
        problem = Problem("cursor", "is none of ours: take `next_cursor` of the page before")
        raise InvalidInput("the query cannot be used", (problem,))
    return last_id


def page(
    found: Sequence[Item], limit: int, view: Callable[[Item], dict[str, Any]], id_of: Callable[[Item], str]
) -> dict[str, Any]:
    """`found` holds one more than `limit` where the list goes on."""
    shown = found[:limit]
    goes_on = len(found) > limit
    return listing([view(item) for item in shown], write_cursor(id_of(shown[-1])) if goes_on else None)
