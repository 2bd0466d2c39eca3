"""Cursors: opaque to the reader, so that their content may change."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from dialer.api.http.parsing import PATH_IDS
from dialer.domain.base.errors import InvalidInput, Problem
from dialer.views.base import Listing, View

Item = TypeVar("Item")
List = TypeVar("List", bound=Listing[Any])

READ_AT_ONCE = 100


def write_cursor(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode()


def read_cursor(cursor: str | None, kind: str) -> str | None:
    """Return the id after which to go on. `kind` is its name in `PATH_IDS`.

    Raise `InvalidInput`.
    """
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


async def page(
    read: Callable[[str | None, int], Awaitable[Sequence[Item]]],
    after: str | None,
    limit: int,
    view: Callable[[Item], View],
    id_of: Callable[[Item], str],
    model: type[List],
) -> List:
    """Read up to `limit` items after the one whose id is `after`, and show them as a `model`.

    A hundred at a time are read: a thousand in one go would hold the loop.
    """
    found: list[Item] = []
    while wanted := min(limit + 1 - len(found), READ_AT_ONCE):
        some = await read(id_of(found[-1]) if found else after, wanted)
        found += some
        if len(some) < wanted:
            break
    shown = found[:limit]
    views = (
        await asyncio.to_thread(tuple, map(view, shown))
        if len(shown) > READ_AT_ONCE
        else (*map(view, shown),)
    )
    return model(items=views, next_cursor=write_cursor(id_of(shown[-1])) if len(found) > limit else None)
