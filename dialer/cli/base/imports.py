"""Imports of every kind, as a person sees them: bars while they run, then the report."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from dialer.cli.base.program import FAILED
from dialer.cli.base.terminal import console, print_fields, print_json
from dialer.domain.access import Actor
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportProgress, ImportSource
from dialer.views.consent import ReportView

SHOWN = 20
"""Rejected rows listed for people. The rejects file holds all of them."""

T = TypeVar("T")


def import_file(
    file: Path,
    start: Callable[[T, Actor, ImportSource], Awaitable[ImportReport]],
    opened: Callable[[Callable[[T, Actor], Awaitable[ImportReport]]], ImportReport],
    *,
    as_json: bool,
) -> None:
    """Run an import on the service of `opened`, and print its report.

    Exit 1 where nothing was imported.
    """

    async def work(service: T, actor: Actor) -> ImportReport:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        stderr = Console(stderr=True)
        with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
            return await start(service, actor, ImportSource(file, file.name, _listener(bars)))

    report = opened(work)
    view = ReportView.of(report)
    if as_json:
        print_json(view)
    else:
        _show(view)
    if report.imported == 0:
        raise typer.Exit(FAILED)


def _listener(bars: Progress) -> Callable[[ImportProgress], None]:
    """Make a listener that shows a bar for each reading of the file."""
    tasks = {"check": bars.add_task("checking"), "import": bars.add_task("importing", visible=False)}

    def show(progress: ImportProgress) -> None:
        bars.update(
            tasks[progress.phase],
            completed=progress.bytes_done,
            total=progress.bytes_total,
            visible=True,
        )

    return show


def _show(view: ReportView) -> None:
    fields = view.document()
    rejected, warnings = fields.pop("rejected"), fields.pop("warnings")
    print_fields({name: value for name, value in fields.items() if value is not None})
    for what, notes in (("rejected", rejected), ("warning", warnings)):
        for note in notes[:SHOWN]:
            console.print(
                f"{what}: line {note['line']}: {note['code']}: {note['detail']}", markup=False, soft_wrap=True
            )
        if len(notes) > SHOWN:
            console.print(f"{what}: and more")
