"""The course of every command: imported when called, and any failure is one line.

A halt does not wait for modules that only an import of contacts needs. A failure goes to standard
error, with exit status 2 for wrong use or settings, 130 where interrupted, 1 for any other.
"""

import os
import sys
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from dialer.adapters.zone_data import pin_zone_data
from dialer.domain.base.errors import BadSettings, DialerError


class Deferred(TyperCommand):
    """A command by its place: a module of `dialer.cli`, and in it a function or a Typer."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self._place = place

    @cached_property
    def whole(self) -> TyperCommand | TyperGroup:
        module, _, name = self._place.partition(":")
        found = getattr(import_module(f"dialer.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            made: Any = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(self.name)(found)
            made = get_command(alone)
        made.name = self.name
        return made  # type: ignore[no-any-return]

    def make_context(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401  -- the library's own are private
        """Make the context of the command itself, which goes on from there."""
        import_module("dialer.cli.base.logs").log_errors_only()
        return self.whole.make_context(*args, **named)


FAILED = 1
WRONG_USE = 2


def report(error: DialerError) -> int:
    """Print the error and return the exit status: 2 for wrong settings, 1 for any other."""
    complain(str(error))
    return WRONG_USE if isinstance(error, BadSettings) else FAILED


def complain(text: str) -> None:
    """Print one line on standard error."""
    print(f"dialer: {' '.join(text.split())}", file=sys.stderr)


INTERRUPTED = 130


def run(app: typer.Typer) -> int:
    """Run the command of `sys.argv` and return its exit status; no traceback for what people do."""
    pin_zone_data()
    try:
        status = _run(app)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has seen enough (`| head`).
        _forget_output()
        return FAILED
    except OSError as error:
        return _complain(f"{error.filename or 'the machine'}: {error.strerror or error}", FAILED)
    return status


def _run(app: typer.Typer) -> int:
    if any("\udc80" <= character <= "\udcff" for word in sys.argv for character in word):
        return _complain("an argument is not text in UTF-8", WRONG_USE)
    try:
        return app(standalone_mode=False) or 0
    except DialerError as error:
        return report(error)
    except typer.TyperException as error:
        return _complain(error.format_message().replace("Value error, ", ""), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED


def _complain(text: str, status: int) -> int:
    """Print the text, unless the help was shown in its place, and return `status`."""
    if text.strip():
        complain(text)
    return status


def _forget_output() -> None:
    """Drop buffered output, which would fail again when the interpreter closes standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
