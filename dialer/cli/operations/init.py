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
) -> None:
    """Make the home, its keys, the database and the first admin token.

    The token is printed this once.
    """
    settings = read_settings()
    prepare_home(settings.home)
    if pretend_now:
        pretend(settings.home, pretending(instant(pretend_now)).shift)
    token = asyncio.run(_prepare_database())
    if as_json:
        print_json(HomeView(home=str(settings.home), admin_token=token))
    elif token:
        console.print(f"home: {settings.home}\nadmin token, shown this once: {token}", markup=False)
    else:
        console.print(
            f"home: {settings.home}\nall was there already; make tokens with `dialer token create`",
            markup=False,
        )


async def _prepare_database() -> str | None:
    settings = read_settings()
    await upgrade(settings.database_url)
    async with open_service(settings) as service:
        if await service.suite.tokens.all(LOCAL_ADMINISTRATOR):
            return None
        return await service.suite.tokens.create(LOCAL_ADMINISTRATOR, FIRST_ADMIN, Role.ADMIN)
