"""Answers about campaigns, as the OpenAPI document describes them (`services/views/campaign.py` makes them)."""

from datetime import date

from pydantic import Field

from dialer.api.http.wire import Instant, Wire
from dialer.api.probe_wire import ProbeView
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.decision.decision_record import ReasonCode


class CampaignView(CampaignDefinition):
    """The keys of the campaign file that were given or have a default, and what happened to it since."""

    id: str
    state: CampaignState
    created_by: str
    created_at: Instant
    approved_by: str | None
    approved_at: Instant | None
    self_approved: bool = Field(
        description="Creator and approver are one person: possible on loopback trunks only."
    )
    started_at: Instant | None
    ended_at: Instant | None
    reason: str
    script: str | None = Field(description="Hash of the compiled prompts, once approved.")
    allowed: list[CampaignVerb] = Field(description="The transitions possible now.")


class CampaignList(Wire):
    items: list[CampaignView]
    next_cursor: str | None


class ProgressView(Wire):
    """`waiting` says why nothing is dialled at the moment; empty while it dials. `refused`: contacts by code of their last refusal."""

    id: str
    name: str
    state: CampaignState
    waiting: str
    contacts: int
    due: int
    calling: int
    closed: int
    attempts: int
    results: dict[str, int]
    refused: dict[str, int]
    next_due_at: Instant | None
    probe_required: bool = Field(
        description="Whether it dials only while its numbers are proved to reach its call-back line; not needed on loopback."
    )
    probes: list[ProbeView] = Field(description="The last call-back probe of each number that is shown.")


class PreflightDay(Wire):
    """How many could first be called on that day, and in which of its hours; the callees' local time."""

    day: date
    contacts: int
    hours: dict[str, int]


class ProblemView(Wire):
    where: str
    detail: str


class ReminderView(Wire):
    """A rule of the profile that people must keep themselves."""

    rule: str
    text: str


class PreflightView(Wire):
    """`contacts` = `called` + `never` + `undecided` (whose caps may lift later than was looked). `problems`: what an approval would refuse now."""

    id: str
    name: str
    from_: Instant = Field(alias="from", description="The instant from which it was foreseen.")
    contacts: int
    called: int
    never: int
    undecided: int
    reasons: dict[ReasonCode, int] = Field(description="Never called, by code; one contact may have several.")
    days: list[PreflightDay]
    dialling_s: int = Field(description="Seconds that one call to each takes at the campaign's pace.")
    problems: list[ProblemView]
    reminders: list[ReminderView]


class RecordingView(Wire):
    prompt: str
    bytes: int
