"""The files of the home that hold a secret each."""

from pathlib import Path

from dialer.domain.base.errors import BadSettings


def read_secret(path: Path) -> str:
    """Read a secret. Raise `BadSettings`."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BadSettings(
            f"{path} cannot be read", hint="name the right file; that of a PBX is made by `dialer pbx up`"
        ) from None
