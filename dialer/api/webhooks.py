"""Messages from outside: what a text message gateway hands over."""

from pydantic import Field, JsonValue

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Nothing, Phone, Text, Wire
from dialer.domain.access.roles import Right
from dialer.services.oppositions.sms import TextMessage
from dialer.services.views.text_message import reading_view


class TextMessageBody(Wire):
    """`to` decides the sponsor where one sponsor's campaigns show that number. `received_at` absent or unreadable: now."""

    sender: Phone = Field(alias="from")
    to: str = ""
    text: str
    received_at: JsonValue = Field(default=None, examples=["2027-02-01T10:00:00+01:00"])

    def message(self) -> TextMessage:
        received_at = None if self.received_at is None else str(self.received_at)
        return TextMessage(self.sender, self.to, self.text, received_at)


class ReadingView(Wire):
    """`opposition`: whether the text asks to stop; `word`: by which word. `sponsor` null: every sponsor."""

    opposition: bool
    word: Text | None
    sponsor: str | None
    recorded: int
    warnings: list[str]


async def sms(asked: Asked[Nothing, TextMessageBody]) -> View:
    return reading_view(await asked.suite.text_messages.receive(asked.actor, asked.body.message()))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/webhooks/sms",
        summary="Hand over a text message. STOP, ARRET and their like are an opposition, in force when this returns.",
        rights=(Right.WEBHOOKS,),
        query=Nothing,
        body=JsonBody(TextMessageBody, any_type=True),
        answer=JsonAnswer(ReadingView),
        handler=sms,
    ),
)
