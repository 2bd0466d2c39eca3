"""External lists over HTTP: a national one, a sponsor's own, or lines closed to machines.

Each import replaces the list of the same name.
"""

from datetime import UTC
from pathlib import Path
from typing import Literal

from dialer.api.consent import LARGEST_LIST
from dialer.api.http.answers import Nothing, Wire, WireName
from dialer.api.http.bodies import FileBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get
from dialer.api.imports import Begun, ReportAnswer, begin
from dialer.domain.access import Right
from dialer.domain.base.instant import WrittenInstant
from dialer.domain.oppositions.suppression import ListKind
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.oppositions.external_lists import ListOrigin
from dialer.views.oppositions import ListsView, ListView


class ListQuery(Wire):
    """The supplier's statement about a list: oppositions, or lines that no machine may call.

    Without `sponsor` it holds for every sponsor. `valid_to` is exclusive.
    """

    name: WireName
    valid_from: WrittenInstant
    valid_to: WrittenInstant
    sponsor: WireName = ""
    kind: Literal["oppositions", "lines"] = "oppositions"


async def import_external_list(asked: Asked[ListQuery, Path]) -> Begun:
    stated = asked.query
    valid_from, valid_to = stated.valid_from.astimezone(UTC), stated.valid_to.astimezone(UTC)
    origin = ListOrigin(stated.name, stated.sponsor or None, valid_from, valid_to, ListKind(stated.kind))

    async def run(source: ImportSource) -> ImportReport:
        return await asked.suite.lists.run(asked.actor, source, origin)

    return await begin(asked, run)


async def index(asked: Asked[Nothing, Nothing]) -> ListsView:
    return ListsView.whole(map(ListView.of, await asked.suite.lists.current(asked.actor)))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/suppressions/lists",
        summary="Import a list that others keep, in the place of the one of that name: phone_number.",
        rights=(Right.REMOVE_OPPOSITION,),
        query=ListQuery,
        body=FileBody("text/csv", limit=LARGEST_LIST),
        answer=ReportAnswer(),
        handler=import_external_list,
    ),
    get(
        "/v1/suppressions/lists",
        "Show the lists that others keep, with their validity: what a decision holds numbers against.",
        (Right.ADD_OPPOSITION, Right.READ_SUBJECTS),
        Nothing,
        ListsView,
        index,
    ),
)
