"""`dialer inspect`: everything an inspector asks for, in a folder that stands alone."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.bootstrap.inspecting import inspector_of
from dialer.cli.base.program import FAILED
from dialer.cli.base.progress_bar import progress_bar
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import JsonOption, console, print_json
from dialer.cli.ledger import read_lines
from dialer.domain.access import Actor
from dialer.domain.base.types import CampaignId
from dialer.inspection.inspector import Request
from dialer.views.inspection import PackView


class Language(StrEnum):
    FR = "fr"
    EN = "en"


def inspect(
    campaign: Annotated[str, typer.Option("--campaign", metavar="ID", help="The campaign to show.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder.")],
    language: Annotated[
        Language | None, typer.Option("--language", help="Of the report; the campaign's unless said.")
    ] = None,
    masked: Annotated[bool, typer.Option("--masked", help="Without whole telephone numbers.")] = False,
    attach: Annotated[
        list[str] | None,
        typer.Option("--attach", metavar="E14=FILE", help="A document of your own, for one of E1 to E19."),
    ] = None,
    head: Annotated[
        Path | None,
        typer.Option("--head", metavar="FILE", help="Heads kept from earlier, to be proved: one a line."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the inspection pack; exit 1 where it shows what may not be."""
    request = Request(
        CampaignId(campaign),
        out,
        language=language.value if language else None,
        masked=masked,
        attach=[_attachment(text) for text in attach or ()],
        kept=read_lines(head) if head else (),
    )

    async def work(service: Service, actor: Actor) -> PackView:
        with progress_bar() as progress:
            return await inspector_of(service).run(actor, request, progress)

    written = with_service(work)
    if as_json:
        print_json(written)
    elif written.anomalies:
        told = ", ".join(f"{kind} {count}" for kind, count in written.anomalies.items())
        console.print(f"ANOMALIES: {told}; see {out / 'report.html'}", markup=False, soft_wrap=True)
    else:
        console.print(
            f"{written.attempts} calls to {written.people} people, no anomaly: {out / 'report.html'}",
            markup=False,
            soft_wrap=True,
        )
    if written.anomalies:
        raise typer.Exit(FAILED)


def _attachment(text: str) -> tuple[str, Path]:
    code, equals, name = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter("write E14=FILE", param_hint="--attach")
    return code, Path(name)
