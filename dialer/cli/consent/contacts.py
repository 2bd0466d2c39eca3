"""dialer contacts: lists of people, with where they came from."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.imports import import_file
from dialer.cli.base.options import CampaignOption, Json
from dialer.cli.base.output import print_list, print_view
from dialer.cli.base.session import with_service
from dialer.cli.base.times import instant
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.ports.consent.reviews import SetAside
from dialer.services.consent.contact_import import Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.views.consent import JudgedAgainView, SetAsideList, SetAsideView

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
    """Add a list to a campaign. A bad row is reported and never stops the rest.

    Exit 1 where nothing was imported.
    """
    provenance = Provenance(source_class, supplier, collected_at)

    async def start(service: Service, actor: Actor, source: ImportSource) -> ImportReport:
        return await service.suite.contact_imports.run(actor, CampaignId(campaign), provenance, source)

    import_file(file, start, with_service, as_json=as_json)


@app.command()
def review(campaign: CampaignOption, as_json: Json = False) -> None:
    """List contacts whose judgement failed, with the error.

    They are not called until somebody puts them back.
    """

    async def work(service: Service, actor: Actor) -> list[SetAside]:
        return await service.suite.reviews.page(actor, CampaignId(campaign))

    view = SetAsideList.whole(map(SetAsideView.mirror, with_service(work)))
    print_list(view, ("id", "external_id", "import_id", "line", "reason"), as_json=as_json)


@app.command("judge-again")
def judge_again(campaign: CampaignOption, as_json: Json = False) -> None:
    """Put every contact back on the list that is closed for review."""

    async def work(service: Service, actor: Actor) -> int:
        return await service.suite.reviews.put_back(actor, CampaignId(campaign))

    print_view(JudgedAgainView(contacts=with_service(work)), as_json=as_json)
