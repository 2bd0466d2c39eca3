"""Bodies, read within limits of size and time: JSON into a model, a file to disk."""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Generic, TypeVar

from aiohttp import web
from multidict import MultiDictProxy
from pydantic import BaseModel

from dialer.api.http.answers import Nothing, reference
from dialer.api.http.parsing import parse_json
from dialer.api.http.problems import TooLarge, TooSlow, WrongMediaType
from dialer.domain.base.errors import DialerError, InvalidInput, Unavailable

MIB = 1024 * 1024
IDLE_S = 30.0
UPLOADS: web.AppKey[Path] = web.AppKey("uploads", Path)
"""Folder for incoming files."""

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Received(Generic[T]):
    """A body, and the SHA-256 of its bytes as sent."""

    value: T
    sha256: str


class Body(ABC, Generic[T]):
    """The body of a route: how to read it, and its OpenAPI description."""

    model: type[BaseModel] | None = None

    @abstractmethod
    def read(self, request: web.Request) -> AbstractAsyncContextManager[Received[T]]:
        """Read the body, valid inside the context.

        Raise `InvalidInput`, `TooLarge`, `TooSlow`, `WrongMediaType`.
        """

    @abstractmethod
    def describe(self) -> dict[str, Any] | None:
        """Return the OpenAPI request body, None where there is none."""


class NoBody(Body[Nothing]):
    """No body. Any bytes sent are ignored."""

    @asynccontextmanager
    async def read(self, request: web.Request) -> AsyncIterator[Received[Nothing]]:  # noqa: ARG002
        yield Received(Nothing(), "")

    def describe(self) -> None:
        return None


class JsonBody(Body[M]):
    """A JSON document.

    `optional`: an empty body means the model's defaults. `forgiving`: so does an unreadable one,
    where the request must not fail for its form. `any_type`: the stated media type is ignored,
    where an opposition would be lost with it. `long`: it is read in a thread, since it may be
    large.
    """

    def __init__(
        self,
        model: type[M],
        *,
        limit: int = MIB,
        optional: bool = False,
        forgiving: bool = False,
        any_type: bool = False,
        long: bool = False,
        parse: Callable[[type[M], bytes], M] = parse_json,
    ) -> None:
        self.model: type[M] = model
        self._parse = parse
        self._limit = limit
        self._optional = optional
        self._forgiving = forgiving
        self.any_type = any_type or forgiving
        self._long = long

    @asynccontextmanager
    async def read(self, request: web.Request) -> AsyncIterator[Received[M]]:
        try:
            raw = b"".join([chunk async for chunk in chunks(request, self._limit)])
            if raw and not self.any_type:
                _demand_json(request)
            if self._optional and not raw:
                value = self.model()
            elif self._long:
                value = await asyncio.to_thread(self._parse, self.model, raw)
            else:
                value = self._parse(self.model, raw)
        except DialerError:
            if not self._forgiving:
                raise
            raw, value = b"", self.model()
        yield Received(value, hashlib.sha256(raw).hexdigest())

    def describe(self) -> dict[str, Any]:
        return {
            "required": not self._optional,
            "content": {"application/json": {"schema": reference(self.model)}},
        }


def _demand_json(request: web.Request) -> None:
    kind = request.content_type
    if kind != "application/json" and not kind.endswith("+json"):
        raise WrongMediaType(f"the body is {kind}", hint="send JSON, as Content-Type: application/json")


class FileBody(Body[Path]):
    """A file, streamed to disk and deleted when the context ends."""

    def __init__(self, media_type: str, *, limit: int) -> None:
        self._media_type = media_type
        self._limit = limit

    @asynccontextmanager
    async def read(self, request: web.Request) -> AsyncIterator[Received[Path]]:
        digest = hashlib.sha256()
        with _kept():
            file = NamedTemporaryFile(dir=request.app[UPLOADS], prefix="upload-")  # noqa: SIM115
        with file:
            async for chunk in chunks(request, self._limit):
                digest.update(chunk)
                with _kept():
                    await asyncio.to_thread(file.write, chunk)
            with _kept():
                file.flush()
            yield Received(Path(file.name), digest.hexdigest())

    def describe(self) -> dict[str, Any]:
        schema = {"type": "string", "format": "binary"}
        return {"required": True, "content": {self._media_type: {"schema": schema}}}


@contextmanager
def _kept() -> Iterator[None]:
    """Raise `Unavailable` where the disk cannot store the body."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"the file cannot be taken in: {error.strerror}", hint="make room on the disk of the home"
        ) from None


async def chunks(request: web.Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body as it comes, at most `limit` bytes, each chunk within `IDLE_S`.

    Raise `TooLarge`, `TooSlow`.
    """
    too_large = TooLarge(f"the body is longer than {limit // MIB} MiB", hint="send less at once")
    if (request.content_length or 0) > limit:
        raise too_large
    received = 0
    while chunk := await _chunk(request):
        received += len(chunk)
        if received > limit:
            raise too_large
        yield chunk


async def read_form(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    """Read the fields of a form, which is short and comes whole within `IDLE_S`.

    Raise `TooSlow`.
    """
    try:
        async with asyncio.timeout(IDLE_S):
            return await request.post()
    except TimeoutError:
        raise TooSlow(f"the form did not come within {IDLE_S:.0f} s", hint="send it again") from None


async def _chunk(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(IDLE_S):
            return await request.content.readany()
    except TimeoutError:
        raise TooSlow(f"no more of the body came for {IDLE_S:.0f} s", hint="send it again") from None
    except web.RequestPayloadError:
        raise InvalidInput("the body is not encoded as its headers say") from None
