"""A replay as JSON."""

from typing import Any

from dialer.services.decision.replay import Difference, ReplayOutcome, ReplayReport
from dialer.services.views.instants import instant_text


def replay_view(report: ReplayReport) -> dict[str, Any]:
    return {
        "checked": report.checked,
        **{outcome.value: report.outcomes[outcome] for outcome in ReplayOutcome},
        "rule_packs": dict(sorted(report.packs.items())),
        "differences": [_difference_view(difference) for difference in report.differences],
    }


def _difference_view(difference: Difference) -> dict[str, Any]:
    decision = difference.decision
    return {
        "decision": decision.id,
        "attempt_id": decision.attempt_id,
        "campaign_id": decision.campaign_id,
        "at": instant_text(decision.at),
        "rule_pack": decision.rule_pack,
        "why": difference.why,
        "fields": {name: {"then": then, "now": now} for name, (then, now) in difference.fields.items()},
    }
