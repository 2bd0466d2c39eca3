"""Answers of the API, as JSON or as a stream of events, and the base models that bodies share."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Annotated, Any, Generic, TypeVar

from aiohttp import web
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
)

from dialer.ports.records import ArchivedAnswer


class Wire(BaseModel):
    """A JSON object of the API. A misspelt key is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Wire):
    """No parameters, or an empty object."""


Phone = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A telephone number in any spelling."""
WireName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
WireText = Annotated[str, StringConstraints(max_length=2000)]


class Reason(Wire):
    """A reason, in the sender's own words."""

    reason: WireText = ""


class Page(Wire):
    """The part of a list to show. `cursor` is the `next_cursor` of the page before."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = None


T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
FEW_ITEMS = 50
LONGEST_PIECE = 64 * 1024


class Streams:
    """Answers without an end of their own, to be ended with the service."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    @contextmanager
    def running(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None, "a handler runs in a task"
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def end(self, _: web.Application) -> None:
        for task in self._tasks:
            task.cancel()


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


class Answer(ABC, Generic[T]):
    """The answer of a route when all goes well, with its OpenAPI description."""

    model: type[BaseModel] | None = None
    status: int = 200
    location: Callable[[Any], str] | None = None

    @abstractmethod
    async def send(self, request: web.Request, value: T) -> web.StreamResponse: ...

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Return the OpenAPI content of the answer."""


class KeptKind(Answer[T]):
    """An answer that can be given again."""

    async def open(self, request: web.Request, value: T) -> web.StreamResponse | None:  # noqa: ARG002
        """Send the head before the rest is known. Return None where both go together."""
        return None

    @abstractmethod
    async def keep(self, value: T) -> ArchivedAnswer:
        """Return the answer as it goes over the wire, fit to be given again."""

    async def send(self, request: web.Request, value: T) -> web.StreamResponse:
        opened = await self.open(request, value)
        return await deliver(opened, await self.keep(value))


class JsonAnswer(KeptKind[M]):
    """A view as JSON. `location` maps the view to the path of the thing shown."""

    def __init__(
        self, model: type[M], *, status: int = 200, location: Callable[[M], str] | None = None
    ) -> None:
        self.model: type[M] = model
        self.status = status
        self.location = location

    async def keep(self, value: M) -> ArchivedAnswer:
        return ArchivedAnswer(
            self.status, self.location(value) if self.location else None, await json_body(value)
        )

    def describe(self) -> dict[str, Any]:
        return {"application/json": {"schema": reference(self.model)}}


class EventAnswer(Answer[AsyncIterator[str]]):
    """Server-sent events. Each item is one event or comment, ready for the wire."""

    async def send(self, request: web.Request, value: AsyncIterator[str]) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        with request.app[STREAMS].running(), suppress(ConnectionError):
            await answer.prepare(request)
            async for event in value:
                await answer.write(event.encode())
        return answer

    def describe(self) -> dict[str, Any]:
        return {"text/event-stream": {"schema": {"type": "string"}}}


async def json_body(view: BaseModel) -> bytes:
    """Return the JSON of `view`.

    Long lists are written in a thread: the loop must turn meanwhile.
    """
    shown = view.root if isinstance(view, RootModel) else view
    items = sum(len(value) for _, value in shown if isinstance(value, tuple))
    text = shown.model_dump_json() if items <= FEW_ITEMS else await asyncio.to_thread(shown.model_dump_json)
    return text.encode()


async def deliver(opened: web.StreamResponse | None, kept: ArchivedAnswer) -> web.StreamResponse:
    """Send all of an answer, or the rest of one that was begun."""
    if opened is None:
        return render(kept)
    await opened.write(kept.body)
    await opened.write_eof()
    return opened


def render(kept: ArchivedAnswer) -> web.Response:
    """Render an answer. A long body goes out piece by piece."""
    headers = {"Location": kept.location} if kept.location else None
    body = kept.body if len(kept.body) <= LONGEST_PIECE else BytesIO(kept.body)
    return web.Response(
        status=kept.status, body=body, headers=headers, content_type="application/json", charset="utf-8"
    )


def reference(model: type[BaseModel]) -> dict[str, str]:
    """Refer to the schema of `model` in the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}
