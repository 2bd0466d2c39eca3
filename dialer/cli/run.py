"""The last resort of every command: what went wrong becomes one line on standard error and an exit status."""

import logging
import os
import sys

import structlog
import typer

from dialer.adapters.zone_data import pin_zone_data
from dialer.cli.errors import report
from dialer.domain.errors import DialerError

INTERRUPTED = 130
READER_GONE = 141
"""As a shell reports a command that died of SIGPIPE: whoever read our output has seen enough (`| head`)."""


def run(app: typer.Typer) -> int:
    """Run the command of `sys.argv` and return its exit status (contract.md, "CLI"); never a traceback for what people do."""
    pin_zone_data()
    _log_errors_only()
    try:
        status = _run(app)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return READER_GONE
    return status


def _run(app: typer.Typer) -> int:
    try:
        return app(standalone_mode=False) or 0
    except DialerError as error:
        return report(error)
    except typer.TyperException as error:
        _explain(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED


def _log_errors_only() -> None:
    """A command tells what it met by its result; standard output is for that alone. `dialer serve` logs more."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _explain(error: typer.TyperException) -> None:
    """Empty where the help was shown in its place."""
    if words := error.format_message().replace("Value error, ", "").split():
        print(f"dialer: {' '.join(words)}", file=sys.stderr)


def _forget_output() -> None:
    """What is still buffered would fail again when the interpreter closes standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
