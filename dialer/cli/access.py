"""`dialer token`: bearer tokens. `dialer keys`: the keys behind the fingerprints of numbers.

A token gives rights over HTTP, and at the command line as `DIALER_TOKEN`.
"""

from datetime import datetime
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.progress_bar import progress_bar
from dialer.cli.base.session import with_service
from dialer.cli.base.terminal import JsonOption, console, instant, print_json, print_list, print_view
from dialer.domain.access import Actor, Role, Token
from dialer.services.access.keys import Rotated
from dialer.views.access import KeyVersionsView, RevokedView, RotatedView, TokenList, TokenMadeView, TokenView

tokens = typer.Typer(help="Make, list and revoke bearer tokens.", no_args_is_help=True)


@tokens.command()
def create(
    role: Annotated[Role, typer.Option(help="What its bearer may do.")],
    name: Annotated[str, typer.Option(help="Who acts: this name stands in every record.")],
    expires: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="TIME", help="When it ends.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token and show it, this once."""

    async def work(service: Service, actor: Actor) -> str:
        return await service.suite.tokens.create(actor, name, role, expires)

    secret = with_service(work)
    if as_json:
        ends = expires.isoformat() if expires else None
        print_json(TokenMadeView(name=name, role=role, expires_at=ends, token=secret))
    else:
        # Alone on its line, so that a script needs no more than `TOKEN=$(dialer token create ...)`.
        console.print(secret, markup=False, soft_wrap=True)


@tokens.command("list")
def list_tokens(as_json: JsonOption = False) -> None:
    """List all tokens, revoked ones too."""

    async def work(service: Service, actor: Actor) -> list[Token]:
        return await service.suite.tokens.all(actor)

    view = TokenList.whole(map(TokenView.of, with_service(work)))
    columns = ("name", "role", "created_at", "expires_at", "revoked_at", "last_used_at")
    print_list(view, columns, as_json=as_json)


@tokens.command()
def revoke(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: JsonOption = False) -> None:
    """End a token at once and for good."""

    async def work(service: Service, actor: Actor) -> None:
        await service.suite.tokens.revoke(actor, name)

    with_service(work)
    if as_json:
        print_json(RevokedView(name=name, revoked=True))
    else:
        console.print(f"{name} is revoked", markup=False)


keys = typer.Typer(help="List the keys of the fingerprints, and change to new ones.", no_args_is_help=True)


@keys.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """List every version, with who began it and why."""

    async def work(service: Service, actor: Actor) -> KeyVersionsView:
        keys = service.suite.keys
        return KeyVersionsView.of(await keys.all(actor), await keys.being_made(actor))

    columns = ("version", "state", "mark", "made_at", "by", "reason")
    print_list(with_service(work), columns, as_json=as_json)


@keys.command()
def rotate(
    reason: Annotated[str, typer.Option(help="Why, for the record: routine, or after a leak.")] = "",
    as_json: JsonOption = False,
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
