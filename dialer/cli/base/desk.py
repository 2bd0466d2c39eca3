"""The way of a command to the desk, which records oppositions and withdrawals.

It is apart from `session`, so that other commands do not load the links to the PBXs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dialer.bootstrap import OppositionDesk, open_desk
from dialer.cli.base.program import complain
from dialer.domain.access import Actor
from dialer.settings import read_settings

T = TypeVar("T")


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
