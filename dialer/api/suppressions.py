"""Oppositions: recorded, looked up, and lifted by an administrator."""

from dialer.api.http.answers import JsonAnswer
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, get, post
from dialer.api.http.parsing import with_plus
from dialer.api.http.wire import Nothing, Phone, Text, Wire
from dialer.api.oppositions import OppositionBody
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import NotFound
from dialer.views.suppression import CheckedView, RemovedView, UnderstoodView


class PhoneQuery(Wire):
    phone_number: Phone


class Removal(Wire):
    phone_number: Phone
    reason: Text


async def add(asked: Asked[Nothing, OppositionBody]) -> UnderstoodView:
    return UnderstoodView.of(await asked.suite.suppressions.add(asked.actor, asked.body.objection()))


async def check(asked: Asked[PhoneQuery, Nothing]) -> CheckedView:
    number = with_plus(asked.query.phone_number)
    return CheckedView.of(await asked.suite.suppressions.check(asked.actor, number))


async def remove(asked: Asked[Nothing, Removal]) -> RemovedView:
    number, reason = asked.body.phone_number, asked.body.reason
    return RemovedView(removed=await asked.suite.suppressions.remove(asked.actor, number, reason))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    post(
        "/v1/suppressions",
        "Record an opposition. In force, at every PBX that answers, when this returns.",
        (Right.ADD_OPPOSITION,),
        JsonBody(OppositionBody, any_type=True),
        JsonAnswer(UnderstoodView, status=201),
        add,
    ),
    get(
        "/v1/suppressions/check",
        "Tell whether a number is opposed, and since when.",
        (Right.ADD_OPPOSITION, Right.READ_SUBJECTS),
        PhoneQuery,
        CheckedView,
        check,
    ),
    post(
        "/v1/suppressions/remove",
        "Lift every opposition of a number. Consents given before it stay void.",
        (Right.REMOVE_OPPOSITION,),
        JsonBody(Removal),
        JsonAnswer(RemovedView),
        remove,
        errors=(NotFound,),
    ),
)
