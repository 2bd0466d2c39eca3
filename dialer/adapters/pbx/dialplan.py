"""The dialplan of a folder of files, and that of this program."""

from pathlib import Path

from dialer.adapters.pbx.container import DIALPLANS
from dialer.dialplan_checker.model import Dialplan
from dialer.dialplan_checker.reading import parse
from dialer.domain.base.errors import InvalidInput, NotFound


class DialplanFiles:
    """Implementation of `dialer.ports.pbx.DialplanSource` for a folder of `*.conf`.

    The files are read in the order of their names.
    """

    def __init__(self, folder: Path = DIALPLANS) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self._folder)

    async def read(self) -> Dialplan:
        return read_dialplan(self._folder)


def read_dialplan(folder: Path) -> Dialplan:
    """Read the dialplan of a folder.

    Raise `NotFound` where there are no dialplan files, `InvalidInput` for one that is no text.
    """
    files = sorted(folder.glob("*.conf"))
    if not files:
        raise NotFound(f"{folder} holds no dialplan files (*.conf)", hint="name the folder of a dialplan")
    try:
        return parse({file.name: file.read_text(encoding="utf-8") for file in files})
    except UnicodeDecodeError:
        raise InvalidInput(f"{folder}: a dialplan file is not UTF-8") from None


def approved_hash() -> str:
    """Hash of this program's own dialplan, the only one on which it makes calls."""
    return read_dialplan(DIALPLANS).hash
