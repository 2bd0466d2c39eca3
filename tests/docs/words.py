"""The command line as a page writes it, taken as far as its options are understood, and no further."""

import re
import shlex
from typing import Any

from typer.main import get_command

from dialer.cli.base.deferred import Deferred
from dialer.cli.main import app

_LINE = re.compile(r"(?:^|[(|&;`] *|\bsudo )dialer ([^\n)|&;`>]*)", re.MULTILINE)


def commands(text: str) -> list[list[str]]:
    """The words after `dialer`, of each time it is called."""
    whole = text.replace("\\\n", " ")
    return [shlex.split(found[1], comments=True) for found in _LINE.finditer(whole)]


def demand_understood(words: list[str]) -> None:
    """Raise what the program itself would say of a command, option or value that it does not know or misses."""
    command: Any = get_command(app)
    rest = list(words)
    while subcommands := getattr(command, "commands", None):
        command = subcommands[rest.pop(0)]
        if isinstance(command, Deferred):
            command = command.whole
    command.make_context(command.name, rest)
