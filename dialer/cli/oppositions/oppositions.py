"""Options and output that oppositions and withdrawals share at the command line."""

from typing import Annotated

import typer

from dialer.cli.base.output import console, print_json
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.views.consent import WithdrawnHereView
from dialer.views.suppression import AddedView

Channel = Annotated[OppositionChannel, typer.Option(help="The way it reached us.")]
Sponsor = Annotated[str | None, typer.Option(metavar="ID", help="For this sponsor only; else for all.")]
ReceivedAt = Annotated[str | None, typer.Option(metavar="TIME", help="When it reached us; else now.")]


def show_recorded(view: AddedView | WithdrawnHereView, done: str, *, as_json: bool) -> None:
    """Print the view as JSON, or one line and its warnings."""
    if as_json:
        print_json(view)
        return
    told = f"; told {', '.join(view.told)}" if view.told else ""
    console.print(f"{done}{told}", markup=False, soft_wrap=True)
    for warning in view.warnings:
        console.print(f"warning: {warning}", markup=False, soft_wrap=True)
