"""What oppositions and withdrawals have in common at the command line."""

from typing import Annotated, Any

import typer

from dialer.bootstrap import OppositionDesk
from dialer.cli.base.output import console, print_json
from dialer.domain.oppositions.suppression import OppositionChannel

Channel = Annotated[OppositionChannel, typer.Option(help="The way it reached us.")]
Sponsor = Annotated[str | None, typer.Option(metavar="ID", help="For this sponsor only; else for all.")]
ReceivedAt = Annotated[str | None, typer.Option(metavar="TIME", help="When it reached us; else now.")]


def told_view(desk: OppositionDesk) -> dict[str, Any]:
    """Which PBXs were told, and of those that were not, why: what is stored holds either way."""
    return {"told": sorted(desk.fleet.told), "not_told": desk.fleet.untold}


def show_recorded(view: dict[str, Any], done: str, *, as_json: bool) -> None:
    """The view as JSON, or one line and its warnings."""
    if as_json:
        print_json(view)
        return
    told = f"; told {', '.join(view['told'])}" if view["told"] else ""
    console.print(f"{done}{told}", markup=False, soft_wrap=True)
    for warning in view["warnings"]:
        console.print(f"warning: {warning}", markup=False, soft_wrap=True)
