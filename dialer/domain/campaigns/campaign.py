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
        """Return whether no verb leads on: no contact is called any more."""
        return self in FINAL_STATES


class CampaignVerb(StrEnum):
    APPROVE = "approve"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    COMPLETE = "complete"
    """The verb of the dialling loop alone, when no contact is left to call."""


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


class PauseCause(StrEnum):
    """Causes of a pause. Programs decide by the cause; the reason is for people."""

    OPERATOR = "operator"
    """A person."""
    RESTORED = "restored"
    """A restoration: the last calls before it may be unknown."""
    SCRIPT = "script"
    """Its audio is not the approved one, or is missing on a PBX."""
    SILENCE = "silence"
    """Too many callees answered and heard nothing."""
    TRUNK = "trunk"
    """Its trunk gets no calls through."""
    PROBE = "probe"
    """Its number does not answer as it must (FP-17)."""
    REVIEW = "review"
    """Many of its contacts could not be judged."""
    ERROR = "error"
    """An internal error of this program."""


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
    """The reason of its pause or stop, in words for people."""
    script: str | None = None
    pause_cause: PauseCause | None = None
    """None where it is not paused, or was paused before causes were stored (schema 0035)."""


def moved(
    campaign: Campaign,
    verb: CampaignVerb,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    cause: PauseCause | None = None,
    self_approved: bool = False,
) -> Campaign:
    """Return the campaign after a move. A pause, and nothing else, has a cause.

    Raise `IllegalTransition`.
    """
    assert (cause is not None) == (verb is CampaignVerb.PAUSE), "a pause has a cause"
    state = next_state(campaign.state, verb)
    after = replace(campaign, state=state, reason=reason, pause_cause=cause)
    match verb:
        case CampaignVerb.APPROVE:
            return replace(after, approved_by=by, approved_at=at, self_approved=self_approved)
        case CampaignVerb.START:
            return replace(after, started_at=at)
        case CampaignVerb.STOP | CampaignVerb.COMPLETE:
            return replace(after, ended_at=at)
        case CampaignVerb.PAUSE | CampaignVerb.RESUME:
            return after
