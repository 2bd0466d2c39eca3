"""The halts in force, as the home keeps them."""

from pathlib import Path

from dialer.adapters.home.halt_notes import HaltFolder


def halt_notes(home: Path) -> HaltFolder:
    return HaltFolder(home / "halted")
