"""dialer keys: the keys behind the fingerprints of numbers."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from dialer.bootstrap import Service
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_fields, print_json, print_table
from dialer.cli.base.progress_bar import progress_bar
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.services.access.keys import Rotated
from dialer.services.views.keys import versions_view

app = typer.Typer(help="List the keys of the fingerprints, and change to new ones.", no_args_is_help=True)


@app.command("list")
def list_keys(as_json: Json = False) -> None:
    """Every version, with who began it and why."""

    async def work(service: Service, actor: Actor) -> list[dict[str, Any]]:
        keys = service.suite.keys
        return versions_view(await keys.all(actor), await keys.being_made(actor))

    items = with_service(work)
    if as_json:
        print_json({"items": items})
    else:
        print_table(items, ("version", "state", "mark", "made_at", "by", "reason"))


@app.command()
def rotate(
    reason: Annotated[str, typer.Option(help="Why, for the record: routine, or after a leak.")] = "",
    as_json: Json = False,
) -> None:
    """Bring every stored fingerprint to a new key; no opposition is lost. Nobody is called until it is done; services then go on by themselves.

    Calls in progress end as they would, and what is pressed and recorded meanwhile is kept. If it was ended, run it again: it goes on.
    Make a backup afterwards: older ones, AstDB volumes and webhook deliveries still hold fingerprints of before.
    """

    async def work(service: Service, actor: Actor) -> Rotated:
        with progress_bar() as show:
            return await service.suite.keys.rotate(
                actor, reason, lambda moved: show("numbers", moved.done, moved.numbers)
            )

    rotated = with_service(work)
    if as_json:
        print_json(asdict(rotated))
        return
    print_fields(asdict(rotated))
    console.print(
        "copy home/keys to every machine that shares the database: nothing is done there until then"
    )
