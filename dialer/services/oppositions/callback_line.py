"""The call-back line: the announcement to callers of a shown number, and their oppositions.

A PBX plays it with this service or without it. A campaign dials only with proof that the numbers it
shows reach the line (FP-17).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.electoral_silence import freeze, silence_plan
from dialer.domain.oppositions.suppression import OppositionChannel, sponsor_key
from dialer.domain.probes.probe import Probe, numbers_of, unproved
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.probes import HasProbes
from dialer.ports.telephony import Line, LineObjection, Telephony
from dialer.ports.unit_of_work import Store
from dialer.services.decision.decider import TrunkPlan
from dialer.services.oppositions.pbx_lock import sponsors_by_key
from dialer.services.oppositions.statements import StatedOpposition
from dialer.services.oppositions.suppressions import Suppressions

if TYPE_CHECKING:
    from dialer.domain.base.types import CampaignId


class LineProofs:
    """Proofs that the numbers that a campaign shows reach its call-back line (FP-17).

    A campaign on a loopback trunk shows its number to no outsider: it needs no proof, unless its
    file asks for one.
    """

    def __init__(self, store: Store[HasProbes], trunks: Mapping[str, TrunkPlan], clock: Clock) -> None:
        self._store = store
        self._trunks = trunks
        self._clock = clock

    def needed(self, campaign: Campaign) -> bool:
        trunk = self._trunks.get(campaign.definition.trunk)
        inside = trunk is not None and trunk.facts.loopback
        return not inside or campaign.definition.call.callback_probe == "required"

    async def latest(self, campaign: Campaign) -> dict[str, Probe]:
        """Return by number the last probe made for the campaign's sponsor."""
        async with self._store.read() as work:
            return await work.probes.latest(campaign.definition.sponsor.id, numbers_of(campaign))

    async def missing(self, campaign: Campaign) -> str:
        """Return why it may not dial, in one line; empty where it may."""
        if not self.needed(campaign):
            return ""
        return unproved(numbers_of(campaign), await self.latest(campaign), self._clock.now())


log = structlog.get_logger()

PAGE = 1000
_NATIONAL = re.compile(r"\+(?:(?:33|262|590|594|596)([0-9]{9})|1([0-9]{10}))")
LONGEST_CALL = timedelta(minutes=10)
"""A call to the line is cut then. A caller without a number by then will give none."""


class CallbackLine:
    def __init__(self, store: Store[HasCampaigns], suppressions: Suppressions, clock: Clock) -> None:
        self._store = store
        self._suppressions = suppressions
        self._clock = clock
        self._published: dict[str, frozenset[str]] = {}

    async def publish(self, telephony: Telephony, *, anew: bool = False) -> None:
        """Publish the lines.

        `anew`: ask the PBX for its lines first, since another process may have set them.
        """
        lines, pbx = lines_of(await self._campaigns()), telephony.pbx
        known = self._published.pop(pbx, None)
        await telephony.set_lines(lines, known=None if anew else known)
        self._published[pbx] = frozenset(line.number for line in lines)

    async def of(self, number: str, sponsor: str) -> Line | None:
        """Return the line of `number` (E.164) for the sponsor.

        Return None where none of its approved campaigns shows the number.
        """
        mine = [c for c in await self._campaigns() if c.definition.sponsor.id == sponsor]
        return next((line for line in lines_of(mine) if line.number == number.removeprefix("+")), None)

    async def waiting(self, telephony: Telephony) -> list[LineObjection]:
        """Return the oppositions not yet taken.

        A caller who has given no number may still type it until their call is over.
        """
        given_until = self._clock.now() - LONGEST_CALL
        objections = await telephony.line_objections()
        return [said for said in objections if said.number is not None or said.at < given_until]

    async def take(self, telephony: Telephony, objections: Sequence[LineObjection]) -> None:
        """Store the oppositions in one transaction, then clear them at the PBX.

        Entries without a usable number are cleared as well.
        """
        if not objections:
            return
        sponsors = await sponsors_by_key(self._store)
        said = [_said(entry, sponsors) for entry in objections if entry.number is not None]
        for error in await self._suppressions.take_all(said, telephony.pbx):
            log.error("an opposition that no number was given for", pbx=telephony.pbx, error=str(error))
        await telephony.clear_line_objections([entry.key for entry in objections])

    async def _campaigns(self) -> list[Campaign]:
        found: list[Campaign] = []
        last: CampaignId | None = None
        while True:
            async with self._store.read() as work:
                page = await work.campaigns.page(after=last, limit=PAGE)
            if not page:
                return found
            found += page
            last = page[-1].id


def _said(entry: LineObjection, sponsors: Mapping[str, str]) -> StatedOpposition:
    """Make the opposition. Where the line's sponsor is unknown, it counts against every sponsor."""
    return StatedOpposition(
        entry.number or "",
        OppositionChannel.INBOUND_CALL,
        sponsors.get(entry.sponsor_key),
        entry.at.isoformat(),
        "call-back line",
    )


def lines_of(campaigns: list[Campaign]) -> list[Line]:
    """Return one line for each number shown, in every form in which trunks write it.

    It is the line of the campaign approved last.
    """
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
    """Return the forms in which a trunk may write a dialled number: with or without its country."""
    digits = number.removeprefix("+")
    yield from (digits, f"00{digits}")
    if national := _NATIONAL.fullmatch(number):
        yield f"0{national[1]}" if national[1] else national[2]


def silence_of(campaign: Campaign) -> datetime | None:
    """Return when the message falls silent.

    The voting place of a caller is unknown: the earliest limit counts (FP-11), and the message
    stays withheld after the poll.
    """
    election = campaign.definition.election
    return freeze(silence_plan(election)) if election else None


BATCH = 500


class LineCollector:
    def __init__(self, line: CallbackLine, telephony: Telephony) -> None:
        self._line = line
        self._telephony = telephony
        self._waiting: list[LineObjection] = []

    async def collect(self) -> bool:
        """Take one batch; return whether to come again at once.

        The PBX is read anew once everything read before is taken.
        """
        fresh = not self._waiting
        waiting = await self._line.waiting(self._telephony) if fresh else self._waiting
        # Oppositions not stored now, for want of the database, are read again.
        self._waiting = []
        await self._line.take(self._telephony, waiting[:BATCH])
        self._waiting = waiting[BATCH:]
        return bool(self._waiting) or not fresh
