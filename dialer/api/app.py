"""Assembly of the HTTP application."""

import tempfile
from importlib.metadata import version
from pathlib import Path

from aiohttp import web

from dialer.api import (
    calls,
    campaigns,
    consent,
    decision,
    external_lists,
    ledger,
    operations,
    oppositions,
    probes,
    upkeep,
)
from dialer.api.http.answers import STREAMS, Streams
from dialer.api.http.authentication import RateLimiter, keeping_roll
from dialer.api.http.bodies import UPLOADS
from dialer.api.http.endpoint import AnyEndpoint
from dialer.api.http.gate import Gate
from dialer.api.http.openapi import describe
from dialer.api.http.server import answer_problems, measure, write_headers
from dialer.api.operations import PublicPages
from dialer.ports.clock import Clock
from dialer.services.operations.suite import Services

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *campaigns.ENDPOINTS,
    *consent.ENDPOINTS,
    *oppositions.ENDPOINTS,
    *external_lists.ENDPOINTS,
    *decision.ENDPOINTS,
    *calls.ENDPOINTS,
    *ledger.ENDPOINTS,
    *probes.ENDPOINTS,
    *upkeep.ENDPOINTS,
    *operations.ENDPOINTS,
)
HEADERS_S = 10
"""Limit on the time to the headers of a request, from the connection or from the last answer."""


def build_app(
    suite: Services, clock: Clock, *, rate_limit: float, uploads: Path | None = None
) -> web.Application:
    """Build the application.

    `rate_limit` is in requests a second for each token. `uploads` is an existing folder with room
    for incoming lists, by default the system's folder for temporary files.
    """
    gate = Gate(suite, RateLimiter(rate_limit, clock.monotonic))
    app = web.Application(
        middlewares=[measure(suite.metrics.meter, clock), answer_problems],
        handler_args={"keepalive_timeout": HEADERS_S},
    )
    app[UPLOADS] = uploads or Path(tempfile.gettempdir())
    app[STREAMS] = Streams()
    app.on_shutdown.append(app[STREAMS].end)
    app.cleanup_ctx.append(keeping_roll(suite.tokens))
    for endpoint in ENDPOINTS:
        app.router.add_route(endpoint.method, endpoint.path, gate.handler(endpoint))
    document = describe(ENDPOINTS, version("dialer"))
    app.add_routes(PublicPages(gate, suite, document).routes())
    app.on_response_prepare.append(write_headers(clock, pretended=suite.system.pretended))
    return app
