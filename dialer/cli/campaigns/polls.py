"""dialer campaign poll-dates: poll dates that a decree moved."""

from datetime import date
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.options import CampaignArgument, Json
from dialer.cli.base.output import print_fields, print_json
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign
from dialer.views.campaign import CampaignView


def poll_dates(
    campaign_id: CampaignArgument,
    dates: Annotated[
        list[str], typer.Option("--date", metavar="TERRITORY=DATE", help="Such as default=2027-04-25.")
    ],
    reason: Annotated[str, typer.Option(help="Which decree, for the record.")],
    as_json: Json = False,
) -> None:
    """Move poll dates of a campaign, as a decree did.

    Dates that are not named stay; so do the decisions made before.
    """
    told = dict(map(_read, dates))

    async def work(service: Service, actor: Actor) -> Campaign:
        return await service.suite.campaigns.change_poll_dates(actor, CampaignId(campaign_id), told, reason)

    view = CampaignView.of(with_service(work))
    if as_json:
        print_json(view)
    else:
        print_fields(view.election.poll_dates if view.election else {})


def _read(text: str) -> tuple[str, date]:
    code, _, day = text.partition("=")
    try:
        return code, date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not written like GP=2027-04-24") from None
