"""The applier of call events, which makes them durable.

Events become progressions, committed in batches. Only then is the PBX's outbox cleared.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import AttemptId, CampaignId, ContactId
from dialer.domain.calls import retry
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.attempt_transitions import SHUT, apply_event
from dialer.domain.calls.call_events import CallEvent, Ended, MachineFound, MachineSpoken, Opposed
from dialer.domain.calls.outcome import REJECTED, unwanted
from dialer.domain.calls.trunk_health import silence_after_answer
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression, pbx_entries
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.ports.records import ContactChange, Progression
from dialer.ports.telephony import Telephony
from dialer.ports.unit_of_work import Store
from dialer.services.acts.progressions import ProgressionWork, commit_progressions
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.unknown_calls import UnknownCalls
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()

UNWANTED_NOTE = "the telephone answered 607 Unwanted (RFC 8197)"


class CallEventWork(ProgressionWork, HasCampaigns, Protocol):
    """The unit of work of call events: progressions, and the definitions of their campaigns."""


class CallEventApplier:
    """The only writer of attempts beside the dialling loop.

    One consumer a PBX calls it, so no attempt has two writers.
    """

    def __init__(
        self,
        store: Store[CallEventWork],
        fleet: Fleet,
        live_calls: LiveCalls,
        clock: Clock,
        meter: Meter,
        call_guards: CallGuards,
        unknown_calls: UnknownCalls,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._live_calls = live_calls
        self._call_guards = call_guards
        self._unknown_calls = unknown_calls
        self._clock = clock
        self._meter = meter
        self._definitions: dict[CampaignId, CampaignDefinition] = {}

    async def apply(self, telephony: Telephony, events: Sequence[CallEvent]) -> None:
        """Fold the events, commit, then inform the PBXs.

        Raise `Unavailable` where the store is away: nothing was applied then.
        """
        async with self._store.read() as work:
            before = await work.attempts.get_many({event.attempt_id for event in events})
        after = fold(before, events)
        await self.commit(
            [attempt for attempt in after.values() if attempt is not before[attempt.id]], before
        )
        over = [a for a in after.values() if before[a.id].alive and not a.alive]
        await self._call_guards.check(telephony.pbx, over)
        strange = [event for event in events if event.attempt_id not in before]
        if strange:
            await self._unknown_calls.take(telephony, strange)
        await self._settle(telephony, [event for event in events if event.attempt_id in before], after)

    async def rest(self, trunk: str, until: datetime) -> None:
        """Send the trunk no call before `until`, as it asks."""
        await self._call_guards.trunks.rest(trunk, until)

    async def commit(self, attempts: Sequence[Attempt], before: dict[AttemptId, Attempt]) -> None:
        """Commit attempts that moved on, each with its opposition and its contact's new state."""
        if not attempts:
            return
        async with self._store.read() as work:
            made = await work.attempts.made({attempt.contact_id for attempt in attempts if not attempt.alive})
        progressions = [await self._progression(attempt, before[attempt.id], made) for attempt in attempts]
        async with self._store.write() as work:
            await commit_progressions(work, progressions)
        for attempt in attempts:
            self._live_calls.put(attempt)
            self._tell(before[attempt.id], attempt)
        opposed = [p.suppression for p in progressions if p.suppression]
        if opposed:
            await self._fleet.suppress(pbx_entries(opposed))

    def _tell(self, before: Attempt, after: Attempt) -> None:
        """Report progress to the figures and the log."""
        told = log.bind(attempt=after.id, campaign=after.campaign_id, pbx=after.pbx)
        if after.dialed_at and not before.dialed_at:
            self._meter.dialled(after.trunk)
        if after.opposed_at and not before.opposed_at:
            self._meter.opposed((self._clock.now() - after.opposed_at).total_seconds())
            told.info("opposed")
        if before.alive and not after.alive:
            result = after.result or after.state.upper()
            self._meter.ended(result)
            told.info("attempt over", result=result, why=after.lapse_reason)
            if after.sip_code == REJECTED:
                told.warning(
                    "rejected by an intermediary (SIP 608)", trunk=after.trunk, shown=after.caller_id
                )
            if (silence := silence_after_answer(after)) is not None:
                self._meter.waited(silence.total_seconds())
            if after.ended_outside_window:
                told.info("ended_outside_window", open_until=after.open_until, ended_at=after.ended_at)

    async def _progression(
        self, attempt: Attempt, before: Attempt, made: dict[ContactId, retry.Made]
    ) -> Progression:
        newly_opposed = attempt.opposed_at and not before.opposed_at
        newly_final = before.alive and not attempt.alive
        refuses_all = newly_final and unwanted(attempt)
        return Progression(
            attempt,
            self._opposition(attempt) if newly_opposed or refuses_all else None,
            await self._contact(attempt, made.get(attempt.contact_id, retry.Made())) if newly_final else None,
            voids=bool(newly_final and retry.number_gone(attempt)),
        )

    def _opposition(self, attempt: Attempt) -> Suppression:
        """Make the opposition of a 9, or of the telephone's answer "607 Unwanted"."""
        now, pressed = self._clock.now(), attempt.opposed_at
        return Suppression(
            fingerprint=attempt.fingerprint,
            sponsor=attempt.sponsor,
            channel=OppositionChannel.DTMF if pressed else OppositionChannel.PHONE,
            received_at=pressed or attempt.ended_at or now,
            recorded_at=now,
            recorded_by=attempt.pbx,
            source=attempt.id,
            note=None if pressed else UNWANTED_NOTE,
        )

    async def _contact(self, attempt: Attempt, made: retry.Made) -> ContactChange:
        """Return the state of the contact after a final attempt.

        `made` does not count this attempt yet, which is still alive in the store.
        """
        match attempt.state:
            case AttemptState.LAPSED:
                if attempt.lapse_reason in SHUT:
                    return retry.Due(self._clock.now())
                return retry.Due(self._clock.now() + retry.wait_after_failures(made.failed + 1))
            case AttemptState.LOST:
                return retry.ContactClosed(retry.ClosedReason.LOST)
            case _:
                return retry.after_call(attempt, made, await self._definition(attempt.campaign_id))

    async def _definition(self, campaign_id: CampaignId) -> CampaignDefinition:
        """Return the campaign's definition, read once.

        After approval only poll dates may change, and nothing here looks at them.
        """
        if campaign_id not in self._definitions:
            async with self._store.read() as work:
                self._definitions[campaign_id] = (await work.campaigns.get(campaign_id)).definition
        return self._definitions[campaign_id]

    async def _settle(
        self,
        telephony: Telephony,
        events: Sequence[CallEvent],
        after: dict[AttemptId, Attempt],
    ) -> None:
        """Clear the committed entries and hang up on machines.

        A PBX that is away is settled at its recovery.
        """
        try:
            await telephony.clear_opposed(
                [event.attempt_id for event in events if isinstance(event, Opposed)]
            )
            for event in events:
                if isinstance(event, MachineFound | MachineSpoken):
                    await self._answer_machine(telephony, event, after[event.attempt_id])
            await telephony.clear_ended([event.attempt_id for event in events if isinstance(event, Ended)])
        except Unavailable as error:
            log.warning("pbx not settled", pbx=telephony.pbx, error=str(error))

    async def _answer_machine(
        self, telephony: Telephony, event: MachineFound | MachineSpoken, attempt: Attempt
    ) -> None:
        """Hang up before its beep, or have the short text left on it after that (FP-28)."""
        if not attempt.alive:
            return
        if (await self._definition(attempt.campaign_id)).machine.mode == "message":
            await telephony.leave_message(attempt.id, spoken=isinstance(event, MachineSpoken))
        elif isinstance(event, MachineFound):
            await telephony.hang_up(attempt.id)


def fold(before: dict[AttemptId, Attempt], events: Sequence[CallEvent]) -> dict[AttemptId, Attempt]:
    """Return every known attempt after all its events, in order."""
    after = dict(before)
    for event in events:
        if attempt := after.get(event.attempt_id):
            after[attempt.id] = apply_event(attempt, event)
    return after
