"""A decision as JSON (codes: docs/rules/reason-codes.md)."""

from typing import Any

from dialer.domain.decision.decision_record import Decision, ReasonCode
from dialer.services.decision.decisions import DecisionAnswer
from dialer.services.views.instants import instant_text


def decision_view(answer: DecisionAnswer) -> dict[str, Any]:
    decision = answer.decision
    return {
        "decision": "permit" if decision.permitted else "refuse",
        "reasons": _reasons(decision),
        "permit_until": instant_text(decision.permit_until),
        "next_open": instant_text(decision.next_open),
        "zones": list(decision.zones),
        "rule_pack": decision.rule_pack,
        "decision_hash": answer.decision_hash,
    }


def bad_request_view(detail: str) -> dict[str, Any]:
    """Stands in the place of a question that cannot be read, so that answers keep the order of their questions."""
    return {
        "decision": "refuse",
        "reasons": [{"rule": "", "code": ReasonCode.BAD_REQUEST.value, "detail": detail}],
        "permit_until": None,
        "next_open": None,
        "zones": [],
        "rule_pack": "",
        "decision_hash": "",
    }


def _reasons(decision: Decision) -> list[dict[str, str]]:
    return [
        {"rule": reason.rule, "code": reason.code.value, "detail": reason.detail}
        for reason in decision.reasons
    ]
