"""`dialer suppressions`: numbers that must never be called again, and the lists that others keep.

Options and output for an opposition are shared with withdrawals (`dialer consents withdraw`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Links, OppositionDesk, Service
from dialer.cli.base import terminal
from dialer.cli.base.desk import with_desk
from dialer.cli.base.imports import import_file
from dialer.cli.base.session import with_service
from dialer.domain.access import Actor
from dialer.domain.oppositions.suppression import ListKind, OppositionChannel, Suppression
from dialer.ports.records import ListedCount
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.oppositions.external_lists import ListOrigin
from dialer.services.oppositions.statements import StatedOpposition
from dialer.views.consent import WithdrawnHereView
from dialer.views.oppositions import AddedView, CheckedView, CountView, ListsView, ListView, RemovedView

ChannelOption = Annotated[OppositionChannel, typer.Option(help="The way it reached us.")]
SponsorOption = Annotated[str | None, typer.Option(metavar="ID", help="For this sponsor only; else for all.")]
ReceivedAtOption = Annotated[str | None, typer.Option(metavar="TIME", help="When it reached us; else now.")]


def show_recorded(view: AddedView | WithdrawnHereView, done: str, *, as_json: bool) -> None:
    """Print the view as JSON, or one line and its warnings."""
    if as_json:
        terminal.print_json(view)
        return
    told = f"; told {', '.join(view.told)}" if view.told else ""
    terminal.console.print(f"{done}{told}", markup=False, soft_wrap=True)
    for warning in view.warnings:
        terminal.console.print(f"warning: {warning}", markup=False, soft_wrap=True)


ValidFromOption = Annotated[
    datetime | None,
    typer.Option(
        parser=terminal.instant, metavar="TIME", help="With --list: since when it is valid; now unless said."
    ),
]
ValidToOption = Annotated[
    datetime | None,
    typer.Option(
        parser=terminal.instant, metavar="TIME", help="With --list: until when it is valid; required."
    ),
]
KindOption = Annotated[
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


def lists(as_json: terminal.JsonOption = False) -> None:
    """List lists kept by others, with their validity: a decision holds numbers against them."""

    async def work(service: Service, actor: Actor) -> Sequence[ListedCount]:
        return await service.suite.lists.current(actor)

    columns = ("name", "kind", "sponsor", "valid_from", "valid_to", "entries", "import_id")
    terminal.print_list(ListsView.whole(map(ListView.of, with_service(work))), columns, as_json=as_json)


app = typer.Typer(help="Record, check and count oppositions.", no_args_is_help=True)
app.command()(lists)


@app.command()
def add(
    number: terminal.NumberArgument,
    channel: ChannelOption,
    sponsor: SponsorOption = None,
    received_at: ReceivedAtOption = None,
    note: Annotated[str | None, typer.Option(help="What was said.")] = None,
    as_json: terminal.JsonOption = False,
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
    valid_from: ValidFromOption = None,
    valid_to: ValidToOption = None,
    kind: KindOption = ListKind.OPPOSITIONS,
    as_json: terminal.JsonOption = False,
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
def check(number: terminal.NumberArgument, as_json: terminal.JsonOption = False) -> None:
    """Say whether oppositions against a number are in force."""

    async def work(service: Service, actor: Actor) -> Sequence[Suppression]:
        return await service.suite.suppressions.check(actor, number)

    view = CheckedView.of(with_service(work))
    if as_json:
        terminal.print_json(view)
    elif view.suppressed:
        rows = [entry.document() for entry in view.suppressions]
        terminal.print_table(rows, ("sponsor", "channel", "received_at", "recorded_by", "note"))
    else:
        terminal.console.print("no opposition")


@app.command()
def count(as_json: terminal.JsonOption = False) -> None:
    """Count the numbers that are opposed."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.suppressions.count(actor)

    total = with_service(work)
    if as_json:
        terminal.print_json(CountView(count=total))
    else:
        terminal.console.print(str(total))


@app.command()
def remove(
    number: terminal.NumberArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Who asked for it, and how.")],
    as_json: terminal.JsonOption = False,
) -> None:
    """Lift every opposition of a number; for administrators. Consents given before it stay void."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.suppressions.remove(actor, number, reason)

    removed = with_service(work, links=Links.TRIED)
    if as_json:
        terminal.print_json(RemovedView(removed=removed))
    else:
        terminal.console.print(f"{removed} removed")
