"""dialer keys: the keys behind the fingerprints of numbers."""

from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_list, print_view
from dialer.cli.base.progress_bar import progress_bar
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.services.access.keys import Rotated
from dialer.views.access import KeyVersionsView, RotatedView

app = typer.Typer(help="List the keys of the fingerprints, and change to new ones.", no_args_is_help=True)


@app.command("list")
def list_keys(as_json: Json = False) -> None:
    """List every version, with who began it and why."""

    async def work(service: Service, actor: Actor) -> KeyVersionsView:
        keys = service.suite.keys
        return KeyVersionsView.of(await keys.all(actor), await keys.being_made(actor))

    columns = ("version", "state", "mark", "made_at", "by", "reason")
    print_list(with_service(work), columns, as_json=as_json)


@app.command()
def rotate(
    reason: Annotated[str, typer.Option(help="Why, for the record: routine, or after a leak.")] = "",
    as_json: Json = False,
) -> None:
    """Bring every stored fingerprint to a new key; no opposition is lost.

    No call is made until it is done; services then go on by themselves. Calls in progress end as
    they would, and keys pressed and oppositions recorded meanwhile are kept. If it was ended, run
    it again: it goes on. Make a backup afterwards: older ones, AstDB volumes and webhook deliveries
    still hold fingerprints of before.
    """

    async def work(service: Service, actor: Actor) -> Rotated:
        with progress_bar() as bar:
            return await service.suite.keys.rotate(
                actor, reason, lambda moved: bar("numbers", moved.done, moved.numbers)
            )

    print_view(RotatedView.of(with_service(work)), as_json=as_json)
    if as_json:
        return
    console.print(
        "copy home/keys to every machine that shares the database: nothing is done there until then"
    )
