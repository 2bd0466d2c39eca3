"""Every list is an object, so that it can say where it goes on."""

from collections.abc import Sequence
from typing import Any


def listing(items: Sequence[dict[str, Any]], next_cursor: str | None = None) -> dict[str, Any]:
    """`next_cursor` is None at the end of the list."""
    return {"items": list(items), "next_cursor": next_cursor}
