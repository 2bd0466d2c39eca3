"""How every command reaches the program: settings read, services opened, the person behind it known."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialer.bootstrap import Links, Service, open_service
from dialer.domain.access.roles import Actor
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
