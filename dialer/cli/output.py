"""What commands print: one JSON document for machines, a table or a line for people."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

console = Console(highlight=False)


def print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def print_table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    console.print(table)


def print_fields(fields: Mapping[str, object]) -> None:
    """One `name: value` a line."""
    for name, value in fields.items():
        console.print(f"[bold]{name}[/bold]: ", end="")
        console.print(_cell(value), markup=False)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot print {type(value).__name__} as JSON")
