"""Data of one person: export and erasure."""

import asyncio

from dialer.api.http.answers import JsonAnswer
from dialer.api.http.bodies import NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get
from dialer.api.http.wire import Nothing
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.views.subject import ErasedView, SubjectView


async def show(asked: Asked[Nothing, Nothing]) -> SubjectView:
    subject = await asked.suite.subjects.export(asked.actor, asked.ids["number"])
    return await asyncio.to_thread(SubjectView.of, subject)


async def erase(asked: Asked[Nothing, Nothing]) -> ErasedView:
    return ErasedView.of(await asked.suite.subjects.erase(asked.actor, asked.ids["number"]))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/subjects/{number}",
        "Show all that is kept about a number, in any spelling. That it was shown is recorded.",
        (Right.READ_SUBJECTS,),
        Nothing,
        SubjectView,
        show,
    ),
    Endpoint(
        method="DELETE",
        path="/v1/subjects/{number}",
        summary="Erase a number for good. Its oppositions stay in force, its consents are taken back; refused while it is being called.",
        rights=(Right.ERASE,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(ErasedView),
        handler=erase,
        errors=(Conflict,),
    ),
)
