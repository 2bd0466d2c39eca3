"""dialer consents: consents collected, and consents taken back."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import OppositionDesk, Service
from dialer.cli.base.desk import with_desk
from dialer.cli.base.imports import import_file
from dialer.cli.base.options import Json, NumberArgument
from dialer.cli.base.output import console, print_json
from dialer.cli.base.session import with_service
from dialer.cli.base.times import instant
from dialer.cli.oppositions.oppositions import Channel, ReceivedAt, Sponsor, show_recorded
from dialer.domain.access.roles import Actor
from dialer.services.consent.consents import TrunkFault
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.oppositions.oppositions import StatedOpposition
from dialer.views.consent import ConsentsRestoredView, WithdrawnHereView

app = typer.Typer(help="Record consents and their withdrawal.", no_args_is_help=True)


@app.command("import")
def import_consents(file: Annotated[Path, typer.Argument(metavar="FILE.csv")], as_json: Json = False) -> None:
    """Add consents from a file: `phone_number` and the consent columns of the contact list."""

    async def start(service: Service, actor: Actor, source: ImportSource) -> ImportReport:
        return await service.suite.consent_imports.run(actor, source)

    import_file(file, start, with_service, as_json=as_json)


@app.command()
def withdraw(
    number: NumberArgument,
    channel: Channel,
    sponsor: Sponsor = None,
    received_at: ReceivedAt = None,
    as_json: Json = False,
) -> None:
    """End the consents of a number, in any spelling; a call to it that is ringing is cancelled."""

    async def work(desk: OppositionDesk, actor: Actor) -> WithdrawnHereView:
        warnings = await desk.consents.withdraw(
            actor, StatedOpposition(number, channel, sponsor, received_at)
        )
        told, not_told = tuple(sorted(desk.fleet.told)), desk.fleet.untold
        return WithdrawnHereView(withdrawn=True, warnings=tuple(warnings), told=told, not_told=not_told)

    show_recorded(with_desk(work), "withdrawn", as_json=as_json)


@app.command()
def restore(
    trunk: Annotated[str, typer.Option(metavar="NAME", help="The trunk that was at fault.")],
    since: Annotated[datetime, typer.Option(parser=instant, metavar="TIME", help="When its fault began.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What it did, and how you know.")],
    until: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="TIME", help="When it ended; else now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Undo the ends of consents that a trunk caused by reporting numbers as unassigned.

    For administrators. What a person said stands: oppositions and withdrawals are not touched.
    """

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.consents.restore(actor, TrunkFault(trunk, since, until, reason))

    numbers = with_service(work)
    if as_json:
        print_json(ConsentsRestoredView(restored=numbers))
    else:
        console.print(f"{numbers} restored")
