"""dialer serve: the dialling loop and the HTTP control, until it is told to stop."""

import asyncio
import signal
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import typer
from aiohttp import web

from dialer.adapters.clock import SystemClock, pretending
from dialer.api.app import build_app
from dialer.bootstrap import Service, open_service
from dialer.cli.logs import configure_logs
from dialer.cli.times import instant
from dialer.domain.errors import BadSettings, Unavailable
from dialer.settings import Settings, read_settings

GRACE_S = 5.0
"""For requests in progress at a clean shutdown."""


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="port to listen on")] = 8080,
    pretend_now: Annotated[
        str | None, typer.Option(metavar="TIME", help="pretend that it is TIME (loopback trunks only)")
    ] = None,
) -> None:
    """Dial the running campaigns and answer operators over HTTP."""
    settings = read_settings()
    configure_logs()
    clock = _clock(settings, instant(pretend_now) if pretend_now else None)
    asyncio.run(_serve(settings, clock, host, port))


def _clock(settings: Settings, pretended: datetime | None) -> SystemClock:
    if pretended is None:
        return SystemClock()
    if not settings.trunks or not all(trunk.loopback for trunk in settings.trunks):
        raise BadSettings(
            "--pretend-now is for loopback trunks only", hint="leave it out: real people live in real time"
        )
    return pretending(pretended)


async def _serve(settings: Settings, clock: SystemClock, host: str, port: int) -> None:
    async with open_service(settings, clock) as service:
        app = build_app(service.suite, service.store, service.fleet, clock, rate_limit=settings.rate_limit)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await _listen(runner, host, port)
            await run_until_told(service)
        finally:
            await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    site = web.TCPSite(runner, host, port, shutdown_timeout=GRACE_S)
    try:
        await site.start()
    except OSError as error:
        raise Unavailable(
            f"cannot listen on {host}:{port}: {error.strerror}", hint="choose another with --port"
        ) from None
    print(f"dialer: listening on http://{host}:{runner.addresses[0][1]}", flush=True)


async def run_until_told(service: Service) -> None:
    """Run the loops until SIGINT or SIGTERM. Dialling stops first; calls in progress live on at the PBX and are recovered."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with suppress(asyncio.CancelledError):
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(consumer.run()) for consumer in service.consumers.values()]
            dialing = tasks.create_task(service.dialing.run())
            await stop.wait()
            dialing.cancel()
            for task in running:
                task.cancel()
