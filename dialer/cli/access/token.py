"""dialer token: rights over HTTP, and at the command line with `DIALER_TOKEN`."""

from datetime import datetime
from typing import Annotated

import typer

from dialer.bootstrap import Service
from dialer.cli.base.options import Json
from dialer.cli.base.output import console, print_json, print_list
from dialer.cli.base.session import with_service
from dialer.cli.base.times import instant
from dialer.domain.access.roles import Actor, Role, Token
from dialer.views.access import RevokedView, TokenList, TokenMadeView, TokenView

app = typer.Typer(help="Make, list and revoke bearer tokens.", no_args_is_help=True)


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What its bearer may do.")],
    name: Annotated[str, typer.Option(help="Who acts: this name stands in every record.")],
    expires: Annotated[
        datetime | None, typer.Option(parser=instant, metavar="TIME", help="When it ends.")
    ] = None,
    as_json: Json = False,
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


@app.command("list")
def list_tokens(as_json: Json = False) -> None:
    """List all tokens, revoked ones too."""

    async def work(service: Service, actor: Actor) -> list[Token]:
        return await service.suite.tokens.all(actor)

    view = TokenList.whole(map(TokenView.of, with_service(work)))
    columns = ("name", "role", "created_at", "expires_at", "revoked_at", "last_used_at")
    print_list(view, columns, as_json=as_json)


@app.command()
def revoke(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: Json = False) -> None:
    """End a token at once and for good."""

    async def work(service: Service, actor: Actor) -> None:
        await service.suite.tokens.revoke(actor, name)

    with_service(work)
    if as_json:
        print_json(RevokedView(name=name, revoked=True))
    else:
        console.print(f"{name} is revoked", markup=False)
