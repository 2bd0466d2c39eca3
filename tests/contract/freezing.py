"""A PostgreSQL server that neither answers nor closes anything.

It is stopped by signal, like a machine that swaps, or whose disk hangs.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def server_processes(folder: Path) -> list[int]:
    """Process ids of the server of `postgres_server` and of its children."""
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [server, *map(int, children)]


@contextmanager
def frozen(folder: Path) -> Iterator[None]:
    """Freeze until the block ends. Stop the server first, so that it makes no child meanwhile."""
    os.kill(server_processes(folder)[0], signal.SIGSTOP)
    stopped = server_processes(folder)
    for process in stopped[1:]:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in reversed(stopped):
            os.kill(process, signal.SIGCONT)
