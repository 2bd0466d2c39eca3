"""`dialer probe`: calls to the numbers that a campaign shows, to prove its call-back line."""

import typer

from dialer.bootstrap import Links, Service
from dialer.cli.base.program import FAILED
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import CampaignArgument, JsonOption, print_list
from dialer.domain.access import Actor
from dialer.domain.base.types import CampaignId
from dialer.domain.probes.probe import Probe, ProbeOutcome
from dialer.views.probes import ProbeList, ProbeView

app = typer.Typer(
    help="Ring our own numbers; `dialer serve` does so before a campaign dials, and every day.",
    no_args_is_help=True,
)
COLUMNS = ("started_at", "number", "outcome", "detail", "trunk", "pbx", "asked_by", "recording_sha256")
PAGE = 500


@app.command("run")
def run_now(campaign_id: CampaignArgument, as_json: JsonOption = False) -> None:
    """Ring every number that the campaign shows, one after the other.

    Exit 1 where one did not pass.
    """

    async def work(service: Service, actor: Actor) -> list[Probe]:
        return await service.suite.probing.run_now(actor, CampaignId(campaign_id))

    probes = with_service(work, links=Links.TRIED)
    _show(probes, as_json=as_json)
    if any(probe.outcome is not ProbeOutcome.PASSED for probe in probes):
        raise typer.Exit(FAILED)


@app.command("list")
def list_probes(campaign_id: CampaignArgument, as_json: JsonOption = False) -> None:
    """List every probe of the campaign's numbers, in order of their calls."""

    async def work(service: Service, actor: Actor) -> list[Probe]:
        probing, campaign = service.suite.probing, CampaignId(campaign_id)
        found = page = await probing.page(actor, campaign, limit=PAGE)
        while len(page) == PAGE:
            page = await probing.page(actor, campaign, after=page[-1].id, limit=PAGE)
            found = found + page
        return found

    _show(with_service(work), as_json=as_json)


def _show(probes: list[Probe], *, as_json: bool) -> None:
    print_list(ProbeList.whole(map(ProbeView.of, probes)), COLUMNS, as_json=as_json)
