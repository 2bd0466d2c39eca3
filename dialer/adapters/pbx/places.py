"""Places of this program's own files: docker/ and dialplans/.

They lie in the checkout, or inside the installed package.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import dialer

_PACKAGE = Path(dialer.__file__).parent
_SHARE = _PACKAGE / "_share" if (_PACKAGE / "_share").is_dir() else _PACKAGE.parent

DOCKER = _SHARE / "docker"
DIALPLANS = _SHARE / "dialplans"
MODULES = DOCKER / "asterisk" / "modules.list"
ASTERISK_DOCKERFILE = DOCKER / "asterisk.Dockerfile"
ASTERISK_IMAGE = (
    ASTERISK_DOCKERFILE,
    MODULES,
    *(DOCKER / "asterisk" / name for name in ("start.sh", "key-down.pl")),
)
"""Every file that the image is made of."""


def dialplan_files() -> tuple[Path, ...]:
    """Dialplan files in the order in which Asterisk and an auditor read them."""
    return tuple(sorted(DIALPLANS.glob("*.conf")))


def hash_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
