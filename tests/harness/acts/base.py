"""The acts that no noun writes out: one call of its repository each."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from dialer.adapters.sql.store import SqlStore

WRITING = frozenset(
    {
        *("add", "add_calls", "begin", "delivered", "end", "erase_contacts", "fold_counts", "keep"),
        *("keep_key", "note", "note_read_back", "postpone", "put_in_force", "recount", "release"),
        *("replace", "rest", "seal", "used"),
    }
)
"""Methods of repositories that change something; all others read."""


class Acts:
    """Of one noun. What is not written out is one call of its repository."""

    noun = ""

    def __init__(self, store: SqlStore) -> None:
        self.store = store

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
            door = self.store.write if name in WRITING else self.store.read

            async def call(*args: Any, **named: Any) -> Any:
                async with door() as work:
                    return await getattr(getattr(work, self.noun), name)(*args, **named)

            return call
