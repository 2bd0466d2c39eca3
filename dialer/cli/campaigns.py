"""`dialer campaign`: a campaign's life, its progress, a forecast for its list, its poll dates.

A campaign file is read from this machine's disk, with the recordings it names.
"""

import asyncio
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dialer.bootstrap import Links, Service
from dialer.cli.base import terminal
from dialer.cli.base.session import with_service
from dialer.domain.access import Actor
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import DEFAULT_REASON, Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.services.campaigns.progress import CampaignProgress
from dialer.services.campaigns.scripts import read_recordings
from dialer.services.preflight import PreflightReport
from dialer.views.campaigns import CampaignList, CampaignView, PreflightView, ProgressView

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CampaignSource:
    """A campaign file's content. `recordings` are by key of `[prompts]`."""

    definition: CampaignDefinition
    recordings: dict[str, bytes]


def read_campaign(path: Path) -> CampaignSource:
    """Read a campaign file and its recordings. Raise `InvalidInput`, naming everything wrong."""
    definition = parse_definition(_toml(path))
    return CampaignSource(definition, read_recordings(definition, path.parent))


def _toml(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise InvalidInput(f"{path} is larger than a campaign file may be", hint="1 MiB is the most")
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8", hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is not TOML: {error}") from None
    except RecursionError:
        raise InvalidInput(f"{path} is nested too deeply for a campaign file") from None


POLL_S = 0.5


def progress(
    campaign_id: terminal.CampaignArgument,
    watch: Annotated[bool, typer.Option("--watch", help="Live, until it ends.")] = False,
    as_json: terminal.JsonOption = False,
) -> None:
    """Show how far it is, and why it waits when it does."""

    async def work(service: Service, actor: Actor) -> CampaignProgress:
        if watch:
            return await _watch(service, actor, CampaignId(campaign_id))
        return await service.suite.progress.of(actor, CampaignId(campaign_id))

    view = ProgressView.of(with_service(work))
    if as_json:
        terminal.print_json(view)
    else:
        terminal.print_fields(_for_people(view))


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


def preflight(campaign_id: terminal.CampaignArgument, as_json: terminal.JsonOption = False) -> None:
    """Foresee how many of the list would be called, when, and how many never and why.

    It makes no call.
    """

    async def work(service: Service, actor: Actor) -> PreflightReport:
        return await service.suite.preflight.run(actor, CampaignId(campaign_id))

    view = PreflightView.of(with_service(work))
    if as_json:
        terminal.print_json(view)
    else:
        show_preflight(view)


def show_preflight(view: PreflightView) -> None:
    told = view.document()
    days, reasons, problems, reminders = (
        told.pop(key) for key in ("days", "reasons", "problems", "reminders")
    )
    terminal.print_fields(told | {f"never, {code}": count for code, count in reasons.items()})
    for problem in problems:
        terminal.console.print(
            f"approval would refuse: {problem['where']}: {problem['detail']}", markup=False, soft_wrap=True
        )
    for one in reminders:
        terminal.console.print(
            f"for people to see to: {one['text']} ({one['rule']})", markup=False, soft_wrap=True
        )
    hours = sorted({hour for day in days for hour in day["hours"]})
    if days:
        terminal.print_table([day | day["hours"] for day in days], ("day", "contacts", *hours))


def poll_dates(
    campaign_id: terminal.CampaignArgument,
    dates: Annotated[
        list[str], typer.Option("--date", metavar="TERRITORY=DATE", help="Such as default=2027-04-25.")
    ],
    reason: Annotated[str, typer.Option(help="Which decree, for the record.")],
    as_json: terminal.JsonOption = False,
) -> None:
    """Move poll dates of a campaign, as a decree did.

    Dates that are not named stay; so do the decisions made before.
    """
    told = dict(map(_read, dates))

    async def work(service: Service, actor: Actor) -> Campaign:
        return await service.suite.campaigns.change_poll_dates(actor, CampaignId(campaign_id), told, reason)

    view = CampaignView.of(with_service(work))
    if as_json:
        terminal.print_json(view)
    else:
        terminal.print_fields(view.election.poll_dates if view.election else {})


def _read(text: str) -> tuple[str, date]:
    code, _, day = text.partition("=")
    try:
        return code, date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not written like GP=2027-04-24") from None


app = typer.Typer(help="Make, approve and steer campaigns.", no_args_is_help=True)
app.command()(progress)
app.command()(preflight)
app.command()(poll_dates)

PAGE = 500


@app.command()
def create(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml")], as_json: terminal.JsonOption = False
) -> None:
    """Make a draft from a campaign file and the recordings it names."""
    source = read_campaign(file)

    async def work(service: Service, actor: Actor) -> Campaign:
        return await service.suite.campaigns.create(actor, source.definition, source.recordings)

    _show_state(with_service(work), as_json=as_json)


@app.command("list")
def list_campaigns(as_json: terminal.JsonOption = False) -> None:
    """List all campaigns, in order of creation."""

    async def work(service: Service, actor: Actor) -> list[Campaign]:
        found = page = await service.suite.campaigns.page(actor, limit=PAGE)
        while len(page) == PAGE:
            page = await service.suite.campaigns.page(actor, after=page[-1].id, limit=PAGE)
            found = found + page
        return found

    view = CampaignList.whole(map(CampaignView.of, with_service(work)))
    columns = ("id", "name", "state", "reason", "created_by", "starts_at", "ends_at")
    terminal.print_list(view, columns, as_json=as_json)


@app.command()
def show(campaign_id: terminal.CampaignArgument, as_json: terminal.JsonOption = False) -> None:
    """Show one campaign, whole."""

    async def work(service: Service, actor: Actor) -> Campaign:
        return await service.suite.campaigns.get(actor, CampaignId(campaign_id))

    terminal.print_view(CampaignView.of(with_service(work)), as_json=as_json)


@app.command()
def approve(campaign_id: terminal.CampaignArgument, as_json: terminal.JsonOption = False) -> None:
    """Check trunk, contacts and prompts, and freeze the script.

    The person who made the campaign may not approve it, unless all trunks are on loopback.
    """
    _act(
        lambda service, actor: service.suite.campaigns.approve(actor, CampaignId(campaign_id)),
        as_json=as_json,
    )


@app.command()
def start(campaign_id: terminal.CampaignArgument, as_json: terminal.JsonOption = False) -> None:
    """Let `dialer serve` call its contacts."""
    _act(
        lambda service, actor: service.suite.campaigns.start(actor, CampaignId(campaign_id)), as_json=as_json
    )


@app.command()
def pause(
    campaign_id: terminal.CampaignArgument,
    reason: terminal.ReasonOption = DEFAULT_REASON,
    as_json: terminal.JsonOption = False,
) -> None:
    """Pause it. Done only when no further call can leave; calls in progress finish."""
    _act(
        lambda service, actor: service.suite.campaigns.pause(actor, CampaignId(campaign_id), reason),
        as_json=as_json,
        links=Links.TRIED,
    )


@app.command()
def resume(
    campaign_id: terminal.CampaignArgument,
    reason: terminal.ReasonOption = "",
    as_json: terminal.JsonOption = False,
) -> None:
    """Go on where it was paused. After a restoration it needs a reason."""
    _act(
        lambda service, actor: service.suite.campaigns.resume(actor, CampaignId(campaign_id), reason),
        as_json=as_json,
        links=Links.TRIED,
    )


@app.command()
def stop(
    campaign_id: terminal.CampaignArgument,
    reason: terminal.ReasonOption = DEFAULT_REASON,
    as_json: terminal.JsonOption = False,
) -> None:
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
        terminal.print_json(CampaignView.of(campaign))
        return
    alone = "; made and approved by one person, which loopback trunks allow" if campaign.self_approved else ""
    terminal.console.print(
        f"{campaign.id} {campaign.definition.name}: {campaign.state}{alone}", markup=False, soft_wrap=True
    )
