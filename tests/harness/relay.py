"""A TCP relay between a service and a PBX: it can be cut, and it keeps the service's requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass(slots=True)
class Relay:
    """`port` leads to `target`. `asked`: the AMI actions of each connection, in their order."""

    target: int
    port: int = 0
    down: bool = False
    asked: list[list[str]] = field(default_factory=list)
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Let nothing through until it is mended."""
        self.down = True
        for writer in self.open:
            writer.transport.abort()

    def mend(self) -> None:
        self.down = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(HOST, self.target)
        both = {writer, far_writer}
        self.open |= both
        with suppress(OSError, asyncio.IncompleteReadError):
            self.asked.append([])
            forward = self._forward(reader, far_writer, self.asked[-1])
            await asyncio.gather(forward, self._back(far_reader, writer))
        self.open -= both
        for each in both:
            each.transport.abort()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[str]
    ) -> None:
        while line := await reader.readline():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "action":
                asked.append(value.strip())
            writer.write(line)
            await writer.drain()
        writer.transport.abort()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def relay_to(port: int) -> AsyncIterator[Relay]:
    relay = Relay(port)
    server = await asyncio.start_server(relay.serve, HOST, 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        relay.cut()
        server.close()
