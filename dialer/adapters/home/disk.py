"""Room for what must be written."""

import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """Bytes free for this user on the folder's disk, 0 where the system does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
