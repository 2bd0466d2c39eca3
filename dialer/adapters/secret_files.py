"""Secrets on disk, and keys derived from them: shared by the adapters that need them."""

import hashlib
import os
from pathlib import Path


def write_secret(path: Path, secret: str) -> None:
    """Write once, mode 0600. Leave an existing file as it is."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")


def copies_key(ami_secret: str) -> str:
    """Key that a PBX sends along with its copies of SIP messages.

    It keeps other programs of the machine from making some up. Read there, it does not give away
    the secret itself.
    """
    return hashlib.sha256(f"copies of SIP messages:{ami_secret}".encode()).hexdigest()[:32]
