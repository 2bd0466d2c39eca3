"""One person: what is kept about them, and its erasing."""

import asyncio

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Nothing
from dialer.api.subject_wire import ErasedView, SubjectView
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.services.views.subject import erased_view, subject_view


async def show(asked: Asked[Nothing, Nothing]) -> View:
    subject = await asked.suite.subjects.export(asked.actor, asked.ids["number"])
    return await asyncio.to_thread(subject_view, subject)


async def erase(asked: Asked[Nothing, Nothing]) -> View:
    return erased_view(await asked.suite.subjects.erase(asked.actor, asked.ids["number"]))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/subjects/{number}",
        summary="Show all that is kept about a number, in any spelling. That it was shown is recorded.",
        rights=(Right.READ_SUBJECTS,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(SubjectView),
        handler=show,
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
