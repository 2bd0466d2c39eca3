"""dialer keys: the keys behind the fingerprints of numbers."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from dialer.bootstrap import Service
from dialer.cli.options import Json
from dialer.cli.output import console, print_fields, print_json, print_table
from dialer.cli.session import with_service
from dialer.domain.access import Actor
from dialer.services.keys import Rotated
from dialer.services.views.keys import version_view

app = typer.Typer(help="List the keys of the fingerprints, and change to new ones.", no_args_is_help=True)


@app.command("list")
def list_keys(as_json: Json = False) -> None:
    """Every version, with who made it and why; the last is in force."""

    async def work(service: Service, actor: Actor) -> list[dict[str, Any]]:
        versions = await service.suite.keys.all(actor)
        return [version_view(version, in_force=version is versions[-1]) for version in versions]

    items = with_service(work)
    if as_json:
        print_json({"items": items})
    else:
        print_table(items, ("version", "mark", "made_at", "by", "reason"))


@app.command()
def rotate(
    reason: Annotated[str, typer.Option(help="Why, for the record: routine, or after a leak.")] = "",
    as_json: Json = False,
) -> None:
    """Bring every stored fingerprint to a new key; no opposition is lost. Services that run dial nothing until they are started anew.

    Until it is done nothing else is recorded, a minute or so for half a million numbers: do it when nobody is called.
    Make a backup afterwards: older ones, AstDB volumes and webhook deliveries still hold fingerprints of before.
    """

    async def work(service: Service, actor: Actor) -> Rotated:
        return await service.suite.keys.rotate(actor, reason)

    rotated = with_service(work)
    if as_json:
        print_json(asdict(rotated))
        return
    print_fields(asdict(rotated))
    console.print(
        "start every `dialer serve` anew, and copy home/keys to every machine that shares the database"
    )
