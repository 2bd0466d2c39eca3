"""Lists that others keep: a national one, a sponsor's own, lines that no machine may call. Each import replaces the one before."""

from datetime import UTC
from pathlib import Path
from typing import Literal

from dialer.api.contacts import LARGEST_LIST
from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import FileBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Instant, Name, Nothing, Wire
from dialer.api.importing import Begun, ReportAnswer, begin
from dialer.domain.access.roles import Right
from dialer.domain.oppositions.external_list import ListKind
from dialer.services.imports.external_lists import ListOrigin
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.views.listing import listing
from dialer.services.views.opposition import list_view


class ListQuery(Wire):
    """What its supplier says of a list: people who object, or lines that no machine may call.

    `sponsor` absent: it speaks for every sponsor. `valid_to` is exclusive.
    """

    name: Name
    valid_from: Instant
    valid_to: Instant
    sponsor: Name = ""
    kind: Literal["oppositions", "lines"] = "oppositions"


class ListView(Wire):
    """`entries`: numbers on it. One that is no longer valid still speaks for those."""

    name: str
    kind: ListKind
    sponsor: str | None
    valid_from: Instant
    valid_to: Instant
    entries: int
    import_id: str


class ListsView(Wire):
    items: list[ListView]
    next_cursor: str | None


async def take_in(asked: Asked[ListQuery, Path]) -> Begun:
    stated = asked.query
    valid_from, valid_to = stated.valid_from.astimezone(UTC), stated.valid_to.astimezone(UTC)
    origin = ListOrigin(stated.name, stated.sponsor or None, valid_from, valid_to, ListKind(stated.kind))

    async def run(source: ImportSource) -> ImportReport:
        return await asked.suite.lists.run(asked.actor, source, origin)

    return await begin(asked, run)


async def index(asked: Asked[Nothing, Nothing]) -> View:
    return listing([list_view(entry) for entry in await asked.suite.lists.current(asked.actor)])


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/suppressions/lists",
        summary="Import a list that others keep, in the place of the one of that name: phone_number.",
        rights=(Right.REMOVE_OPPOSITION,),
        query=ListQuery,
        body=FileBody("text/csv", limit=LARGEST_LIST),
        answer=ReportAnswer(),
        handler=take_in,
    ),
    Endpoint(
        method="GET",
        path="/v1/suppressions/lists",
        summary="Show the lists that others keep, with their validity: what a decision holds numbers against.",
        rights=(Right.ADD_OPPOSITION, Right.READ_SUBJECTS),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(ListsView),
        handler=index,
    ),
)
