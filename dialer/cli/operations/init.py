"""`dialer init`: home, keys, database, first admin token."""

import asyncio
from typing import Annotated

import typer

from dialer.adapters.clock import pretend, pretending
from dialer.adapters.sql.db.migrate import upgrade
from dialer.bootstrap import open_service, prepare_home
from dialer.cli.base.terminal import console, instant, print_json
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from dialer.settings import read_settings
from dialer.views.operations import HomeView

FIRST_ADMIN = "admin"


def init(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
    pretend_now: Annotated[
        str | None, typer.Option(metavar="TIME", help="a home for trying out, in which it is TIME")
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="make no token, where the output of this is kept")
    ] = False,
) -> None:
    """Make the home, its keys, the database and the first admin token.

    The token is printed this once.
    """
    settings = read_settings()
    prepare_home(settings.home)
    if pretend_now:
        pretend(settings.home, pretending(instant(pretend_now)).shift)
    token = asyncio.run(_prepare_database(with_token=not no_token))
    if as_json:
        print_json(HomeView(home=str(settings.home), admin_token=token))
    else:
        console.print(f"home: {settings.home}\n{_told(token, wanted=not no_token)}", markup=False)


def _told(token: str | None, *, wanted: bool) -> str:
    if token:
        return f"admin token, shown this once: {token}"
    return f"{'all was there already; ' if wanted else ''}make tokens with `dialer token create`"


async def _prepare_database(*, with_token: bool) -> str | None:
    settings = read_settings()
    await upgrade(settings.database_url)
    async with open_service(settings) as service:
        if not with_token or await service.suite.tokens.all(LOCAL_ADMINISTRATOR):
            return None
        return await service.suite.tokens.create(LOCAL_ADMINISTRATOR, FIRST_ADMIN, Role.ADMIN)
