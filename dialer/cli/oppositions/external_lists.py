"""Lists that others keep, at the command line.

`dialer suppressions import --list` and `dialer suppressions lists`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.imports import import_file
from dialer.cli.base.options import Json
from dialer.cli.base.output import print_list
from dialer.cli.base.session import with_service
from dialer.cli.base.times import instant
from dialer.domain.access.roles import Actor
from dialer.domain.oppositions.external_list import ListKind
from dialer.ports.records import ListedCount
from dialer.services.imports.external_lists import ListOrigin
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.views.suppression import ListsView, ListView

ValidFrom = Annotated[
    datetime | None,
    typer.Option(
        parser=instant, metavar="TIME", help="With --list: since when it is valid; now unless said."
    ),
]
ValidTo = Annotated[
    datetime | None,
    typer.Option(parser=instant, metavar="TIME", help="With --list: until when it is valid; required."),
]
Kind = Annotated[
    ListKind,
    typer.Option("--kind", help="With --list: people who object, or lines that no machine may call."),
]


@dataclass(frozen=True, slots=True)
class Stated:
    """Options that describe a list."""

    sponsor: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    kind: ListKind

    @property
    def anything(self) -> bool:
        return (self.sponsor, self.valid_from, self.valid_to, self.kind) != (
            None,
            None,
            None,
            ListKind.OPPOSITIONS,
        )


def import_list(file: Path, name: str, stated: Stated, *, as_json: bool) -> None:
    valid_to = stated.valid_to
    if valid_to is None:
        raise typer.BadParameter("a list needs --valid-to: nobody keeps one for ever")

    async def start(service: Service, actor: Actor, source: ImportSource) -> ImportReport:
        since = stated.valid_from or service.clock.now().astimezone(UTC)
        origin = ListOrigin(name, stated.sponsor, since, valid_to, stated.kind)
        return await service.suite.lists.run(actor, source, origin)

    import_file(file, start, with_service, as_json=as_json)


def lists(as_json: Json = False) -> None:
    """List lists kept by others, with their validity: a decision holds numbers against them."""

    async def work(service: Service, actor: Actor) -> Sequence[ListedCount]:
        return await service.suite.lists.current(actor)

    columns = ("name", "kind", "sponsor", "valid_from", "valid_to", "entries", "import_id")
    print_list(ListsView.whole(map(ListView.of, with_service(work))), columns, as_json=as_json)
