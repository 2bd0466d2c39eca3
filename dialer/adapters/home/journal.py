"""`dialer.ports.ledger.journal.Journal` on disk: below the home, beside the exported heads.

A day before the oldest backup may go.
"""

from pathlib import Path

from dialer.adapters.home.day_files import DayFiles


class JournalFolder(DayFiles):
    """The journal in day files. It holds fingerprints, so only its owner may read it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "the journal", mode=0o700)
