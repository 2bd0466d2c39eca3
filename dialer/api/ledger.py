"""The ledger over HTTP: its head, its entries, and the evidence of one call.

Each is shown in the form that the stand-alone verifier takes.
"""

from pydantic import Field

from dialer.api.http.answers import Nothing, Page, Wire
from dialer.api.http.endpoint import AnyEndpoint, Asked, get
from dialer.api.http.parsing import page, read_cursor
from dialer.domain.access import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId
from dialer.domain.ledger.sealing import SealedEntry
from dialer.views.ledger import EntryList, EntryView, EvidenceView, LedgerHeadView


class HeadQuery(Wire):
    since: int | None = Field(default=None, ge=1, le=2**62, description="A size; adds the proof of growth.")


async def head(asked: Asked[HeadQuery, Nothing]) -> LedgerHeadView:
    return LedgerHeadView.of(await asked.suite.ledger.reader.head(asked.actor, since=asked.query.since))


async def entries(asked: Asked[Page, Nothing]) -> EntryList:
    async def read(after: str | None, limit: int) -> list[SealedEntry]:
        first = int(after) + 1 if after else 0
        return await asked.suite.ledger.reader.entries(asked.actor, first=first, limit=limit)

    after = read_cursor(asked.query.cursor, "ledger_index")
    return await page(read, after, asked.query.limit, EntryView.of, lambda entry: str(entry.index), EntryList)


async def evidence(asked: Asked[Nothing, Nothing]) -> EvidenceView:
    attempt_id = AttemptId(asked.ids["attempt_id"])
    return EvidenceView.of(await asked.suite.ledger.reader.evidence(asked.actor, attempt_id))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/ledger/head",
        "Show the last signed head of the ledger.",
        (Right.READ_EVIDENCE,),
        HeadQuery,
        LedgerHeadView,
        head,
        errors=(NotFound,),
    ),
    get(
        "/v1/ledger/entries",
        "List the entries of the ledger in order.",
        (Right.READ_EVIDENCE,),
        Page,
        EntryList,
        entries,
    ),
    get(
        "/v1/calls/{attempt_id}/evidence",
        "Show what the ledger says of a call, with proofs.",
        (Right.READ_EVIDENCE,),
        Nothing,
        EvidenceView,
        evidence,
    ),
)
