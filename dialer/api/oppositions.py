"""Oppositions over HTTP: recorded, looked up, lifted, and read from a gateway's text messages.

An administrator alone lifts them.
"""

from pydantic import Field, JsonValue

from dialer.api.http.answers import JsonAnswer, Nothing, Phone, Wire, WireText
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, get, post
from dialer.api.http.parsing import with_plus
from dialer.domain.access import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.services.oppositions.sms import TextMessage
from dialer.services.oppositions.statements import StatedOpposition
from dialer.views.oppositions import CheckedView, ReadingView, RemovedView, UnderstoodView


class OppositionBody(Wire):
    """An opposition or withdrawal.

    Without `sponsor` it covers every sponsor. Without a readable `received_at` it counts from now:
    the time never stands in the way of an opposition.
    """

    phone_number: Phone
    channel: OppositionChannel
    sponsor: str | None = None
    received_at: JsonValue = Field(default=None, examples=["2027-02-01T10:00:00+01:00"])
    note: str | None = None

    def objection(self) -> StatedOpposition:
        received_at = None if self.received_at is None else str(self.received_at)
        return StatedOpposition(self.phone_number, self.channel, self.sponsor, received_at, self.note)


class PhoneQuery(Wire):
    phone_number: Phone


class Removal(Wire):
    phone_number: Phone
    reason: WireText


async def add(asked: Asked[Nothing, OppositionBody]) -> UnderstoodView:
    return UnderstoodView.of(await asked.suite.suppressions.add(asked.actor, asked.body.objection()))


async def check(asked: Asked[PhoneQuery, Nothing]) -> CheckedView:
    number = with_plus(asked.query.phone_number)
    return CheckedView.of(await asked.suite.suppressions.check(asked.actor, number))


async def remove(asked: Asked[Nothing, Removal]) -> RemovedView:
    number, reason = asked.body.phone_number, asked.body.reason
    return RemovedView(removed=await asked.suite.suppressions.remove(asked.actor, number, reason))


class TextMessageBody(Wire):
    """A text message.

    `to` decides the sponsor where one sponsor's campaigns show that number. Without a readable
    `received_at` it counts from now.
    """

    sender: Phone = Field(alias="from")
    to: str = ""
    text: str
    received_at: JsonValue = Field(default=None, examples=["2027-02-01T10:00:00+01:00"])

    def message(self) -> TextMessage:
        received_at = None if self.received_at is None else str(self.received_at)
        return TextMessage(self.sender, self.to, self.text, received_at)


async def sms(asked: Asked[Nothing, TextMessageBody]) -> ReadingView:
    return ReadingView.of(await asked.suite.text_messages.receive(asked.actor, asked.body.message()))


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
    post(
        "/v1/webhooks/sms",
        "Hand over a text message. STOP, ARRET and their like are an opposition, in force when this returns.",
        (Right.WEBHOOKS,),
        JsonBody(TextMessageBody, any_type=True),
        JsonAnswer(ReadingView),
        sms,
    ),
)
