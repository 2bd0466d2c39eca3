"""Acts on campaigns, the calls of theirs, and the machine that makes them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from dialer.domain.base.halt import Halt
from dialer.domain.base.types import AttemptId, CampaignId, HaltId
from dialer.domain.campaigns.campaign import Campaign, CampaignVerb, PauseCause
from dialer.domain.probes.probe import Probe
from dialer.ports.pbx import Driver, Heartbeat
from dialer.ports.records import (
    CampaignSnapshot,
    ClaimDecision,
    Progression,
)
from dialer.services.acts.campaigns import (
    add_campaign,
    change_poll_dates,
    freeze_script,
    move_campaign,
    standing_of,
)
from dialer.services.acts.progressions import commit_progressions
from dialer.services.calls import trunk_breaker
from dialer.services.dialing.claim import ClaimWatch, JudgeContact, claim_contacts
from dialer.services.dialing.sending import take_off
from dialer.services.pbx import halts
from dialer.services.pbx.lease import give_up_lease, take_lease
from dialer.services.probes import add_probe
from tests.harness.acts.base import Acts

if TYPE_CHECKING:
    from dialer.adapters.sql.calls import SqlAttemptRepository, SqlTrunkRepository
    from dialer.adapters.sql.campaigns import SqlCampaignRepository
    from dialer.adapters.sql.decision import SqlDecisionRepository
    from dialer.adapters.sql.pbx import SqlHaltRepository, SqlLeaseRepository
    from dialer.adapters.sql.probes import SqlProbeRepository
else:
    SqlAttemptRepository = SqlTrunkRepository = SqlCampaignRepository = object
    SqlDecisionRepository = SqlHaltRepository = SqlLeaseRepository = object
    SqlProbeRepository = object


class AttemptActs(Acts, SqlAttemptRepository):
    noun = "attempts"

    async def claim(
        self,
        campaign_id: CampaignId,
        *,
        now: datetime,
        limit: int,
        permits: int,
        judge: JudgeContact,
        watch: ClaimWatch | None = None,
    ) -> list[ClaimDecision]:
        async with self.store.write() as work:
            return await claim_contacts(
                work, campaign_id, now=now, limit=limit, permits=permits, judge=judge, watch=watch
            )

    async def originating(
        self, attempt_ids: Sequence[AttemptId], *, at: datetime, driver: Driver
    ) -> list[AttemptId]:
        async with self.store.write() as work:
            return await take_off(work, attempt_ids, at=at, driver=driver)

    async def commit(self, progressions: Sequence[Progression]) -> None:
        async with self.store.write() as work:
            await commit_progressions(work, progressions)


class CampaignActs(Acts, SqlCampaignRepository):
    noun = "campaigns"

    async def add(self, campaign: Campaign) -> None:
        async with self.store.write() as work:
            await add_campaign(work, campaign)

    async def move(
        self,
        campaign_id: CampaignId,
        verb: CampaignVerb,
        *,
        by: str,
        at: datetime,
        reason: str = "",
        self_approved: bool = False,
    ) -> Campaign:
        """Move the campaign. A pause is an operator's."""
        cause = PauseCause.OPERATOR if verb is CampaignVerb.PAUSE else None
        async with self.store.write() as work:
            return await move_campaign(
                work, campaign_id, verb, by=by, at=at, reason=reason, cause=cause, self_approved=self_approved
            )

    async def set_script(self, campaign_id: CampaignId, script: str) -> None:
        async with self.store.write() as work:
            await freeze_script(work, campaign_id, script)

    async def change_poll_dates(
        self, campaign_id: CampaignId, dates: Mapping[str, date], *, by: str, at: datetime, reason: str
    ) -> Campaign:
        async with self.store.write() as work:
            return await change_poll_dates(work, campaign_id, dates, by=by, at=at, reason=reason)

    async def standing(self, campaign_id: CampaignId) -> CampaignSnapshot:
        async with self.store.read() as work:
            return await standing_of(work, campaign_id)


class DecisionActs(Acts, SqlDecisionRepository):
    noun = "decisions"


class HaltActs(Acts, SqlHaltRepository):
    noun = "halts"

    async def begin_halt(self, halt: Halt) -> bool:
        async with self.store.write() as work:
            return await halts.begin_halt(work, halt)

    async def end_halts(self, ids: Iterable[HaltId], *, by: str, at: datetime, reason: str) -> bool:
        async with self.store.write() as work:
            return await halts.end_halts(work, list(ids), by=by, at=at, reason=reason)


class LeaseActs(Acts, SqlLeaseRepository):
    noun = "leases"

    async def take(self, driver: Driver, *, silent: Heartbeat | None = None) -> Heartbeat:
        return await take_lease(self.store, driver, silent=silent)

    async def give_up(self, driver: Driver) -> None:
        await give_up_lease(self.store, driver)


class ProbeActs(Acts, SqlProbeRepository):
    noun = "probes"

    async def add(self, probe: Probe) -> None:
        async with self.store.write() as work:
            await add_probe(work, probe)


class TrunkActs(Acts, SqlTrunkRepository):
    noun = "trunks"

    async def reached(self, trunk: str, country_code: str, *, before: datetime, at: datetime) -> int:
        return await trunk_breaker.trunk_reached(self.store, trunk, country_code, before=before, at=at)
