"""dialer campaign: a campaign's life, from its file to its end."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Links, Service
from dialer.cli.base.options import CampaignArgument, Json
from dialer.cli.base.output import console, print_json, print_list, print_view
from dialer.cli.base.session import with_service
from dialer.cli.campaigns.campaign_source import read_campaign
from dialer.cli.campaigns.polls import poll_dates
from dialer.cli.campaigns.preflight import preflight
from dialer.cli.campaigns.progress import progress
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import DEFAULT_REASON, Campaign
from dialer.views.campaign import CampaignList, CampaignView

app = typer.Typer(help="Make, approve and steer campaigns.", no_args_is_help=True)
app.command()(progress)
app.command()(preflight)
app.command()(poll_dates)

Reason = Annotated[str, typer.Option(help="Why, for the record.")]
PAGE = 500


@app.command()
def create(file: Annotated[Path, typer.Argument(metavar="FILE.toml")], as_json: Json = False) -> None:
    """Make a draft from a campaign file and the recordings it names."""
    source = read_campaign(file)

    async def work(service: Service, actor: Actor) -> Campaign:
        return await service.suite.campaigns.create(actor, source.definition, source.recordings)

    _show_state(with_service(work), as_json=as_json)


@app.command("list")
def list_campaigns(as_json: Json = False) -> None:
    """List all campaigns, in order of creation."""

    async def work(service: Service, actor: Actor) -> list[Campaign]:
        found = page = await service.suite.campaigns.page(actor, limit=PAGE)
        while len(page) == PAGE:
            page = await service.suite.campaigns.page(actor, after=page[-1].id, limit=PAGE)
            found = found + page
        return found

    view = CampaignList.whole(map(CampaignView.of, with_service(work)))
    columns = ("id", "name", "state", "reason", "created_by", "starts_at", "ends_at")
    print_list(view, columns, as_json=as_json)


@app.command()
def show(campaign_id: CampaignArgument, as_json: Json = False) -> None:
    """Show one campaign, whole."""

    async def work(service: Service, actor: Actor) -> Campaign:
        return await service.suite.campaigns.get(actor, CampaignId(campaign_id))

    print_view(CampaignView.of(with_service(work)), as_json=as_json)


@app.command()
def approve(campaign_id: CampaignArgument, as_json: Json = False) -> None:
    """Check trunk, contacts and prompts, and freeze the script.

    The person who made the campaign may not approve it, unless all trunks are on loopback.
    """
    _act(
        lambda service, actor: service.suite.campaigns.approve(actor, CampaignId(campaign_id)),
        as_json=as_json,
    )


@app.command()
def start(campaign_id: CampaignArgument, as_json: Json = False) -> None:
    """Let `dialer serve` call its contacts."""
    _act(
        lambda service, actor: service.suite.campaigns.start(actor, CampaignId(campaign_id)), as_json=as_json
    )


@app.command()
def pause(campaign_id: CampaignArgument, reason: Reason = DEFAULT_REASON, as_json: Json = False) -> None:
    """Pause it. Done only when no further call can leave; calls in progress finish."""
    _act(
        lambda service, actor: service.suite.campaigns.pause(actor, CampaignId(campaign_id), reason),
        as_json=as_json,
        links=Links.TRIED,
    )


@app.command()
def resume(campaign_id: CampaignArgument, reason: Reason = "", as_json: Json = False) -> None:
    """Go on where it was paused. After a restoration it needs a reason."""
    _act(
        lambda service, actor: service.suite.campaigns.resume(actor, CampaignId(campaign_id), reason),
        as_json=as_json,
        links=Links.TRIED,
    )


@app.command()
def stop(campaign_id: CampaignArgument, reason: Reason = DEFAULT_REASON, as_json: Json = False) -> None:
    """End it for good; done only when no further call can leave."""
    _act(
        lambda service, actor: service.suite.campaigns.stop(actor, CampaignId(campaign_id), reason),
        as_json=as_json,
        links=Links.TRIED,
    )


def _act(
    verb: Callable[[Service, Actor], Awaitable[Campaign]], *, as_json: bool, links: Links = Links.NONE
) -> None:
    _show_state(with_service(verb, links=links), as_json=as_json)


def _show_state(campaign: Campaign, *, as_json: bool) -> None:
    if as_json:
        print_json(CampaignView.of(campaign))
        return
    alone = "; made and approved by one person, which loopback trunks allow" if campaign.self_approved else ""
    console.print(
        f"{campaign.id} {campaign.definition.name}: {campaign.state}{alone}", markup=False, soft_wrap=True
    )
