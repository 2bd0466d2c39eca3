"""Replays: past decisions made again."""

from typing import Annotated, Self

from pydantic import JsonValue

from dialer.services.decision.replay import Difference, ReplayOutcome, ReplayReport
from dialer.views.base import AT, ATTEMPT_ID, CAMPAIGN_ID, Instant, View, about


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
