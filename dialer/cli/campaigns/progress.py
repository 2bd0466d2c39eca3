"""dialer campaign progress: how far a campaign is, once or live."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dialer.bootstrap import Service
from dialer.cli.base.options import CampaignArgument, Json
from dialer.cli.base.output import print_fields, print_json
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.services.campaigns.progress import CampaignProgress
from dialer.views.campaign import ProgressView

POLL_S = 0.5


def progress(
    campaign_id: CampaignArgument,
    watch: Annotated[bool, typer.Option("--watch", help="Live, until it ends.")] = False,
    as_json: Json = False,
) -> None:
    """Show how far it is, and why it waits when it does."""

    async def work(service: Service, actor: Actor) -> CampaignProgress:
        if watch:
            return await _watch(service, actor, CampaignId(campaign_id))
        return await service.suite.progress.of(actor, CampaignId(campaign_id))

    view = ProgressView.of(with_service(work))
    if as_json:
        print_json(view)
    else:
        print_fields(_for_people(view))


async def _watch(service: Service, actor: Actor, campaign_id: CampaignId) -> CampaignProgress:
    """Show a bar on standard error until the campaign has ended. Return how it ended."""
    found = await service.suite.progress.of(actor, campaign_id)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    stderr = Console(stderr=True)
    with Progress(*columns, console=stderr, disable=not stderr.is_terminal) as bars:
        bar = bars.add_task("")
        while True:
            counts = found.counts
            described = f"{found.campaign.state} · {counts.calling} calling · {found.waiting or 'dialling'}"
            bars.update(
                bar,
                description=described.replace("[", r"\["),
                completed=counts.closed,
                total=counts.contacts or None,
            )
            if found.campaign.state.is_final:
                return found
            await asyncio.sleep(POLL_S)
            found = await service.suite.progress.of(actor, campaign_id)


def _for_people(view: ProgressView) -> dict[str, object]:
    """Flatten the view: counts by name are one line each."""
    told = view.document()
    plain = {
        name: value
        for name, value in told.items()
        if not isinstance(value, dict | list) and value not in ("", None)
    }
    results = {f"result {name}": count for name, count in sorted(told["results"].items())}
    refused = {f"refused {name}": count for name, count in sorted(told["refused"].items())}
    probes = {
        f"probe of {probe['number']}": f"{probe['outcome']} {probe['started_at']}" for probe in told["probes"]
    }
    return plain | results | refused | probes
