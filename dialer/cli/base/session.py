"""The way of every command to the program: settings, services, and the person behind it.

The way of a command to the program that records oppositions and withdrawals.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialer.bootstrap import Links, OppositionDesk, Service, open_desk, open_service
from dialer.cli.base.program import complain
from dialer.domain.access import Actor
from dialer.settings import read_settings

T = TypeVar("T")


def with_service(work: Callable[[Service, Actor], Awaitable[T]], *, links: Links = Links.NONE) -> T:
    """Run `work` with the services open, as the holder of `DIALER_TOKEN` or local administrator."""

    async def run() -> T:
        settings = read_settings()
        async with open_service(settings, links=links) as service:
            actor = await service.suite.tokens.local(settings.token)
            return await work(service, actor)

    return asyncio.run(run())


def with_desk(work: Callable[[OppositionDesk, Actor], Awaitable[T]]) -> T:
    """Run `work` as `with_service` does, where nothing but the database is needed.

    Name an unreached PBX on standard error, with the reason.
    """

    async def run() -> T:
        settings = read_settings()
        async with open_desk(settings) as desk:
            done = await work(desk, await desk.tokens.local(settings.token))
            for pbx, why in desk.fleet.untold.items():
                complain(f"recorded, but PBX {pbx} was not told ({why}): the running service will tell it")
            return done

    return asyncio.run(run())
