"""dialer replay: past decisions made again, with the rule pack of their day."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dialer.bootstrap import Service
from dialer.cli.base.errors import FAILED
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_fields, print_json
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.ports.records import DecisionFilter
from dialer.services.decision.replay import ReplayOutcome, ReplayReport
from dialer.views.base import instant_text
from dialer.views.replay import ReplayView


def replay(
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="ID", help="Of this campaign only.")
    ] = None,
    attempt: Annotated[
        str | None, typer.Option("--attempt", metavar="ID", help="The permit of this attempt only.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make recorded decisions again from the facts stored with them.

    Exit 1 where one comes out otherwise, or there is none.
    """
    query = DecisionFilter(
        CampaignId(campaign) if campaign else None, AttemptId(attempt) if attempt else None
    )

    async def work(service: Service, actor: Actor) -> ReplayReport:
        stderr = Console(stderr=True)
        columns = (TextColumn("replaying"), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
            task = bar.add_task("", total=None)
            return await service.suite.replays.run(
                actor, query, lambda done: bar.update(task, completed=done)
            )

    report = with_service(work)
    view = ReplayView.of(report)
    if as_json:
        print_json(view)
    else:
        _show(view)
    if report.outcomes[ReplayOutcome.DIFFERENT] or not report.checked:
        raise typer.Exit(FAILED)


def _show(view: ReplayView) -> None:
    counts = view.model_dump(mode="json", include={"checked", "same", "different", "erased"})
    print_fields(counts | {title or "no rule pack": count for title, count in view.rule_packs.items()})
    for found in view.differences:
        what = [f"{name} was {each.then}, is {each.now}" for name, each in found.fields.items()]
        told = "; ".join(what) or found.why
        at = instant_text(found.at)
        console.print(f"decision {found.decision} of {at}: {told}", markup=False, soft_wrap=True)
