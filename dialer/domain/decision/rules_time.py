"""Rules about when: consent, windows, hours, holidays, silence, and what would ring past an end.

Cases T001 to T063.
"""

from collections.abc import Callable
from datetime import datetime

from dialer.domain.base.intervals import shown
from dialer.domain.decision.case import Case
from dialer.domain.decision.decision_record import ReasonCode
from dialer.domain.decision.judgement import Standing
from dialer.domain.decision.rule import Chapter, Rule
from dialer.domain.rulepacks.rule_names import RuleName


def outside_window(_: Case, standing: Standing) -> str | None:
    return standing.outside_window


def outside_hours(_: Case, standing: Standing) -> str | None:
    return standing.outside_hours


def holiday(case: Case, _: Standing) -> str | None:
    """An exact appointment opens a holiday too."""
    return case.holiday


def ringing(end: Callable[[Case, Standing], datetime | None], what: str, name: RuleName | None) -> Rule:
    def check(case: Case, standing: Standing) -> str | None:
        limit = end(case, standing)
        if limit is not None and case.at < limit < case.at + case.terms.ring:
            return f"ringing for {case.terms.ring.seconds} s would pass the end of {what} at {shown(limit)}"
        return None

    return Rule(ReasonCode.WOULD_RING_PAST_END, check, name)


def silence(case: Case, _: Standing) -> str | None:
    for quiet in case.silences:
        last = quiet.last_start(case.terms.call)
        if last is None and case.at < quiet.ends_at:
            return f"no poll date is known for the callee's territory in election {quiet.election_id!r}"
        if last is not None and last < case.at < quiet.ends_at:
            return f"electoral silence of {quiet.election_id!r} lasts until {shown(quiet.ends_at)}; no call may run into it"
    return None


def not_started(case: Case, _: Standing) -> str | None:
    if case.at < case.terms.starts_at:
        return f"the campaign starts on {shown(case.terms.starts_at)}"
    return None


def ended(case: Case, _: Standing) -> str | None:
    if case.at < case.terms.closes_at:
        return None
    if case.terms.election and case.at >= case.terms.election.ends_at:
        return (
            f"the election {case.terms.election.election_id!r} is over; another round needs another campaign"
        )
    return f"the campaign ended on {shown(case.terms.closes_at)}"


def agreement(code: ReasonCode, name: RuleName) -> Rule:
    def check(case: Case, _: Standing) -> str | None:
        return case.consent.problems.get(name)

    return Rule(code, check, name)


CONSENT: Chapter = (
    agreement(ReasonCode.NO_CONSENT, RuleName.CONSENT),
    agreement(ReasonCode.CONSENT_SPONSOR, RuleName.CONSENT_SPONSOR),
    agreement(ReasonCode.CONSENT_PURPOSE, RuleName.CONSENT_PURPOSE),
    agreement(ReasonCode.CONSENT_CHANNEL, RuleName.CONSENT_CHANNEL),
    agreement(ReasonCode.CONSENT_WITHDRAWN, RuleName.CONSENT_WITHDRAWN),
    agreement(ReasonCode.CONSENT_PROOF, RuleName.CONSENT_PROOF),
    agreement(ReasonCode.CONSENT_EXPIRED, RuleName.CONSENT_EXPIRED),
    agreement(ReasonCode.CONSENT_NO_WINDOW, RuleName.CONSENT_WINDOW),
)
CLOSED: Chapter = (
    Rule(ReasonCode.OUT_OF_CONSENT_WINDOW, outside_window, RuleName.OUTSIDE_CONSENT_WINDOW),
    Rule(ReasonCode.OUT_OF_LEGAL_HOURS, outside_hours, RuleName.HOURS),
    Rule(ReasonCode.HOLIDAY, holiday, RuleName.HOLIDAY),
)
SILENCE: Chapter = (Rule(ReasonCode.ELECTORAL_SILENCE, silence, RuleName.SILENCE),)
RINGING: Chapter = (
    ringing(lambda _, standing: standing.open_until, "calling time", RuleName.RING),
    ringing(lambda _, standing: standing.window_ends, "the window", RuleName.RING),
    ringing(lambda _, standing: standing.hours_end, "legal hours", RuleName.RING),
)
DATES: Chapter = (
    ringing(lambda case, _: case.terms.closes_at, "the campaign", None),
    Rule(ReasonCode.CAMPAIGN_NOT_RUNNING, not_started),
    Rule(ReasonCode.CAMPAIGN_ENDED, ended),
)
