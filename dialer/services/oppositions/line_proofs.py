"""Proof that the numbers that a campaign shows reach its call-back line (FP-17)."""

from collections.abc import Mapping

from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.probes.probe import Probe, numbers_of, unproved
from dialer.ports.clock import Clock
from dialer.ports.probes import HasProbes
from dialer.ports.unit_of_work import Store
from dialer.services.decision.decider import TrunkPlan


class LineProofs:
    """Proofs of lines. A campaign on a loopback trunk shows its number to no outsider.

    It needs no proof, unless its file asks for one.
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
        """Why it may not dial, in one line; empty where it may."""
        if not self.needed(campaign):
            return ""
        return unproved(numbers_of(campaign), await self.latest(campaign), self._clock.now())
