"""A passphrase from a file: other users could read it on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.domain.base.errors import InvalidInput

SHORTEST = 12

PassphraseFile = Annotated[
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
