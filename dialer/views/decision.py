"""Decisions: would this number be called at that instant, and why; and past ones made again."""

from typing import Annotated, Literal, Self

from pydantic import JsonValue, RootModel

from dialer.domain.decision.record import ReasonCode
from dialer.services.decision.decisions import DecisionAnswer, Difference, ReplayOutcome, ReplayReport
from dialer.views.base import AT, ATTEMPT_ID, CAMPAIGN_ID, SHA256, Instant, Items, View, about

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


class ChangedFieldView(View):
    """A field of a decision that comes out otherwise."""

    then: Annotated[JsonValue, about("Its value as it was recorded.", True)]
    now: Annotated[JsonValue, about("Its value as it comes out now.", False)]


class DifferenceView(View):
    """A decision that comes out otherwise, or cannot be made again."""

    decision: Annotated[int, about("The decision's number.", 12)]
    attempt_id: Annotated[str | None, about("The attempt it permitted; null: none.", ATTEMPT_ID)]
    campaign_id: Annotated[str, about("The campaign it was made for.", CAMPAIGN_ID)]
    at: Annotated[Instant, about("When it was made.", AT)]
    rule_pack: Annotated[str, about("Its rule pack, `name@version`.", "fr-political@2")]
    why: Annotated[str, about("Why it cannot be made again; empty: it was, and differs.", "")]
    fields: Annotated[
        dict[str, ChangedFieldView],
        about("The fields that differ, by name.", {"permitted": {"then": True, "now": False}}),
    ]

    @classmethod
    def of(cls, difference: Difference) -> Self:
        decision = difference.decision
        return cls(
            decision=decision.id,
            attempt_id=decision.attempt_id,
            campaign_id=decision.campaign_id,
            at=decision.at,
            rule_pack=decision.rule_pack,
            why=difference.why,
            fields={
                name: ChangedFieldView(then=then, now=now) for name, (then, now) in difference.fields.items()
            },
        )


class ReplayView(View):
    """Recorded decisions, made again. `checked` = `same` + `different` + `erased`."""

    checked: Annotated[int, about("Decisions looked at.", 412)]
    same: Annotated[int, about("Decisions that come out as they were.", 410)]
    different: Annotated[int, about("Decisions that do not.", 0)]
    erased: Annotated[int, about("Decisions whose facts were erased, or never kept.", 2)]
    rule_packs: Annotated[
        dict[str, int],
        about("Decisions by rule pack, `name@version`; empty name: none.", {"fr-political@2": 412}),
    ]
    differences: Annotated[tuple[DifferenceView, ...], about("Those that do not come out as they were.")]

    @classmethod
    def of(cls, report: ReplayReport) -> Self:
        outcomes = report.outcomes
        return cls(
            checked=report.checked,
            same=outcomes[ReplayOutcome.SAME],
            different=outcomes[ReplayOutcome.DIFFERENT],
            erased=outcomes[ReplayOutcome.ERASED],
            rule_packs=dict(sorted(report.packs.items())),
            differences=tuple(map(DifferenceView.of, report.differences)),
        )
