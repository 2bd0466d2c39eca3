"""Runner of the application that hides the name of the server."""

import asyncio

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.http_writer import StreamWriter
from multidict import CIMultiDict

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
