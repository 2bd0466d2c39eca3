"""Rules about the time: windows, hours, holidays, silence, and a ring that would pass an end.

Cases T001 to T043.
"""

from datetime import datetime

from dialer.domain.base.intervals import shown
from dialer.domain.decision.context import DecisionContext


def calendar_closed(context: DecisionContext) -> bool:
    return context.state.permit_until is None and context.state.open_until is None


def outside_window(context: DecisionContext) -> str | None:
    return context.state.outside_window


def outside_hours(context: DecisionContext) -> str | None:
    return context.state.outside_hours


def holiday(context: DecisionContext) -> str | None:
    """Refuse a holiday unless an exact appointment opens it: then the calendar is not closed."""
    return context.holiday if context.state.open_until is None else None


def election_near(context: DecisionContext) -> bool:
    return context.state.permit_until is None and bool(context.silences)


def electoral_silence(context: DecisionContext) -> str | None:
    for quiet in context.silences:
        last = quiet.last_start(context.campaign.call)
        if last is None and context.at < quiet.ends_at:
            return f"no poll date is known for the callee's territory in election {quiet.election_id!r}"
        if last is not None and last < context.at < quiet.ends_at:
            return f"electoral silence of {quiet.election_id!r} lasts until {shown(quiet.ends_at)}; no call may run into it"
    return None


def end_near(context: DecisionContext) -> bool:
    state = context.state
    if state.permit_until is not None:
        return False
    rung = context.at + context.campaign.ring
    for end in (state.open_until, state.window_ends, state.hours_end):
        if end is not None and end < rung:
            return True
    return False


def rings_past_calling_time(context: DecisionContext) -> str | None:
    return rings_past(context, context.state.open_until, "calling time")


def rings_past_window(context: DecisionContext) -> str | None:
    return rings_past(context, context.state.window_ends, "the window")


def rings_past_legal_hours(context: DecisionContext) -> str | None:
    return rings_past(context, context.state.hours_end, "legal hours")


def rings_past_campaign(context: DecisionContext) -> str | None:
    return rings_past(context, context.campaign.closes_at, "the campaign")


def rings_past(context: DecisionContext, limit: datetime | None, what: str) -> str | None:
    ring = context.campaign.ring
    if limit is not None and context.at < limit < context.at + ring:
        return f"ringing for {ring.seconds} s would pass the end of {what} at {shown(limit)}"
    return None


def campaign_dates_near(context: DecisionContext) -> bool:
    campaign = context.campaign
    if context.state.permit_until is not None:
        return False
    return context.at < campaign.starts_at or campaign.closes_at < context.at + campaign.ring


def not_started(context: DecisionContext) -> str | None:
    if context.at < context.campaign.starts_at:
        return f"the campaign starts on {shown(context.campaign.starts_at)}"
    return None


def ended(context: DecisionContext) -> str | None:
    campaign, at = context.campaign, context.at
    if at < campaign.closes_at:
        return None
    if campaign.election and at >= campaign.election.ends_at:
        return f"the election {campaign.election.election_id!r} is over; another round needs another campaign"
    return f"the campaign ended on {shown(campaign.closes_at)}"
