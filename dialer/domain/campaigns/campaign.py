"""A campaign's life: its states, and the verbs that move it between them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.errors import IllegalTransition
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign_definition import CampaignDefinition


class CampaignState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"

    @property
    def is_final(self) -> bool:
        """True where no verb leads on: no contact is called any more."""
        return self in FINAL_STATES


class CampaignVerb(StrEnum):
    APPROVE = "approve"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    COMPLETE = "complete"
    """Used by the dialling loop alone, when no contact is left to call."""


SILENT_WITH_OTHERS = frozenset({CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.PAUSED})
"""States in which a campaign's election silences the sponsor's other campaigns.

A pause does not end it.
"""

TRANSITIONS: dict[tuple[CampaignState, CampaignVerb], CampaignState] = {
    (CampaignState.DRAFT, CampaignVerb.APPROVE): CampaignState.APPROVED,
    (CampaignState.APPROVED, CampaignVerb.START): CampaignState.RUNNING,
    (CampaignState.RUNNING, CampaignVerb.PAUSE): CampaignState.PAUSED,
    (CampaignState.PAUSED, CampaignVerb.RESUME): CampaignState.RUNNING,
    (CampaignState.DRAFT, CampaignVerb.STOP): CampaignState.STOPPED,
    (CampaignState.APPROVED, CampaignVerb.STOP): CampaignState.STOPPED,
    (CampaignState.RUNNING, CampaignVerb.STOP): CampaignState.STOPPED,
    (CampaignState.PAUSED, CampaignVerb.STOP): CampaignState.STOPPED,
    (CampaignState.RUNNING, CampaignVerb.COMPLETE): CampaignState.COMPLETED,
}


def allowed_verbs(state: CampaignState) -> tuple[CampaignVerb, ...]:
    return tuple(verb for (source, verb) in TRANSITIONS if source is state)


FINAL_STATES = frozenset(state for state in CampaignState if not allowed_verbs(state))


def next_state(state: CampaignState, verb: CampaignVerb) -> CampaignState:
    """Return the state after `verb`. Raise `IllegalTransition` where the table has no row."""
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise IllegalTransition(verb, state, allowed_verbs(state)) from None


DEFAULT_REASON = "operator"
"""The reason of a pause or a stop where none is stated."""
RESTORED = "restored from a backup"
"""The first words of the reason of a pause by a restoration."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as stored. Times are UTC.

    `script` is the hash of its compiled prompts, once built.
    """

    id: CampaignId
    definition: CampaignDefinition
    state: CampaignState
    created_by: str
    created_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    self_approved: bool = False
    """Creator and approver are one person.

    Possible on loopback trunks only, and shown wherever the campaign is.
    """
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    """The reason of its pause or stop, as the person acting worded it."""
    script: str | None = None


def moved(
    campaign: Campaign,
    verb: CampaignVerb,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    self_approved: bool = False,
) -> Campaign:
    """Return the campaign after a move. Raise `IllegalTransition`."""
    after = replace(campaign, state=next_state(campaign.state, verb), reason=reason)
    match verb:
        case CampaignVerb.APPROVE:
            return replace(after, approved_by=by, approved_at=at, self_approved=self_approved)
        case CampaignVerb.START:
            return replace(after, started_at=at)
        case CampaignVerb.STOP | CampaignVerb.COMPLETE:
            return replace(after, ended_at=at)
        case CampaignVerb.PAUSE | CampaignVerb.RESUME:
            return after
