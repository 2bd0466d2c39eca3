"""dialer contacts: lists of people, with where they came from."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dialer.bootstrap import Service
from dialer.cli.base.imports import import_file
from dialer.cli.base.options import CampaignOption, Json
from dialer.cli.base.output import print_fields, print_json, print_table
from dialer.cli.base.session import with_service
from dialer.cli.base.times import instant
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.services.consent.contact_import import Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.views.listing import listing

app = typer.Typer(
    help="Import contact lists, and see whom nothing could be decided about.", no_args_is_help=True
)


@app.callback()
def contacts() -> None:
    """Import contact lists, and see whom nothing could be decided about."""


@app.command("import")
def import_contacts(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    campaign: CampaignOption,
    source_class: Annotated[
        str, typer.Option(help="opt_in_form, own_members, partner_opt_in, paper_form or inbound_request.")
    ],
    supplier: Annotated[str, typer.Option(help="Who supplied the list.")],
    collected_at: Annotated[
        datetime, typer.Option(parser=instant, metavar="TIME", help="When the numbers were collected.")
    ],
    as_json: Json = False,
) -> None:
    """Add a list to a campaign. A bad row is reported and never stops the rest; exit 1 where nothing was imported."""
    provenance = Provenance(source_class, supplier, collected_at)

    async def start(service: Service, actor: Actor, source: ImportSource) -> ImportReport:
        return await service.suite.contact_imports.run(actor, CampaignId(campaign), provenance, source)

    import_file(file, start, with_service, as_json=as_json)


@app.command()
def review(campaign: CampaignOption, as_json: Json = False) -> None:
    """Contacts whose judgement failed, with the error: they are not called until somebody puts them back."""

    async def work(service: Service, actor: Actor) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in await service.suite.reviews.page(actor, CampaignId(campaign))]

    items = with_service(work)
    if as_json:
        print_json(listing(items))
    else:
        print_table(items, ("id", "external_id", "import_id", "line", "reason"))


@app.command("judge-again")
def judge_again(campaign: CampaignOption, as_json: Json = False) -> None:
    """Put every contact back on the list that is closed for review."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.reviews.put_back(actor, CampaignId(campaign))

    answer = {"contacts": with_service(work)}
    if as_json:
        print_json(answer)
    else:
        print_fields(answer)
