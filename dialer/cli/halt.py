"""dialer halt, dialer unhalt: the emergency stop of every PBX, and its end."""

from dataclasses import asdict
from typing import Annotated

import typer

from dialer.bootstrap import Links, Service
from dialer.cli.errors import FAILED
from dialer.cli.options import Json
from dialer.cli.output import print_fields, print_json
from dialer.cli.session import with_service
from dialer.domain.access import Actor
from dialer.services.halting import HaltReport

Reason = Annotated[str, typer.Option(help="Why, for the record.")]


def halt(reason: Reason = "halted at the command line", as_json: Json = False) -> None:
    """Hang up every call and refuse new ones, on every PBX; exit 1 where one could not be reached."""

    async def work(service: Service, actor: Actor) -> HaltReport:
        return await service.suite.halting.halt(actor, reason)

    _show(with_service(work, links=Links.TRIED), "halted", as_json=as_json)


def unhalt(reason: Reason = "", as_json: Json = False) -> None:
    """End a halt. It needs a reason."""

    async def work(service: Service, actor: Actor) -> HaltReport:
        return await service.suite.halting.unhalt(actor, reason)

    _show(with_service(work, links=Links.TRIED), "unhalted", as_json=as_json)


def _show(report: HaltReport, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(report))
    else:
        reached = [name for name in report.pbxs if name not in report.unreachable]
        print_fields({done: ", ".join(reached) or "no PBX", "recorded": "yes" if report.recorded else "no"})
        print_fields({f"not reached: {name}": why for name, why in report.unreachable.items()})
    if report.unreachable or not report.recorded:
        raise typer.Exit(FAILED)
