"""Decisions: would this number be called at that instant, and why."""

from typing import Annotated, Literal, Self

from pydantic import RootModel

from dialer.domain.decision.record import ReasonCode
from dialer.services.decision.decisions import DecisionAnswer
from dialer.views.base import AT, SHA256, Instant, Items, View, about

DecisionWord = Literal["permit", "refuse"]


class ReasonView(View):
    """A rule that said no."""

    rule: Annotated[str, about("Id of the rule; empty where no rule was asked.", "FP-02")]
    code: Annotated[ReasonCode, about("What is wrong, as a stable code.", "NO_CONSENT")]
    detail: Annotated[str, about("What is wrong, for people.", "no consent of liste-demo is on record")]


class DecisionView(View):
    """A decision. All reasons are listed, not only the first."""

    decision: Annotated[DecisionWord, about("Whether the call may be made.", "refuse")]
    reasons: Annotated[tuple[ReasonView, ...], about("Every rule that said no; none for a permit.")]
    permit_until: Annotated[
        Instant | None, about("Until when the permit holds, exclusive; null for a refusal.", None, AT)
    ]
    next_open: Annotated[
        Instant | None, about("When the calendar alone would allow it next; null: never.", AT)
    ]
    zones: Annotated[tuple[str, ...], about("The IANA time zones that were judged.", ["Europe/Paris"])]
    rule_pack: Annotated[str, about("The rule pack, `name@version`; empty: none applies.", "fr-political@2")]
    decision_hash: Annotated[
        str, about("SHA-256 over the canonical JSON of question and answer; empty: not a question.", SHA256)
    ]

    @classmethod
    def of(cls, answer: DecisionAnswer) -> Self:
        decision = answer.decision
        return cls(
            decision=decision_word(permitted=decision.permitted),
            reasons=tuple(map(ReasonView.mirror, decision.reasons)),
            permit_until=decision.permit_until,
            next_open=decision.next_open,
            zones=decision.zones,
            rule_pack=decision.rule_pack,
            decision_hash=answer.decision_hash,
        )

    @classmethod
    def bad_request(cls, detail: str) -> Self:
        """Stand in for a question that cannot be read.

        Answers keep the order of their questions.
        """
        reason = ReasonView(rule="", code=ReasonCode.BAD_REQUEST, detail=detail)
        return cls(
            decision="refuse",
            reasons=(reason,),
            permit_until=None,
            next_open=None,
            zones=(),
            rule_pack="",
            decision_hash="",
        )


class ManyDecisions(Items[DecisionView]):
    """A decision for each question, in their order."""


class DecisionsView(RootModel[DecisionView | ManyDecisions]):
    """A decision, or as many as were asked for, in their order."""


def decision_word(*, permitted: bool) -> DecisionWord:
    return "permit" if permitted else "refuse"
