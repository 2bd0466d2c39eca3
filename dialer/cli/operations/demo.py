"""`dialer demo`: a whole campaign on this machine, with real Asterisk and fictional callees."""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dialer.bootstrap import Service
from dialer.cli.base.logs import configure_logs
from dialer.cli.operations.serve import served, stop_on_signal
from dialer.demo.cast import cast_members
from dialer.demo.run import play, running, write_report
from dialer.demo.stage import Stage, set_stage
from dialer.demo.verdict import DemoVerdict
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from dialer.settings import read_settings

console = Console(highlight=False)
FOLDER = "demo"


def demo() -> None:
    """Run a campaign of fictional people.

    Exit 0 only if every call went as its callee was scripted to make it go.
    """
    home = read_settings().home / FOLDER
    configure_logs(home.with_suffix(".log"))
    verdict = asyncio.run(_demo(home))
    if verdict.faults:
        raise typer.Exit(1)


async def _demo(home: Path) -> DemoVerdict:
    console.print("Starting Asterisk in Docker and the fictional callees ...")
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(set_stage(home))
        service = await stack.enter_async_context(running(stage))
        verdict = await _show(stage, service)
        write_report(home / "report.json", verdict)
        console.print(summary(verdict))
        _print_end(verdict, home)
        if sys.stdout.isatty():
            await _leave_open(stack, stage, service)
    return verdict


async def _show(stage: Stage, service: Service) -> DemoVerdict:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("contacts settled", total=len(cast_members()))
        return await play(
            stage,
            service,
            lambda counts: bar.update(
                task,
                completed=counts.closed,
                description=f"contacts settled, {counts.calling} on the phone",
            ),
        )


def summary(verdict: DemoVerdict) -> Table:
    """Tabulate who heard the message, who opposed, who was not called and why: one row a kind."""
    table = Table(
        "what became of them", "contacts", "who", box=None, header_style="bold", title_justify="left"
    )
    for what, members in sorted(verdict.groups().items()):
        table.add_row(what, str(len(members)), ", ".join(members))
    return table


def _print_end(verdict: DemoVerdict, home: Path) -> None:
    for fault in verdict.faults:
        console.print(f"[bold red]wrong[/bold red]: {fault}")
    report = verdict.report()
    console.print(
        f"{report['contacts']} contacts, {report['calls']} calls received, {report['seconds']} s of real time; "
        f"the day was pretended. Report: {home / 'report.json'}",
        soft_wrap=True,
    )


async def _leave_open(stack: AsyncExitStack, stage: Stage, service: Service) -> None:
    """Leave the service running for a look around, until Ctrl-C."""
    token = await service.suite.tokens.create(LOCAL_ADMINISTRATOR, "demo", Role.ADMIN)
    address = await stack.enter_async_context(served(service, "127.0.0.1", stage.ports.http))
    console.print(f"Console: {address} (token: {token})\nCtrl-C ends it.", soft_wrap=True)
    await stop_on_signal().wait()
