"""Backups, the results of restorations, and retention: past and coming erasures."""

from pathlib import Path
from typing import Annotated, Self

from dialer.domain.upkeep import BackedUpKeys, BackupManifest, RetentionRun
from dialer.services.upkeep.erasure import DatedList, RetentionStatus
from dialer.services.upkeep.restoring import RestoreResult
from dialer.views.base import AT, CAMPAIGN_ID, IMPORT_ID, Instant, InstantText, View, about


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


class RunView(View):
    """A run of the erasing."""

    started_at: Annotated[Instant, about("When it began.", AT)]
    ended_at: Annotated[Instant | None, about("When it was over; null: it is at work, or died.", AT)]
    contacts_erased: Annotated[int, about("Contacts erased.", 1200)]
    consents_erased: Annotated[int, about("Consents erased.", 300)]
    keys_destroyed: Annotated[int, about("Keys of people destroyed: what they seal is unreadable.", 1200)]
    error: Annotated[str | None, about("What went wrong, in one line; null: all went well.", None)]

    @classmethod
    def of(cls, run: RetentionRun) -> Self:
        return cls(
            started_at=run.started_at,
            ended_at=run.ended_at,
            contacts_erased=run.contacts,
            consents_erased=run.consents,
            keys_destroyed=run.keys,
            error=run.error,
        )


class KeptListView(View):
    """An imported list with contacts left."""

    import_id: Annotated[str, about("The import that brought it.", IMPORT_ID)]
    campaign_id: Annotated[str, about("The campaign it is for.", CAMPAIGN_ID)]
    imported_at: Annotated[Instant, about("When it was imported.", AT)]
    erased_before: Annotated[Instant, about("When contacts of it must be gone next.", AT)]

    @classmethod
    def of(cls, dated: DatedList) -> Self:
        return cls(
            import_id=dated.kept.import_id,
            campaign_id=dated.kept.campaign_id,
            imported_at=dated.kept.imported_at,
            erased_before=dated.limit,
        )


class RetentionView(View):
    """The last run, the next, and the limit of each list."""

    last_run: Annotated[RunView | None, about("The last run; null: none yet.")]
    next_run_at: Annotated[
        Instant | None, about("When the next begins; null: never, while time is pretended.", AT)
    ]
    failing_since: Annotated[
        Instant | None,
        about("When the first run began of those that failed; null: the last went well.", None, AT),
    ]
    overdue: Annotated[int, about("Lists past their limit.", 0)]
    campaigns_blocked: Annotated[
        bool, about("Whether no campaign can be created: erasing has failed for more than 72 hours.", False)
    ]
    lists: Annotated[tuple[KeptListView, ...], about("Imported lists of which contacts are left.")]

    @classmethod
    def of(cls, status: RetentionStatus) -> Self:
        return cls(
            last_run=RunView.of(status.last) if status.last else None,
            next_run_at=status.next_run_at,
            failing_since=status.failing_since,
            overdue=status.overdue,
            campaigns_blocked=status.blocked,
            lists=tuple(map(KeptListView.of, status.lists)),
        )
