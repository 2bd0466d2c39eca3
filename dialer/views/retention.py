"""Retention of personal data: past and coming erasures."""

from typing import Annotated, Self

from dialer.domain.upkeep.retention import RetentionRun
from dialer.services.upkeep.retention import DatedList, RetentionStatus
from dialer.views.base import AT, CAMPAIGN_ID, IMPORT_ID, Instant, View, about


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
