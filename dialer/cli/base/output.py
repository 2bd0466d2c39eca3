"""Output of commands: one JSON document for machines, a table or a line for people."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialer.views.base import Items, View

console = Console(highlight=False)
WIDEST = 10_000


def print_json(view: View) -> None:
    print(json.dumps(view.document(), ensure_ascii=False, indent=2))


def print_view(view: View, *, as_json: bool) -> None:
    """Print the view as JSON, or one `name: value` a line."""
    if as_json:
        print_json(view)
    else:
        print_fields(view.document())


def print_list(listing: Items[Any], columns: Sequence[str], *, as_json: bool) -> None:
    """Print the list as JSON, or as a table."""
    if as_json:
        print_json(listing)
    else:
        print_table([item.document() for item in listing.items], columns)


def print_table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Print a table. For other programs it is as wide as its contents: nothing is cut off."""
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    (console if console.is_terminal else Console(width=WIDEST)).print(table)


def print_fields(fields: Mapping[str, object]) -> None:
    """Print one `name: value` a line."""
    for name, value in fields.items():
        console.print(Text(f"{name}: ", style="bold") + Text(_cell(value)), soft_wrap=True)


def _cell(value: object) -> str:
    """Render a cell without control characters, which could command the terminal."""
    return "" if value is None else "".join(c if c.isprintable() else "\ufffd" for c in str(value))
