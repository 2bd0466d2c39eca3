"""The last resort of every command: any failure becomes one line and an exit status."""

import os
import sys

import typer

from dialer.adapters.zone_data import pin_zone_data
from dialer.cli.base.errors import FAILED, WRONG_USE, complain, report
from dialer.domain.base.errors import DialerError

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
