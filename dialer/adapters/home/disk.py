"""Room for what must be written."""

import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """For this user, on the disk where the folder lies; none where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
