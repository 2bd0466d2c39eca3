"""The name under which a process drives PBXs.

A process started again after a crash goes on under the name it had, and waits for no lease.
"""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "driver.lock"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Identity of a start of the machine, by Linux."""


@contextmanager
def driver_name(home: Path) -> Iterator[str]:
    """Yield 32 hexadecimal digits that no living process has.

    The name is that of the home's lock, on this machine, since its start. The holder of the lock is
    the only one: the kernel lets go of it at the process's death and not before. A copy of the home
    has another lock. Where the lock is held, the name is random.
    """
    with (home / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            name = _name_of(lock.fileno())
        except OSError:
            name = uuid.uuid4().hex
        yield name


def _name_of(descriptor: int) -> str:
    status = os.fstat(descriptor)
    where = f"{BOOT_ID.read_text(encoding='ascii')} {status.st_dev} {status.st_ino}"
    return hashlib.sha256(where.encode()).hexdigest()[:32]
