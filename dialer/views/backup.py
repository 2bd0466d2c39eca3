"""Backups, and what a restoration brought back."""

from pathlib import Path
from typing import Annotated, Self

from dialer.domain.upkeep.backup import BackedUpKeys, BackupManifest
from dialer.services.upkeep.restoring import RestoreResult
from dialer.views.base import AT, Instant, InstantText, View, about


class BackupView(View):
    """A backup that was made."""

    taken_at: Annotated[InstantText, about("When the database was copied.", AT)]
    database: Annotated[str, about("`sqlite` or `postgresql`.", "sqlite")]
    key_version: Annotated[int, about("Version of the fingerprint keys it is under.", 1)]
    key_mark: Annotated[str, about("The mark of those keys.", "9f86d081")]
    secrets: Annotated[BackedUpKeys, about("What became of the keys.", "in clear")]
    files: Annotated[int, about("Files in it.", 12)]
    folder: Annotated[str, about("Path of the folder.", "backup")]

    @classmethod
    def of(cls, manifest: BackupManifest, folder: Path) -> Self:
        return cls(
            taken_at=manifest.taken_at.isoformat(),
            database=manifest.database,
            key_version=manifest.key_version,
            key_mark=manifest.key_mark,
            secrets=manifest.secrets,
            files=len(manifest.files),
            folder=str(folder),
        )


class RestoredView(View):
    """The result of a restoration: what came back, and what did not."""

    taken_at: Annotated[Instant, about("When the backup was made.", AT)]
    oppositions: Annotated[int, about("Oppositions since the backup, brought back.", 4)]
    withdrawals: Annotated[int, about("Withdrawals since the backup, brought back.", 1)]
    erasures: Annotated[int, about("Erasures since the backup, carried out again.", 0)]
    calls: Annotated[int, about("Calls since the backup: that they were made is all that is known.", 31)]
    revoked_tokens: Annotated[int, about("Tokens revoked since the backup, revoked again.", 0)]
    campaigns_paused: Annotated[int, about("Campaigns that ran, and are paused now.", 1)]
    ledger_entries_held: Annotated[int, about("Entries of the ledger that the backup held.", 400)]
    ledger_entries_lost: Annotated[
        int, about("Entries that heads were signed for and the backup did not hold.", 12)
    ]
    journal_lines_unreadable: Annotated[int, about("Lines of the journal that cannot be read.", 0)]

    @classmethod
    def of(cls, restored: RestoreResult) -> Self:
        gap = restored.gap
        return cls(
            taken_at=gap.taken_at,
            oppositions=restored.oppositions,
            withdrawals=restored.withdrawals,
            erasures=restored.erasures,
            calls=restored.calls,
            revoked_tokens=restored.revocations,
            campaigns_paused=restored.paused,
            ledger_entries_held=gap.held,
            ledger_entries_lost=gap.lost - gap.held,
            journal_lines_unreadable=restored.unreadable,
        )
