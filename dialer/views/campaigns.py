"""Campaigns: definition, script, state, progress and preflight."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer

from dialer.domain.calls.attempt import Result
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb, PauseCause, allowed_verbs
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.decision.record import ReasonCode
from dialer.ports.campaigns import CompiledPrompt, CompiledScript
from dialer.services.campaigns.progress import CampaignProgress
from dialer.services.preflight import PreflightReport
from dialer.views.base import AT, CAMPAIGN_ID, SHA256, Instant, Listing, View, about
from dialer.views.probes import ProbeView


class CompiledPromptView(View):
    """The audio of one prompt."""

    name: Annotated[str, about("Name of the prompt.", "message")]
    seconds: Annotated[float, about("Its length, in seconds.", 12.345)]
    voice: Annotated[Literal["synthetic", "recorded"], about("Who speaks.", "synthetic")]
    sha256: Annotated[str, about("SHA-256 of its audio, A-law at 8 kHz.", SHA256)]

    @classmethod
    def of(cls, prompt: CompiledPrompt) -> Self:
        return cls(
            name=prompt.name,
            seconds=round(prompt.duration_ms / 1000, 3),
            voice="synthetic" if prompt.synthetic else "recorded",
            sha256=prompt.sha256,
        )


class ScriptView(View):
    """Every prompt of a campaign."""

    script: Annotated[str, about("Hash of all prompts together, SHA-256.", SHA256)]
    prompts: Annotated[tuple[CompiledPromptView, ...], about("Every prompt.")]

    @classmethod
    def of(cls, script: CompiledScript) -> Self:
        return cls(script=script.script, prompts=tuple(map(CompiledPromptView.of, script.prompts)))


Id = Annotated[str, about("The campaign: `c` and twelve hexadecimal digits.", CAMPAIGN_ID)]
CampaignName = Annotated[str, about("Name of the campaign.", "Municipales 2027")]
CampaignStateField = Annotated[CampaignState, about("Where it is in its life.", "running")]


class CampaignView(CampaignDefinition, View):
    """A campaign: its state and history, and the keys of its file that have a value."""

    id: Id
    state: CampaignStateField
    created_by: Annotated[str, about("Who made the draft.", "anne")]
    created_at: Annotated[Instant, about("When the draft was made.", AT)]
    approved_by: Annotated[str | None, about("Who approved it; null: nobody yet.", "bruno")]
    approved_at: Annotated[Instant | None, about("When it was approved; null: not yet.", AT)]
    self_approved: Annotated[
        bool, about("Whether one person made and approved it: possible on loopback trunks only.", False)
    ]
    started_at: Annotated[Instant | None, about("When it was started first; null: not yet.", AT)]
    ended_at: Annotated[Instant | None, about("When it was completed or stopped; null: not yet.", None, AT)]
    reason: Annotated[str, about("Why it is paused or stopped, for people; may be empty.", "")]
    pause_cause: Annotated[
        PauseCause | None,
        about(
            "What paused it; `restored`: it is resumed with a reason only; null: it is not paused, or"
            " was before causes were stored.",
            None,
            "operator",
        ),
    ]
    script: Annotated[
        str | None, about("Hash of the compiled prompts, SHA-256; null before the approval.", SHA256)
    ]
    allowed: Annotated[
        tuple[CampaignVerb, ...], about("The transitions possible now.", ["pause", "stop", "complete"])
    ]

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        return cls(
            **dict(campaign.definition),
            id=campaign.id,
            state=campaign.state,
            created_by=campaign.created_by,
            created_at=campaign.created_at,
            approved_by=campaign.approved_by,
            approved_at=campaign.approved_at,
            self_approved=campaign.self_approved,
            started_at=campaign.started_at,
            ended_at=campaign.ended_at,
            reason=campaign.reason,
            pause_cause=campaign.pause_cause,
            script=campaign.script,
            allowed=allowed_verbs(campaign.state),
        )

    @model_serializer(mode="wrap")
    def without_keys_that_were_not_given(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write `id`, `name` and `state` first. Leave out the keys of the file without a value."""
        told: dict[str, Any] = write(self)
        first = {name: told.pop(name) for name in ("id", "name", "state")}
        given = {name: told.pop(name) for name in CampaignDefinition.model_fields if name in told}
        return first | _without_nulls(given) | told


class CampaignList(Listing[CampaignView]):
    """Campaigns in order of creation."""


class ProgressView(View):
    """Progress of a campaign, and the reason for which it waits when it does."""

    id: Id
    name: CampaignName
    state: CampaignStateField
    waiting: Annotated[
        str, about("Why nothing is dialled at the moment, in one line; empty while it dials.", "")
    ]
    contacts: Annotated[int, about("Contacts on its lists.", 1200)]
    due: Annotated[int, about("Contacts still to be called.", 800)]
    calling: Annotated[int, about("Contacts with a call alive.", 3)]
    closed: Annotated[int, about("Contacts that are not called again in this campaign.", 397)]
    attempts: Annotated[int, about("Attempts made.", 412)]
    results: Annotated[
        dict[Result, int], about("Attempts that are over, by result.", {"MESSAGE_PLAYED": 240})
    ]
    refused: Annotated[
        dict[str, int],
        about("Contacts by each code of their last refusal, or REVIEW.", {"OUT_OF_LEGAL_HOURS": 12}),
    ]
    next_due_at: Annotated[Instant | None, about("When the next contact is due; null: none is.", AT)]
    probe_required: Annotated[
        bool,
        about(
            "Whether it dials only while its numbers are proved to reach its call-back line;"
            " not needed on loopback.",
            False,
        ),
    ]
    probes: Annotated[tuple[ProbeView, ...], about("The last call-back probe of each number that is shown.")]

    @classmethod
    def of(cls, progress: CampaignProgress) -> Self:
        counts = progress.counts
        return cls(
            id=progress.campaign.id,
            name=progress.campaign.definition.name,
            state=progress.campaign.state,
            waiting=progress.waiting,
            contacts=counts.contacts,
            due=counts.due,
            calling=counts.calling,
            closed=counts.closed,
            attempts=counts.attempts,
            results={Result(name): count for name, count in counts.results.items()},
            refused=counts.refused,
            next_due_at=counts.next_due_at,
            probe_required=progress.probe_required,
            probes=tuple(map(ProbeView.of, progress.probes)),
        )


class PreflightDayView(View):
    """A day on which contacts could first be called, in the callees' local time."""

    day: Annotated[date, about("The day.", "2027-02-01")]
    contacts: Annotated[int, about("Contacts that could first be called on that day.", 700)]
    hours: Annotated[dict[str, int], about("The same by hour of the day, 00 to 23.", {"10": 400, "11": 300})]


class ProblemView(View):
    """Something that an approval would refuse."""

    where: Annotated[str, about("The key of the campaign file, or the part of the campaign.", "prompts")]
    detail: Annotated[str, about("What is wrong, for people.", "the message is longer than 60 s")]


class ReminderView(View):
    """A rule of the profile that people must keep themselves."""

    rule: Annotated[str, about("Id of the rule.", "FP-36")]
    text: Annotated[str, about("What to see to.", "the calls are billed at list price")]


class PreflightView(View):
    """The forecast for the list. `contacts` = `called` + `never` + `undecided`."""

    id: Id
    name: CampaignName
    from_: Annotated[Instant, about("The instant from which it was foreseen.", AT, alias="from")]
    contacts: Annotated[int, about("Contacts on its lists.", 1200)]
    called: Annotated[int, about("Contacts that could be called at some time.", 1100)]
    never: Annotated[int, about("Contacts that could never be called.", 90)]
    undecided: Annotated[int, about("Contacts whose caps may lift later than was looked.", 10)]
    reasons: Annotated[
        dict[ReasonCode, int],
        about("Contacts never called, by code; one contact may have several.", {"NO_CONSENT": 90}),
    ]
    days: Annotated[tuple[PreflightDayView, ...], about("When the others could first be called.")]
    dialling_s: Annotated[
        int, about("How long one call to each takes at the campaign's pace, in seconds.", 1100)
    ]
    problems: Annotated[tuple[ProblemView, ...], about("What an approval would refuse now.")]
    reminders: Annotated[tuple[ReminderView, ...], about("What people must see to.")]

    @classmethod
    def of(cls, report: PreflightReport) -> Self:
        forecast = report.forecast
        return cls(
            id=report.campaign.id,
            name=report.campaign.definition.name,
            from_=report.start,
            contacts=forecast.contacts,
            called=forecast.called,
            never=forecast.refused,
            undecided=forecast.undecided,
            reasons=dict(sorted(forecast.never.items())),
            days=tuple(
                PreflightDayView(
                    day=day,
                    contacts=hours.total(),
                    hours={f"{hour:02d}": count for hour, count in sorted(hours.items())},
                )
                for day, hours in sorted(forecast.hours.items())
            ),
            dialling_s=round(report.dialling_s),
            problems=tuple(map(ProblemView.mirror, report.problems)),
            reminders=tuple(map(ReminderView.mirror, report.reminders)),
        )


class RecordingView(View):
    """A recording in the place of a prompt."""

    prompt: Annotated[str, about("Name of the prompt.", "message")]
    bytes: Annotated[int, about("Size of the recording, in bytes.", 48000)]


def _without_nulls(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if value is not None
    }
