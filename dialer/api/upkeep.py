"""Retention over HTTP, and the data of one person: shown, and erased for good."""

import asyncio

from dialer.api.http.answers import JsonAnswer, Nothing
from dialer.api.http.bodies import NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get
from dialer.domain.access import Right
from dialer.domain.base.errors import Conflict
from dialer.views.subjects import ErasedView, SubjectView
from dialer.views.upkeep import RetentionView


async def show_retention(asked: Asked[Nothing, Nothing]) -> RetentionView:
    return RetentionView.of(await asked.suite.retention.status(asked.actor))


async def show_subject(asked: Asked[Nothing, Nothing]) -> SubjectView:
    subject = await asked.suite.subjects.export(asked.actor, asked.ids["number"])
    return await asyncio.to_thread(SubjectView.of, subject)


async def erase(asked: Asked[Nothing, Nothing]) -> ErasedView:
    return ErasedView.of(await asked.suite.subjects.erase(asked.actor, asked.ids["number"]))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/retention",
        "Show when personal data was erased, and when it will be.",
        (Right.READ_EVIDENCE,),
        Nothing,
        RetentionView,
        show_retention,
    ),
    get(
        "/v1/subjects/{number}",
        "Show all that is kept about a number, in any spelling. That it was shown is recorded.",
        (Right.READ_SUBJECTS,),
        Nothing,
        SubjectView,
        show_subject,
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
