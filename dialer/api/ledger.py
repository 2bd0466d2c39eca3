"""The ledger: its head, its entries, and the evidence of one call, each as the stand-alone verifier takes it."""

from pydantic import Field

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import NoBody
from dialer.api.http.cursors import page, read_cursor
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Instant, Nothing, Page, Wire
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId


class HeadQuery(Wire):
    since: int | None = Field(default=None, ge=1, le=2**62, description="A size; adds the proof of growth.")


class HeadView(Wire):
    """A signed tree head: Ed25519 over the canonical JSON of the other fields. Hashes are SHA-256 in hexadecimal."""

    format: str
    size: int
    root: str
    last: str
    at: Instant
    previous: str
    key: str
    pretended: bool
    signature: str


class LedgerHeadView(Wire):
    """`consistency`: the proof of RFC 9162, 2.1.4, where `since` was asked."""

    head: HeadView
    consistency: list[str] | None = None


class EntryView(Wire):
    """`text` is canonical JSON, kept to the byte: SHA-256 over 0x00 and it is `hash`, a leaf of the tree."""

    index: int
    text: str
    hash: str


class EntryList(Wire):
    items: list[EntryView]
    next_cursor: str | None


class ProvedEntryView(EntryView):
    """`proof`: the inclusion proof of RFC 9162, 2.1.3."""

    proof: list[str]


class EvidenceView(Wire):
    """`record`: canonical JSON of the call, whose SHA-256 its outcome holds; null while the call goes on."""

    head: HeadView
    record: str | None
    entries: list[ProvedEntryView]


async def head(asked: Asked[HeadQuery, Nothing]) -> View:
    return await asked.suite.ledger.reader.head(asked.actor, since=asked.query.since)


async def entries(asked: Asked[Page, Nothing]) -> View:
    async def read(after: str | None, limit: int) -> list[View]:
        first = int(after) + 1 if after else 0
        return await asked.suite.ledger.reader.entries(asked.actor, first=first, limit=limit)

    after = read_cursor(asked.query.cursor, "ledger_index")
    return await page(read, after, asked.query.limit, dict, lambda entry: str(entry["index"]))


async def evidence(asked: Asked[Nothing, Nothing]) -> View:
    return await asked.suite.ledger.reader.evidence(asked.actor, AttemptId(asked.ids["attempt_id"]))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/ledger/head",
        summary="Show the last signed head of the ledger.",
        rights=(Right.READ_EVIDENCE,),
        query=HeadQuery,
        body=NoBody(),
        answer=JsonAnswer(LedgerHeadView),
        handler=head,
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/v1/ledger/entries",
        summary="List the entries of the ledger in order.",
        rights=(Right.READ_EVIDENCE,),
        query=Page,
        body=NoBody(),
        answer=JsonAnswer(EntryList),
        handler=entries,
    ),
    Endpoint(
        method="GET",
        path="/v1/calls/{attempt_id}/evidence",
        summary="Show what the ledger says of a call, with proofs.",
        rights=(Right.READ_EVIDENCE,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(EvidenceView),
        handler=evidence,
    ),
)
