"""Text messages from outside: STOP is an opposition (FP-21); anything else changes nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialer.domain.access import Actor, Right
from dialer.domain.numbers.phone import every_reading
from dialer.domain.oppositions.sms_stop import stop_word
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.unit_of_work import Store
from dialer.services.oppositions.statements import StatedOpposition, UnderstoodOppositions
from dialer.services.oppositions.suppressions import Suppressions

if TYPE_CHECKING:
    from dialer.domain.base.types import CampaignId

PAGE = 1000


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message as the gateway hands it over: no part of it is trusted to be well-formed."""

    sender: str
    receiver: str
    text: str
    received_at: str | None = None


@dataclass(frozen=True, slots=True)
class SmsReading:
    """The reading of a message.

    `word` made it an opposition, None where none did. `sponsor` is the one opposed, None for every
    sponsor.
    """

    word: str | None
    sponsor: str | None
    understood: UnderstoodOppositions


class TextMessages:
    def __init__(self, store: Store[HasCampaigns], suppressions: Suppressions) -> None:
        self._store = store
        self._suppressions = suppressions

    async def receive(self, actor: Actor, message: TextMessage) -> SmsReading:
        """Read a message. Its opposition is in force when this returns.

        Raise `InvalidInput` only for a STOP whose sender holds no digit. Of the text, the word
        alone is kept: the rest is private.
        """
        actor.demand(Right.WEBHOOKS)
        word = stop_word(message.text)
        if word is None:
            return SmsReading(None, None, UnderstoodOppositions((), ()))
        sponsor = await self._addressed(message.receiver)
        objection = StatedOpposition(
            message.sender, OppositionChannel.SMS, sponsor, message.received_at, word
        )
        return SmsReading(word, sponsor, await self._suppressions.take(objection, actor.name))

    async def _addressed(self, receiver: str) -> str | None:
        """Return the only sponsor whose campaigns show this number.

        Return None where none shows it, or several share it.
        """
        meant = set(every_reading(receiver))
        sponsors: set[str] = set()
        last: CampaignId | None = None
        while True:
            async with self._store.read() as work:
                page = await work.campaigns.page(after=last, limit=PAGE)
            if not page:
                return sponsors.pop() if len(sponsors) == 1 else None
            sponsors |= {c.definition.sponsor.id for c in page if meant & c.definition.own_numbers}
            last = page[-1].id
