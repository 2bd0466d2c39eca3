"""From a typed error to one line on standard error and an exit status."""

import sys

from dialer.domain.base.errors import BadSettings, DialerError

FAILED = 1
WRONG_USE = 2


def report(error: DialerError) -> int:
    """Print the error and return the exit status: 2 for wrong settings, 1 for any other."""
    complain(str(error))
    return WRONG_USE if isinstance(error, BadSettings) else FAILED


def complain(text: str) -> None:
    """Print one line on standard error."""
    print(f"dialer: {' '.join(text.split())}", file=sys.stderr)
