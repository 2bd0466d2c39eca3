"""The steps around every request and answer, and the runner of the application.

Answers do not name the server. Paths are not logged, as they may hold telephone numbers.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.http_writer import StreamWriter
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict

from dialer.api.http.problems import answer_error, answer_http_error
from dialer.api.imports import OPENED
from dialer.domain.base.errors import DialerError
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter

log = structlog.get_logger()

PRETENDED_TIME = "Dialer-Pretended-Time"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into problem documents. Log an unforeseen one, and answer without its details."""
    try:
        return await handler(request)
    except DialerError as error:
        return tell(request, error)
    except web.HTTPException as error:
        return answer_http_error(error)
    except ConnectionError:
        raise  # the sender has gone
    except Exception as error:
        # Without the error's own words, which may hold a telephone number.
        where = traceback.format_tb(error.__traceback__)
        log.error("request failed", route=route_of(request), error=type(error).__name__, where=where)
        fault = DialerError("an unforeseen fault; the log says more", hint="tell whoever runs the service")
        return tell(request, fault)


def tell(request: web.Request, error: DialerError) -> web.Response:
    """Answer with a problem document.

    Where the answer has begun, break it off instead: no reader takes half a report for a whole one.
    """
    if OPENED not in request:
        return answer_error(error)
    log.error("answer broken off", route=route_of(request), error=error.code)
    if request.transport:
        request.transport.abort()
    raise ConnectionResetError("the answer broke off")


def measure(meter: Meter, clock: Clock) -> Middleware:
    @web.middleware
    async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = clock.monotonic()
        answer = await handler(request)
        meter.answered(request.method, route_of(request), answer.status, clock.monotonic() - started)
        return answer

    return measured


def write_headers(
    clock: Clock, *, pretended: bool
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    async def write(_: web.Request, answer: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if pretended:
            answer.headers[PRETENDED_TIME] = clock.now().isoformat(timespec="seconds")

    return write


def route_of(request: web.Request) -> str:
    """Return the route's pattern: a path may hold a telephone number."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


GRACE_S = 5.0
"""Time for requests in progress at a clean shutdown."""


class NamelessWriter(StreamWriter):
    """A writer without the Server header.

    It also covers answers that never reach the application, such as those to bytes that are no
    HTTP.
    """

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        headers.popall("Server", None)
        await super().write_headers(status_line, headers)


class ApiRunner(web.AppRunner):
    """A runner in the place of `web.AppRunner`. No access log: paths may hold telephone numbers."""

    def __init__(self, app: web.Application) -> None:
        super().__init__(app, access_log=None, shutdown_timeout=GRACE_S)

    async def setup(self) -> None:
        await super().setup()
        assert self.server is not None, "set up just now"
        make = self.server.request_factory

        def make_nameless(
            message: RawRequestMessage,
            payload: StreamReader,
            protocol: web.RequestHandler,
            _: AbstractStreamWriter,
            task: asyncio.Task[None],
        ) -> web.BaseRequest:
            return make(message, payload, protocol, NamelessWriter(protocol, task.get_loop()), task)

        self.server.request_factory = make_nameless
