"""Webhooks: text messages from a gateway."""

from pydantic import Field, JsonValue

from dialer.api.http.answers import JsonAnswer
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, post
from dialer.api.http.wire import Nothing, Phone, Wire
from dialer.domain.access.roles import Right
from dialer.services.oppositions.sms import TextMessage
from dialer.views.suppression import ReadingView


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
        "/v1/webhooks/sms",
        "Hand over a text message. STOP, ARRET and their like are an opposition, in force when this returns.",
        (Right.WEBHOOKS,),
        JsonBody(TextMessageBody, any_type=True),
        JsonAnswer(ReadingView),
        sms,
    ),
)
