"""The way of every command to the program: settings, services, and the person behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialer.bootstrap import Links, Service, open_service
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
