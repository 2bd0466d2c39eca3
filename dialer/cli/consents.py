"""dialer consents: consents collected, and consents taken back."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Links, Service
from dialer.cli.imports import import_file
from dialer.cli.objections import Channel, ReceivedAt, Sponsor, show_recorded
from dialer.cli.options import Json, NumberArgument
from dialer.cli.session import with_service
from dialer.domain.access import Actor
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import Source
from dialer.services.oppositions import Objection

app = typer.Typer(help="Record consents and their withdrawal.", no_args_is_help=True)


@app.command("import")
def import_consents(file: Annotated[Path, typer.Argument(metavar="FILE.csv")], as_json: Json = False) -> None:
    """Add consents from a file: `phone_number` and the consent columns of the contact list."""

    async def start(service: Service, actor: Actor, source: Source) -> ImportReport:
        return await service.suite.consent_imports.run(actor, source)

    import_file(file, start, as_json=as_json)


@app.command()
def withdraw(
    number: NumberArgument,
    channel: Channel,
    sponsor: Sponsor = None,
    received_at: ReceivedAt = None,
    as_json: Json = False,
) -> None:
    """End the consents of a number, in whatever spelling; a call to it that is ringing is cancelled."""

    async def work(service: Service, actor: Actor) -> tuple[str, ...]:
        return await service.suite.consents.withdraw(actor, Objection(number, channel, sponsor, received_at))

    warnings = with_service(work, links=Links.TRIED)
    show_recorded({"withdrawn": True, "warnings": list(warnings)}, "withdrawn", as_json=as_json)
