"""`dialer serve`: the dialling loop and the HTTP control, until a signal stops it."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

import structlog
import typer
from aiohttp import web
from yarl import URL

from dialer.adapters.clock import FILE, SystemClock, pretend, pretended_shift, pretending
from dialer.adapters.zone_data import demand_zone_data
from dialer.api.http.server import ApiRunner
from dialer.bootstrap import Links, Service, clock_of, open_service
from dialer.cli.base.logs import STANDARD_OUTPUT, configure_logs
from dialer.cli.base.terminal import instant
from dialer.console.app import build_site
from dialer.domain.base.errors import BadSettings, KeysChanged, Unavailable
from dialer.settings import Settings, read_settings

log = structlog.get_logger()


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port to listen on")] = 8080,
    pretend_now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="pretend that it is TIME, here and for every command (loopback trunks only)"
        ),
    ] = None,
) -> None:
    """Dial the running campaigns and answer operators over HTTP."""
    settings = read_settings()
    configure_logs()
    # On loopback trunks no real person is called at the wrong hour, so a demonstration may run with
    # the data it came with.
    real = not all(trunk.loopback for trunk in settings.trunks)
    demand_zone_data(SystemClock().now(), fresh=real)
    clock = _clock(settings, instant(pretend_now) if pretend_now else None)
    asyncio.run(_serve(settings, clock, host, port))


def _clock(settings: Settings, pretended: datetime | None) -> SystemClock:
    """Make the clock.

    A pretended time is the home's: every command there shares it, now and later.
    """
    outside = not all(trunk.loopback for trunk in settings.trunks)
    if pretended is None:
        if outside and pretended_shift(settings.home):
            raise BadSettings(
                "this home pretends another time, and a trunk leads to real people",
                hint=f"make another with `dialer init`, or delete {settings.home / FILE}",
            )
        return clock_of(settings)
    if not settings.trunks or outside:
        raise BadSettings(
            "--pretend-now is for loopback trunks only", hint="leave it out: real people live in real time"
        )
    clock = pretending(pretended)
    pretend(settings.home, clock.shift)
    return clock


async def _serve(settings: Settings, clock: SystemClock, host: str, port: int) -> None:
    """Serve until stopped. Open everything anew where the keys were changed.

    Calls in progress go on at their PBX meanwhile.
    """
    stop = stop_on_signal()
    while not stop.is_set():
        async with (
            open_service(settings, links=Links.DRIVEN, clock=clock) as service,
            served(service, host, port) as address,
        ):
            STANDARD_OUTPUT.write(f"dialer: listening on {address}\n")
            port = URL(address).port or port
            # Objects that exist by now stay. Looked through by every garbage collection, they would
            # hold the loop for a tenth of a second.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            try:
                await service.engine.run(stop)
            except KeysChanged as changed:
                log.warning("opening everything anew", reason=changed.detail)


@asynccontextmanager
async def served(service: Service, host: str, port: int) -> AsyncIterator[str]:
    """Answer HTTP until the block ends; give the address. Raise `Unavailable` for a taken port."""
    uploads = service.settings.home / "uploads"
    uploads.mkdir(mode=0o700, exist_ok=True)
    app = build_site(service.suite, service.clock, rate_limit=service.settings.rate_limit, uploads=uploads)
    runner = ApiRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    except OSError as error:
        raise Unavailable(
            f"cannot listen on {host}:{port}: {error.strerror}", hint="choose another with --port"
        ) from None
    finally:
        await runner.cleanup()


def stop_on_signal() -> asyncio.Event:
    """Make an event that SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
