"""Call records, masked for readers who may not see whole numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.numbers.phone import parse_phone
from dialer.ports.calls import HasAttempts
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.ledger import HasLedger
from dialer.ports.records import CallFilter, CallRow
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.campaigns.scripts import Scripts


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as its reader may see it.

    `phone_number` is masked for readers who may not see it whole. `prompt_hashes` is SHA-256 by
    prompt name. `ledger_index` is of the decision, None until it is sealed.
    """

    attempt: Attempt
    external_id: str | None
    phone_number: str
    prompt_hashes: Mapping[str, str]
    ledger_index: int | None


class CallWork(HasAttempts, HasCampaigns, HasLedger, Protocol):
    """The unit of work that reads call records."""


@dataclass(frozen=True, slots=True)
class CallQuery:
    """A selection of calls: of a campaign, to a number in any plain spelling.

    `after` is the last attempt of the page before.
    """

    campaign_id: CampaignId | None = None
    phone_number: str | None = None
    after: AttemptId | None = None
    limit: int = 100


class CallRecords:
    def __init__(self, store: Store[CallWork], scripts: Scripts, fingerprints: Fingerprints) -> None:
        self._store = store
        self._scripts = scripts
        self._fingerprints = fingerprints

    async def get(self, actor: Actor, attempt_id: AttemptId) -> CallRecord:
        """Return one call. Raise `NotFound`."""
        actor.demand(Right.READ_CALLS)
        async with self._store.read() as work:
            row = await work.attempts.get(attempt_id)
        (record,) = await self.records(actor, [row])
        return record

    async def page(self, actor: Actor, query: CallQuery) -> list[CallRecord]:
        """Return calls in order of decision. Raise `NotFound` for an unknown campaign.

        Raise `PhoneError` for an invalid number: an empty list would mislead.
        """
        actor.demand(Right.READ_CALLS)
        fingerprint = self._fingerprints.of(parse_phone(query.phone_number)) if query.phone_number else None
        found = CallFilter(query.campaign_id, fingerprint, query.after, query.limit)
        async with self._store.read() as work:
            if query.campaign_id:
                await work.campaigns.get(query.campaign_id)
            rows = await work.attempts.calls(found)
        return await self.records(actor, rows)

    async def records(self, actor: Actor, rows: Sequence[CallRow]) -> list[CallRecord]:
        """Make the records of calls already read."""
        whole = actor.may(Right.READ_NUMBERS)
        async with self._store.read() as work:
            sealed = await work.ledger.permit_indices(row.attempt.id for row in rows)
        return [
            CallRecord(
                row.attempt,
                row.external_id,
                row.attempt.number if whole else masked(row.attempt.number),
                await self._scripts.hashes(row.attempt.script),
                sealed.get(row.attempt.id),
            )
            for row in rows
        ]


def masked(number: str) -> str:
    """Mask a number.

    Country code and last two digits are enough for an operator to recognise a call.
    """
    return f"{number[:3]}{'*' * max(0, len(number) - 5)}{number[-2:]}"
