"""`dialer consents`: consents given and taken back. `dialer contacts`: lists and reviews."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import OppositionDesk, Service
from dialer.cli.base import terminal
from dialer.cli.base.desk import with_desk
from dialer.cli.base.imports import import_file
from dialer.cli.base.session import with_service
from dialer.cli.oppositions import ChannelOption, ReceivedAtOption, SponsorOption, show_recorded
from dialer.domain.access import Actor
from dialer.domain.base.types import CampaignId
from dialer.ports.consent import SetAside
from dialer.services.consent.consents import TrunkFault
from dialer.services.consent.contact_import import Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.oppositions.statements import StatedOpposition
from dialer.views import consent

consents = typer.Typer(help="Record consents and their withdrawal.", no_args_is_help=True)


@consents.command("import")
def import_consents(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")], as_json: terminal.JsonOption = False
) -> None:
    """Add consents from a file: `phone_number` and the consent columns of the contact list."""

    async def start(service: Service, actor: Actor, source: ImportSource) -> ImportReport:
        return await service.suite.consent_imports.run(actor, source)

    import_file(file, start, with_service, as_json=as_json)


@consents.command()
def withdraw(
    number: terminal.NumberArgument,
    channel: ChannelOption,
    sponsor: SponsorOption = None,
    received_at: ReceivedAtOption = None,
    as_json: terminal.JsonOption = False,
) -> None:
    """End the consents of a number, in any spelling; a call to it that is ringing is cancelled."""

    async def work(desk: OppositionDesk, actor: Actor) -> consent.WithdrawnHereView:
        warnings = await desk.consents.withdraw(
            actor, StatedOpposition(number, channel, sponsor, received_at)
        )
        told, not_told = tuple(sorted(desk.fleet.told)), desk.fleet.untold
        return consent.WithdrawnHereView(
            withdrawn=True, warnings=tuple(warnings), told=told, not_told=not_told
        )

    show_recorded(with_desk(work), "withdrawn", as_json=as_json)


@consents.command()
def restore(
    trunk: Annotated[str, typer.Option(metavar="NAME", help="The trunk that was at fault.")],
    since: Annotated[
        datetime, typer.Option(parser=terminal.instant, metavar="TIME", help="When its fault began.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What it did, and how you know.")],
    until: Annotated[
        datetime | None,
        typer.Option(parser=terminal.instant, metavar="TIME", help="When it ended; else now."),
    ] = None,
    as_json: terminal.JsonOption = False,
) -> None:
    """Undo the ends of consents that a trunk caused by reporting numbers as unassigned.

    For administrators. What a person said stands: oppositions and withdrawals are not touched.
    """

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.consents.restore(actor, TrunkFault(trunk, since, until, reason))

    numbers = with_service(work)
    if as_json:
        terminal.print_json(consent.ConsentsRestoredView(restored=numbers))
    else:
        terminal.console.print(f"{numbers} restored")


contacts_app = typer.Typer(
    help="Import contact lists, and see whom nothing could be decided about.", no_args_is_help=True
)


@contacts_app.callback()
def contacts() -> None:
    """Import contact lists, and see whom nothing could be decided about."""


@contacts_app.command("import")
def import_contacts(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    campaign: terminal.CampaignOption,
    source_class: Annotated[
        str, typer.Option(help="opt_in_form, own_members, partner_opt_in, paper_form or inbound_request.")
    ],
    supplier: Annotated[str, typer.Option(help="Who supplied the list.")],
    collected_at: Annotated[
        datetime,
        typer.Option(parser=terminal.instant, metavar="TIME", help="When the numbers were collected."),
    ],
    as_json: terminal.JsonOption = False,
) -> None:
    """Add a list to a campaign. A bad row is reported and never stops the rest.

    Exit 1 where nothing was imported.
    """
    provenance = Provenance(source_class, supplier, collected_at)

    async def start(service: Service, actor: Actor, source: ImportSource) -> ImportReport:
        return await service.suite.contact_imports.run(actor, CampaignId(campaign), provenance, source)

    import_file(file, start, with_service, as_json=as_json)


@contacts_app.command()
def review(campaign: terminal.CampaignOption, as_json: terminal.JsonOption = False) -> None:
    """List contacts whose judgement failed, with the error.

    They are not called until somebody puts them back.
    """

    async def work(service: Service, actor: Actor) -> list[SetAside]:
        return await service.suite.reviews.page(actor, CampaignId(campaign))

    view = consent.SetAsideList.whole(map(consent.SetAsideView.mirror, with_service(work)))
    terminal.print_list(view, ("id", "external_id", "import_id", "line", "reason"), as_json=as_json)


@contacts_app.command("judge-again")
def judge_again(campaign: terminal.CampaignOption, as_json: terminal.JsonOption = False) -> None:
    """Put every contact back on the list that is closed for review."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.reviews.put_back(actor, CampaignId(campaign))

    terminal.print_view(consent.JudgedAgainView(contacts=with_service(work)), as_json=as_json)
