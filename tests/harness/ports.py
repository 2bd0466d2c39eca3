"""Ports that a test may keep.

A port that the system picks and gets back soon belongs to another, in another test or in the same.
"""

import os
import socket
from itertools import count

FIRST = 10_000
EACH = 800
PROCESSES = 12
"""Processes that run tests, with a range for each.

All lie below the sound of the tests' PBXs, and far below the ports that the system picks from.
"""
SOUND, SOUND_EACH = 24_000, 600
"""The ports for the sound of one process's own PBXs.

The ranges end below the ports that the system picks from.
"""


def free_port(kind: socket.SocketKind) -> int:
    """Return a free port of 127.0.0.1 that this process was not given before."""
    return next(port for port in _ours if _is_free(kind, port))


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def sound_ports() -> str:
    """Return first and last, as `dialer pbx up --rtp` takes them."""
    first = SOUND + _process() * SOUND_EACH
    return f"{first}-{first + SOUND_EACH - 2}"


def _process() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES


def _first_of_ours() -> int:
    """Return this process's first port; another run at the same time begins elsewhere."""
    return FIRST + _process() * EACH + os.getpid() % (EACH // 2)


_ours = count(_first_of_ours())
