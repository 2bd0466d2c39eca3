"""dialer retention: erasing of outlived records."""

import typer

from dialer.bootstrap import Service
from dialer.cli.base.errors import FAILED
from dialer.cli.base.options import Json
from dialer.cli.base.output import print_fields, print_json, print_table, print_view
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.domain.upkeep.retention import RetentionRun
from dialer.services.upkeep.retention import RetentionStatus
from dialer.views.retention import RetentionView, RunView

app = typer.Typer(
    help="Erase what has outlived its use; `dialer serve` does so once a day.", no_args_is_help=True
)


@app.command("run")
def run_now(as_json: Json = False) -> None:
    """Erase everything due, now. Exit 1 where it failed."""

    async def work(service: Service, actor: Actor) -> RetentionRun:
        return await service.suite.retention.run_now(actor)

    run = with_service(work)
    print_view(RunView.of(run), as_json=as_json)
    if not run.well:
        raise typer.Exit(FAILED)


@app.command()
def status(as_json: Json = False) -> None:
    """Show the last run, the next, and the lists kept, each until when.

    Exit 1 where erasing fails or something is overdue.
    """

    async def work(service: Service, actor: Actor) -> RetentionStatus:
        return await service.suite.retention.status(actor)

    found = with_service(work)
    view = RetentionView.of(found)
    if as_json:
        print_json(view)
    else:
        _show(view)
    if found.failing_since or found.overdue:
        raise typer.Exit(FAILED)


def _show(view: RetentionView) -> None:
    told = view.document()
    lists, last = told.pop("lists"), told.pop("last_run")
    print_fields(told | {f"last run, {name}": value for name, value in (last or {}).items()})
    if lists:
        print_table(lists, ("import_id", "campaign_id", "imported_at", "erased_before"))
