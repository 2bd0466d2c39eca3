"""The call-back line: what a PBX says to who rings the number they were shown, with this service or without it, and who objects there."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from dialer.domain.campaign import Campaign, CampaignId
from dialer.domain.campaign_terms import TERMS
from dialer.domain.errors import InvalidInput
from dialer.domain.silence import freeze
from dialer.domain.suppression import OppositionChannel, sponsor_key
from dialer.ports.clock import Clock
from dialer.ports.store import Store
from dialer.ports.telephony import Line, LineObjection, Telephony
from dialer.services.oppositions import Objection
from dialer.services.suppressions import Suppressions

log = structlog.get_logger()

PAGE = 1000
_NATIONAL = re.compile(r"\+(?:(?:33|262|590|594|596)([0-9]{9})|1([0-9]{10}))")
LONGEST_CALL = timedelta(minutes=10)
"""A call to the line is cut then: who has given no number until then will give none."""


class CallbackLine:
    def __init__(self, store: Store, suppressions: Suppressions, clock: Clock) -> None:
        self._store = store
        self._suppressions = suppressions
        self._clock = clock

    async def open(self, telephony: Telephony) -> None:
        """Take what was said while nobody listened, then tell the PBX what the line says from now on."""
        await self.collect(telephony)
        await self.publish(telephony)

    async def publish(self, telephony: Telephony) -> None:
        await telephony.set_lines(lines_of(await self._campaigns()))

    async def of(self, number: str, sponsor: str) -> Line | None:
        """What the line of `number` (E.164) says if it is the sponsor's; None where none of its approved campaigns shows it."""
        mine = [c for c in await self._campaigns() if c.definition.sponsor.id == sponsor]
        return next((line for line in lines_of(mine) if line.number == number.removeprefix("+")), None)

    async def collect(self, telephony: Telephony) -> None:
        """Store every opposition, then clear it at the PBX. What nobody can act on is cleared when its call is over."""
        objections = await telephony.line_objections()
        if not objections:
            return
        sponsors = {
            sponsor_key(c.definition.sponsor.id): c.definition.sponsor.id for c in await self._campaigns()
        }
        for objection in objections:
            if await self._taken(objection, sponsors.get(objection.sponsor_key), telephony.pbx):
                await telephony.clear_line_objections([objection.key])

    async def _taken(self, objection: LineObjection, sponsor: str | None, pbx: str) -> bool:
        """`sponsor` None: nobody knows whose number it was, so it counts against everybody."""
        if objection.number is None:
            return self._clock.now() > objection.at + LONGEST_CALL
        said = Objection(
            objection.number,
            OppositionChannel.INBOUND_CALL,
            sponsor,
            objection.at.isoformat(),
            "call-back line",
        )
        try:
            await self._suppressions.take(said, pbx)
        except InvalidInput as error:
            log.error("an opposition that no number was given for", pbx=pbx, error=str(error))
        return True

    async def _campaigns(self) -> list[Campaign]:
        found: list[Campaign] = []
        last: CampaignId | None = None
        while page := await self._store.campaigns.page(after=last, limit=PAGE):
            found += page
            last = page[-1].id
        return found


def lines_of(campaigns: list[Campaign]) -> list[Line]:
    """One line for each number shown, in every form in which trunks write it: that of the campaign approved last."""
    approved = sorted((c for c in campaigns if c.approved_at and c.script), key=_approved_at)
    lines = {form: line for campaign in approved for form, line in _lines(campaign)}
    return list(lines.values())


def _approved_at(campaign: Campaign) -> datetime:
    assert campaign.approved_at is not None
    return campaign.approved_at


def _lines(campaign: Campaign) -> Iterator[tuple[str, Line]]:
    key, silent_from = sponsor_key(campaign.definition.sponsor.id), silence_of(campaign)
    for number in sorted(campaign.definition.own_numbers):
        for form in written_forms(number):
            yield form, Line(form, campaign.script or "", key, silent_from)


def written_forms(number: str) -> Iterator[str]:
    """How a trunk may write the number that was dialled: with or without its country."""
    digits = number.removeprefix("+")
    yield from (digits, f"00{digits}")
    if national := _NATIONAL.fullmatch(number):
        yield f"0{national[1]}" if national[1] else national[2]


def silence_of(campaign: Campaign) -> datetime | None:
    """Nobody knows where who calls us votes: the earliest limit counts (FP-11), and after the poll the message stays withheld."""
    election = TERMS.of(campaign.definition).election
    return freeze(election) if election else None
