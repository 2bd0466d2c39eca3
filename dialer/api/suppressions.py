"""Oppositions: taken, checked, and lifted by an administrator."""

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import JsonBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.parsing import with_plus
from dialer.api.http.wire import Instant, Nothing, Phone, Text, Wire
from dialer.api.oppositions import OppositionBody
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.services.views.opposition import check_view, understood_view


class PhoneQuery(Wire):
    phone_number: Phone


class Removal(Wire):
    phone_number: Phone
    reason: Text


class Understood(Wire):
    """`recorded`: entries, one for each number that could be meant. `warnings`: what was stored otherwise than it was written."""

    recorded: int
    warnings: list[str]


class SuppressionView(Wire):
    sponsor: str | None
    channel: OppositionChannel
    received_at: Instant
    recorded_at: Instant
    recorded_by: str
    source: str | None
    note: str | None


class Checked(Wire):
    """`suppressed`: whether any opposition is in force."""

    suppressed: bool
    suppressions: list[SuppressionView]


class Removed(Wire):
    removed: int


async def add(asked: Asked[Nothing, OppositionBody]) -> View:
    return understood_view(await asked.suite.suppressions.add(asked.actor, asked.body.objection()))


async def check(asked: Asked[PhoneQuery, Nothing]) -> View:
    return check_view(await asked.suite.suppressions.check(asked.actor, with_plus(asked.query.phone_number)))


async def remove(asked: Asked[Nothing, Removal]) -> View:
    removal = asked.body
    return {
        "removed": await asked.suite.suppressions.remove(asked.actor, removal.phone_number, removal.reason)
    }


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/suppressions",
        summary="Record an opposition. In force, at every PBX that answers, when this returns.",
        rights=(Right.ADD_OPPOSITION,),
        query=Nothing,
        body=JsonBody(OppositionBody, any_type=True),
        answer=JsonAnswer(Understood, status=201),
        handler=add,
    ),
    Endpoint(
        method="GET",
        path="/v1/suppressions/check",
        summary="Tell whether a number is opposed, and since when.",
        rights=(Right.ADD_OPPOSITION, Right.READ_SUBJECTS),
        query=PhoneQuery,
        body=NoBody(),
        answer=JsonAnswer(Checked),
        handler=check,
    ),
    Endpoint(
        method="POST",
        path="/v1/suppressions/remove",
        summary="Lift every opposition of a number. Consents given before it stay void.",
        rights=(Right.REMOVE_OPPOSITION,),
        query=Nothing,
        body=JsonBody(Removal),
        answer=JsonAnswer(Removed),
        handler=remove,
        errors=(NotFound,),
    ),
)
