"""The answer to an import over HTTP, begun before the import has ended.

Its head goes out as soon as the list can no longer be refused. Its `Location` can be followed
meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from dialer.api.http.answers import KeptKind, json_body, reference
from dialer.api.http.endpoint import Asked
from dialer.domain.base.types import ImportId
from dialer.ports.records import ArchivedAnswer
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportProgress, ImportSource, new_import_id
from dialer.views.consent import ReportView

OPENED = web.RequestKey("opened", bool)
"""Key of requests whose answer has begun. A later error can only break the answer off."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An import whose file was accepted."""

    import_id: ImportId
    report: asyncio.Task[ImportReport]


async def begin(asked: Asked[Any, Path], run: Callable[[ImportSource], Awaitable[ImportReport]]) -> Begun:
    """Start an import.

    Return once the file has been checked whole; raise the error that refuses it.
    """
    import_id, checked = new_import_id(), asyncio.Event()

    async def work() -> ImportReport:
        with asked.suite.import_reports.followed(import_id) as listener:

            def listen(progress: ImportProgress) -> None:
                listener(progress)
                if progress.phase == "import":
                    checked.set()

            return await run(ImportSource(asked.body, "sent over HTTP", listen, import_id))

    report, waiting = asyncio.create_task(work()), asyncio.create_task(checked.wait())
    try:
        await asyncio.wait({report, waiting}, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        report.cancel()
        await asyncio.wait({report})
        raise
    finally:
        waiting.cancel()
    if report.done():
        report.result()
    return Begun(import_id, report)


class ReportAnswer(KeptKind[Begun]):
    """The report, as the body of an answer whose head may be long out."""

    model = ReportView
    location = staticmethod(lambda begun: f"/v1/imports/{begun.import_id}")

    async def open(self, request: web.Request, value: Begun) -> web.StreamResponse:
        answer = web.StreamResponse(
            headers={"Content-Type": "application/json; charset=utf-8", "Location": self.location(value)}
        )
        try:
            await answer.prepare(request)
        except ConnectionError:
            # The sender has gone; the list is imported all the same.
            await value.report
            raise
        request[OPENED] = True
        return answer

    async def keep(self, value: Begun) -> ArchivedAnswer:
        report = await value.report
        return ArchivedAnswer(self.status, self.location(value), await json_body(ReportView.of(report)))

    def describe(self) -> dict[str, Any]:
        return {"application/json": {"schema": reference(self.model)}}
