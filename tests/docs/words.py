"""The command line as a page writes it, parsed as far as its words are understood."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from dialer.cli.base.program import Deferred
from dialer.cli.main import app

_LINE = re.compile(r"(?:^|[(|&;`] *|\bsudo )dialer ([^\n)|&;`>]*)", re.MULTILINE)
_SPOKEN = re.compile(r"`dialer ([^`]+)`")


def commands(text: str) -> list[list[str]]:
    """Return the words after `dialer`, of each time it is called in a sample."""
    whole = text.replace("\\\n", " ")
    return [shlex.split(found[1], comments=True) for found in _LINE.finditer(whole)]


def spoken(text: str) -> Iterator[list[str]]:
    """Yield the words of a command that is named in a sentence, where it may be cut short."""
    for found in _SPOKEN.finditer(text):
        yield " ".join(found[1].split()).split()


def demand_understood(words: list[str]) -> None:
    """Raise the program's own complaint about a command, option or value.

    One that it does not know, or misses.
    """
    command, rest = _found(words)
    command.make_context(command.name, rest)


def unknown(words: list[str]) -> str | None:
    """Return the first word that is no command, or no option of its command.

    None where all are known.
    """
    try:
        command, rest = _found(words)
    except KeyError as error:
        return str(error.args[0])
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return next((word for word in rest if word.startswith("--") and word not in known), None)


def _found(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that is meant, and the words after its name.

    Raise `KeyError` for a name that there is not.
    """
    command: Any = get_command(app)
    rest = list(words)
    while rest and (subcommands := getattr(command, "commands", None)):
        command = subcommands[rest.pop(0)]
        if isinstance(command, Deferred):
            command = command.whole
    return command, rest
