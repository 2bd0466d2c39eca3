"""The terminal side of commands: shared options and arguments, instants, passphrases, and output.

Options are spelt alike everywhere. A passphrase comes from a file: other users could read it on the
command line. Output is one JSON document for machines, a table or a line for people.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.instant import parse_instant
from dialer.views.base import Items, View


def instant(text: str) -> datetime:
    """Read an instant. Raise a usage error (exit 2) for anything but ISO 8601 with an offset."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} {error}") from None


SHORTEST = 12

PassphraseFileOption = Annotated[
    Path | None, typer.Option("--passphrase-file", metavar="FILE", help="Its first line seals the keys.")
]


def read_passphrase(path: Path | None) -> str | None:
    """Read the passphrase. None without a file.

    Raise `InvalidInput` where it cannot be read, or is shorter than twelve characters.
    """
    if path is None:
        return None
    try:
        passphrase = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None
    if len(passphrase) < SHORTEST:
        raise InvalidInput(
            f"the passphrase in {path} is too short", hint=f"use {SHORTEST} characters or more"
        )
    return passphrase


JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
CampaignOption = Annotated[str, typer.Option("--campaign", metavar="ID", help="The campaign.")]
CampaignArgument = Annotated[str, typer.Argument(metavar="ID", help="The campaign.")]
ReasonOption = Annotated[str, typer.Option(help="Why, for the record.")]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="As people write it, or +33199000001.")]


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
