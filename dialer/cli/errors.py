"""From a typed error to one line on standard error and an exit status."""

import sys

from dialer.domain.errors import BadSettings, DialerError

FAILED = 1
WRONG_USE = 2


def report(error: DialerError) -> int:
    """Print the error; return the exit status of contract.md: 2 for wrong settings, 1 for all that was refused or failed."""
    print(f"dialer: {' '.join(str(error).split())}", file=sys.stderr)
    return WRONG_USE if isinstance(error, BadSettings) else FAILED
