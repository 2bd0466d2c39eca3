"""How every command reaches the program: settings read, services opened, the person behind it known."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialer.bootstrap import Links, OppositionDesk, Service, open_desk, open_service
from dialer.cli.errors import complain
from dialer.domain.access import Actor
from dialer.settings import read_settings

T = TypeVar("T")


def with_service(work: Callable[[Service, Actor], Awaitable[T]], *, links: Links = Links.NONE) -> T:
    """Run `work` with the services open, as the token of `DIALER_TOKEN` or the local administrator."""

    async def run() -> T:
        settings = read_settings()
        async with open_service(settings, links=links) as service:
            actor = await service.suite.tokens.local(settings.token)
            return await work(service, actor)

    return asyncio.run(run())


def with_desk(work: Callable[[OppositionDesk, Actor], Awaitable[T]]) -> T:
    """As `with_service`, for what somebody says against being called: nothing but the database is needed to record it.

    A PBX that could not be told is named on standard error, with the reason.
    """

    async def run() -> T:
        settings = read_settings()
        async with open_desk(settings) as desk:
            done = await work(desk, await desk.tokens.local(settings.token))
            for pbx, why in desk.fleet.untold.items():
                complain(f"recorded, but PBX {pbx} was not told ({why}): the running service will tell it")
            return done

    return asyncio.run(run())
