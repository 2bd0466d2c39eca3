"""Everything stored about one person, as one document (GDPR 15), and its erasure."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from dialer.domain import consent
from dialer.domain.base.canonical_json import plain
from dialer.ports.upkeep import Erased, ListedPerson, Opposition
from dialer.services.upkeep.erasure import OpenedDecision, Subject
from dialer.views import base
from dialer.views.calls import CallView
from dialer.views.consent import ManifestView
from dialer.views.decision import DecisionWord, decision_word
from dialer.views.oppositions import SuppressionView


class RowView(base.View):
    """The place of a row, and its number."""

    campaign_id: Annotated[str, base.about("The campaign.", base.CAMPAIGN_ID)]
    import_id: Annotated[str, base.about("The import that brought it.", base.IMPORT_ID)]
    line: Annotated[int, base.about("The line of the file where the row starts; the header is 1.", 3)]
    phone_number: Annotated[str | None, base.about("The number in E.164; null: erased.", base.NUMBER)]


class ListedView(consent.ContactDetails, RowView):
    """A row of a list. Only the place of an erased row is left."""

    state: Annotated[consent.ContactState, base.about("Whether it is still to be called.", "due")]
    next_due_at: Annotated[base.Instant | None, base.about("When it is due; null: it is not.", base.AT)]
    closed_reason: Annotated[
        str | None, base.about("Why it is not called again, as a code; null: it may be.", None, "erased")
    ]
    erased_at: Annotated[
        base.Instant | None, base.about("When it was erased; null: it was not.", None, base.AT)
    ]

    @classmethod
    def of(cls, listed: ListedPerson) -> Self:
        contact = listed.contact
        return cls(
            campaign_id=contact.campaign_id,
            import_id=contact.import_id,
            line=contact.line,
            phone_number=contact.number or None,
            **dict(contact.details),
            state=listed.state,
            next_due_at=listed.next_due_at,
            closed_reason=listed.closed_reason,
            erased_at=listed.erased_at,
        )


class FormView(base.View):
    """A form of consent, as it was shown."""

    wording: Annotated[str, base.about("SHA-256 of its wording.", base.SHA256)]
    mentions: Annotated[tuple[consent.Mention, ...], base.about("What it says.", ["yes_or_no", "period"])]


class ConsentedWindowView(base.View):
    """A weekly slot in the callee's local time, half-open."""

    days: Annotated[tuple[int, ...], base.about("Days from Monday, 0, to Sunday, 6.", [0, 1, 2])]
    start: Annotated[str, base.about("When it begins, local time.", "10:00:00")]
    end: Annotated[str, base.about("When it ends, exclusive, local time.", "13:00:00")]


class ConsentGivenView(base.View):
    """A consent, as it was collected."""

    kind: Annotated[Literal["given"], base.about("Always the same word.", "given")]
    sponsor: Annotated[str, base.about("Id of the sponsor.", "liste-demo")]
    purpose: Annotated[str, base.about("What the calls may be for.", "political")]
    channel: Annotated[str, base.about("How they may be made.", "automated_voice")]
    source: Annotated[str, base.about("Where it was collected.", "form")]
    proof: Annotated[str, base.about("What proves it.", "page 1")]
    given_at: Annotated[base.InstantText, base.about("When it was given.", base.AT)]
    expires_at: Annotated[base.InstantText | None, base.about("When it ends; null: not by itself.", base.AT)]
    windows: Annotated[tuple[ConsentedWindowView, ...], base.about("When calls may be made.")]
    appointment_at: Annotated[
        base.InstantText | None, base.about("The one time at which to call.", None, base.AT)
    ]
    act: Annotated[consent.ConsentAct | None, base.about("The positive act it was given by.", "opt_in_form")]
    territory: Annotated[str | None, base.about("As stated: ISO 3166.", "FR")]
    timezone: Annotated[str | None, base.about("As stated: IANA.", "Europe/Paris")]
    import_id: Annotated[
        str | None, base.about("The import that brought it; null: none did.", base.IMPORT_ID)
    ]
    recorded_at: Annotated[base.InstantText, base.about("When it was stored.", base.AT)]
    basis: Annotated[consent.Basis, base.about("Whom it lets us call.", "opt_in")]
    form: Annotated[FormView | None, base.about("The form; null: not stated.")]


class ConsentWithdrawnView(base.View):
    """A withdrawal: every consent given before it is void."""

    kind: Annotated[Literal["withdrawn"], base.about("Always the same word.", "withdrawn")]
    sponsor: Annotated[
        str | None, base.about("Id of the sponsor it is against; null: every sponsor.", "liste-demo")
    ]
    channel: Annotated[str, base.about("The way it reached us; `network`: nobody has the number.", "letter")]
    withdrawn_at: Annotated[base.InstantText, base.about("Since when consents are void.", base.AT)]
    recorded_at: Annotated[base.InstantText, base.about("When it was stored.", base.AT)]


ConsentEventView = Annotated[ConsentGivenView | ConsentWithdrawnView, Field(discriminator="kind")]


class RecordedOppositionView(SuppressionView):
    """An opposition, in force unless removed."""

    removed_at: Annotated[
        base.Instant | None, base.about("When it was lifted; null: it is in force.", None, base.AT)
    ]
    removed_by: Annotated[str | None, base.about("Who lifted it.", None, "anne")]
    removed_reason: Annotated[str | None, base.about("Who asked for it, and how.", None, "by letter")]

    @classmethod
    def recorded(cls, opposition: Opposition) -> Self:
        return cls(
            **dict(SuppressionView.of(opposition.entry)),
            removed_at=opposition.removed_at,
            removed_by=opposition.removed_by,
            removed_reason=opposition.removed_reason,
        )


class PastCallView(base.View):
    """A call that a restored backup did not hold. Only the fact of the call is known."""

    attempt_id: Annotated[str, base.about("The attempt: 32 hexadecimal digits.", base.ATTEMPT_ID)]
    campaign_id: Annotated[str, base.about("The campaign.", base.CAMPAIGN_ID)]
    sponsor: Annotated[str | None, base.about("Id of the sponsor; null: not known.", "liste-demo")]
    at: Annotated[base.Instant, base.about("When it was made.", base.AT)]


class SubjectReasonView(base.View):
    """A rule that said no."""

    rule: Annotated[str, base.about("Id of the rule.", "FP-02")]
    code: Annotated[str, base.about("What is wrong, as a stable code.", "NO_CONSENT")]
    detail: Annotated[
        str | None,
        base.about(
            "What is wrong, for people; absent: it was erased with the person.",
            "no consent of liste-demo is on record",
            exclude_if=lambda value: value is None,
        ),
    ] = None


class SubjectDecisionView(base.View):
    """A decision about this person."""

    id: Annotated[int, base.about("The decision's number.", 12)]
    at: Annotated[base.Instant, base.about("When it was made.", base.AT)]
    campaign_id: Annotated[str, base.about("The campaign.", base.CAMPAIGN_ID)]
    attempt_id: Annotated[str | None, base.about("The attempt it permitted; null: none.", base.ATTEMPT_ID)]
    decision: Annotated[DecisionWord, base.about("Whether the call might be made.", "refuse")]
    reasons: Annotated[
        tuple[SubjectReasonView, ...], base.about("Every rule that said no; none for a permit.")
    ]
    permit_until: Annotated[
        base.Instant | None, base.about("Until when the permit held, exclusive.", None, base.AT)
    ]
    next_open: Annotated[base.Instant | None, base.about("When the calendar would allow it next.", base.AT)]
    rule_pack: Annotated[str, base.about("The rule pack, `name@version`.", "fr-political@2")]
    decision_hash: Annotated[str, base.about("Hash of the decision: SHA-256.", base.SHA256)]
    facts: Annotated[
        dict[str, Any] | None,
        base.about("All it was made from; null: `unreadable` says why.", {"phone_number": base.NUMBER}),
    ]
    unreadable: Annotated[
        str | None, base.about("Why the facts cannot be read; null: they can.", None, "erased, or never kept")
    ]

    @classmethod
    def of(cls, opened: OpenedDecision) -> Self:
        row, told = opened.row, opened.told
        reasons = told.decision["reasons"] if told else row.reasons
        return cls(
            id=row.id,
            at=row.at,
            campaign_id=row.campaign_id,
            attempt_id=row.attempt_id,
            decision=decision_word(permitted=row.permitted),
            reasons=tuple(map(SubjectReasonView.model_validate, _sequence(reasons))),
            permit_until=row.permit_until,
            next_open=row.next_open,
            rule_pack=row.rule_pack,
            decision_hash=row.hash,
            facts=json.loads(told.facts) if told else None,
            unreadable=opened.why or None,
        )


class SubjectView(base.View):
    """Everything stored about one person."""

    phone_number: Annotated[str, base.about("The number in E.164.", base.NUMBER)]
    fingerprint: Annotated[str, base.about("The name under which it is kept: HMAC-SHA256.", base.SHA256)]
    contacts: Annotated[tuple[ListedView, ...], base.about("The rows of lists it stands in.")]
    consents: Annotated[tuple[ConsentEventView, ...], base.about("Consents and withdrawals, in order.")]
    oppositions: Annotated[
        tuple[RecordedOppositionView, ...], base.about("Oppositions, in force or removed.")
    ]
    opposition_lists: Annotated[
        tuple[str, ...], base.about("Lists kept by others that hold the number.", ["national"])
    ]
    calls: Annotated[tuple[CallView, ...], base.about("Calls made.")]
    past_calls: Annotated[tuple[PastCallView, ...], base.about("Calls that a restored backup did not hold.")]
    decisions: Annotated[tuple[SubjectDecisionView, ...], base.about("Decisions made.")]
    imports: Annotated[tuple[ManifestView, ...], base.about("Where the lists came from.")]

    @classmethod
    def of(cls, subject: Subject) -> Self:
        file = subject.file
        return cls(
            phone_number=subject.number,
            fingerprint=subject.fingerprint,
            contacts=tuple(map(ListedView.of, file.contacts)),
            consents=tuple(map(consent_view, file.consents)),
            oppositions=tuple(map(RecordedOppositionView.recorded, file.oppositions)),
            opposition_lists=tuple(file.lists),
            calls=tuple(map(CallView.of, subject.calls)),
            past_calls=tuple(map(PastCallView.mirror, file.past_calls)),
            decisions=tuple(map(SubjectDecisionView.of, subject.decisions)),
            imports=tuple(map(ManifestView.of, file.manifests)),
        )


class ErasedView(base.View):
    """The rows that lost their personal data, by kind."""

    contacts_erased: Annotated[int, base.about("Rows of lists.", 2)]
    consents_erased: Annotated[int, base.about("Consents and withdrawals.", 1)]
    decisions_made_unreadable: Annotated[
        int, base.about("Decisions whose facts nobody can read any more.", 4)
    ]
    keys_destroyed: Annotated[int, base.about("Keys of the person that were destroyed.", 1)]
    oppositions_kept: Annotated[int, base.about("Oppositions that stay, as a fingerprint.", 1)]

    @classmethod
    def of(cls, erased: Erased) -> Self:
        return cls(
            contacts_erased=erased.contacts,
            consents_erased=erased.consents,
            decisions_made_unreadable=erased.decisions,
            keys_destroyed=erased.keys,
            oppositions_kept=erased.oppositions,
        )


def consent_view(event: consent.ConsentEvent) -> ConsentGivenView | ConsentWithdrawnView:
    """Show the event as it is hashed, without the fingerprint. Instants keep their microseconds."""
    told = plain(event)
    assert isinstance(told, dict), "a dataclass has fields"
    fields = {name: value for name, value in told.items() if name != "fingerprint"}
    if isinstance(event, consent.ConsentGiven):
        return ConsentGivenView.model_validate({"kind": "given"} | fields)
    return ConsentWithdrawnView.model_validate({"kind": "withdrawn"} | fields)


def _sequence(value: object) -> list[Any]:
    assert isinstance(value, list), "reasons are a list"
    return value
