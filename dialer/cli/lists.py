"""Lists of oppositions that others keep, at the command line: `dialer suppressions import --list` and `dialer suppressions lists`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.bootstrap import Service
from dialer.cli.imports import import_file
from dialer.cli.options import Json
from dialer.cli.output import print_json, print_table
from dialer.cli.session import with_service
from dialer.cli.times import instant
from dialer.domain.access import Actor
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import Source
from dialer.services.lists import ListOrigin
from dialer.services.views.listing import listing
from dialer.services.views.opposition import list_view

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
Validity = tuple[datetime | None, datetime | None]


def import_list(file: Path, name: str, sponsor: str | None, validity: Validity, *, as_json: bool) -> None:
    valid_from, valid_to = validity
    if valid_to is None:
        raise typer.BadParameter("a list needs --valid-to: nobody keeps one for ever")

    async def start(service: Service, actor: Actor, source: Source) -> ImportReport:
        since = valid_from or service.clock.now().astimezone(UTC)
        origin = ListOrigin(name, sponsor, since, valid_to)
        return await service.suite.lists.run(actor, source, origin)

    import_file(file, start, as_json=as_json)


def lists(as_json: Json = False) -> None:
    """Lists kept by others, with their validity: what a decision holds numbers against."""

    async def work(service: Service, actor: Actor) -> list[dict[str, Any]]:
        return [list_view(entry) for entry in await service.suite.lists.current(actor)]

    items = with_service(work)
    if as_json:
        print_json(listing(items))
    else:
        print_table(items, ("name", "sponsor", "valid_from", "valid_to", "entries", "import_id"))
