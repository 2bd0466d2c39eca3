"""The whole site: the API, and the console for people beside it."""

from functools import partial
from pathlib import Path

from aiohttp import web

from dialer.api.app import build_app
from dialer.console import calls, campaigns, oppositions, overview
from dialer.console.pages import ASSETS, Screen, asset
from dialer.console.sessions import LoginPages
from dialer.ports.clock import Clock
from dialer.services.operations.suite import Services

SCREENS: tuple[Screen, ...] = (
    *overview.SCREENS,
    *campaigns.SCREENS,
    *calls.SCREENS,
    *oppositions.SCREENS,
)


def build_site(
    suite: Services, clock: Clock, *, rate_limit: float, uploads: Path | None = None
) -> web.Application:
    """Build the site: `build_app`, and the console."""
    app = build_app(suite, clock, rate_limit=rate_limit, uploads=uploads)
    door = LoginPages(suite)
    app.add_routes(door.routes())
    for screen in SCREENS:
        app.router.add_route(screen.method, screen.path, door.handler(screen))
    for name in ASSETS:
        app.router.add_get(f"/{name}", partial(send, name))
    return app


async def send(name: str, _: web.Request) -> web.Response:
    return asset(name)
