"""dialer suppressions: numbers that must never be called again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Links, OppositionDesk, Service
from dialer.cli.base.desk import with_desk
from dialer.cli.base.imports import import_file
from dialer.cli.base.options import Json, NumberArgument
from dialer.cli.base.output import console, print_json, print_table
from dialer.cli.base.session import with_service
from dialer.cli.oppositions.external_lists import Kind, Stated, ValidFrom, ValidTo, import_list, lists
from dialer.cli.oppositions.oppositions import Channel, ReceivedAt, Sponsor, show_recorded
from dialer.domain.access.roles import Actor
from dialer.domain.oppositions.external_list import ListKind
from dialer.domain.oppositions.suppression import Suppression
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.oppositions.oppositions import StatedOpposition
from dialer.views.suppression import AddedView, CheckedView, CountView, RemovedView

app = typer.Typer(help="Record, check and count oppositions.", no_args_is_help=True)
app.command()(lists)


@app.command()
def add(
    number: NumberArgument,
    channel: Channel,
    sponsor: Sponsor = None,
    received_at: ReceivedAt = None,
    note: Annotated[str | None, typer.Option(help="What was said.")] = None,
    as_json: Json = False,
) -> None:
    """Record an opposition, in any spelling of the number.

    It is in force when the command returns.
    """
    opposition = StatedOpposition(number, channel, sponsor, received_at, note)

    async def work(desk: OppositionDesk, actor: Actor) -> AddedView:
        understood = await desk.suppressions.add(actor, opposition)
        return AddedView.at(understood, sorted(desk.fleet.told), desk.fleet.untold)

    show_recorded(with_desk(work), "recorded", as_json=as_json)


@app.command("import")
def import_suppressions(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    name: Annotated[
        str | None,
        typer.Option("--list", metavar="NAME", help="A list kept by others: it replaces its last import."),
    ] = None,
    sponsor: Annotated[str | None, typer.Option(help="With --list: for this sponsor alone.")] = None,
    valid_from: ValidFrom = None,
    valid_to: ValidTo = None,
    kind: Kind = ListKind.OPPOSITIONS,
    as_json: Json = False,
) -> None:
    """Record oppositions from a file: phone_number, channel, received_at, sponsor, note.

    Or, with --list, a list: phone_number.
    """
    stated = Stated(sponsor, valid_from, valid_to, kind)
    if name is not None:
        import_list(file, name, stated, as_json=as_json)
        return
    if stated.anything:
        raise typer.BadParameter("--sponsor, --valid-from, --valid-to and --kind go with --list")

    async def start(desk: OppositionDesk, actor: Actor, source: ImportSource) -> ImportReport:
        return await desk.suppression_imports.run(actor, source)

    import_file(file, start, with_desk, as_json=as_json)


@app.command()
def check(number: NumberArgument, as_json: Json = False) -> None:
    """Say whether oppositions against a number are in force."""

    async def work(service: Service, actor: Actor) -> Sequence[Suppression]:
        return await service.suite.suppressions.check(actor, number)

    view = CheckedView.of(with_service(work))
    if as_json:
        print_json(view)
    elif view.suppressed:
        rows = [entry.document() for entry in view.suppressions]
        print_table(rows, ("sponsor", "channel", "received_at", "recorded_by", "note"))
    else:
        console.print("no opposition")


@app.command()
def count(as_json: Json = False) -> None:
    """Count the numbers that are opposed."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.suppressions.count(actor)

    total = with_service(work)
    if as_json:
        print_json(CountView(count=total))
    else:
        console.print(str(total))


@app.command()
def remove(
    number: NumberArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Who asked for it, and how.")],
    as_json: Json = False,
) -> None:
    """Lift every opposition of a number; for administrators. Consents given before it stay void."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.suppressions.remove(actor, number, reason)

    removed = with_service(work, links=Links.TRIED)
    if as_json:
        print_json(RemovedView(removed=removed))
    else:
        console.print(f"{removed} removed")
