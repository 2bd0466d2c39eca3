"""Oppositions, and external lists.

Numbers are not shown: only their fingerprint is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from dialer.domain.oppositions.suppression import ListKind, OppositionChannel, Suppression
from dialer.ports.records import ListedCount
from dialer.services.oppositions.sms import SmsReading
from dialer.services.oppositions.statements import UnderstoodOppositions
from dialer.views.base import AT, ATTEMPT_ID, IMPORT_ID, Instant, Listing, View, about

Warnings = Annotated[
    tuple[str, ...],
    about("What was stored otherwise than it was written.", ["received_at cannot be read: taken for now"]),
]
Recorded = Annotated[int, about("Entries stored, one for each number that could be meant.", 1)]
Told = Annotated[tuple[str, ...], about("PBXs that hold it already.", ["pbx1"])]
NotTold = Annotated[
    dict[str, str],
    about(
        "By PBX that does not hold it yet, why; what is stored holds all the same.", {"pbx2": "not connected"}
    ),
]


class UnderstoodView(View):
    """An opposition, as it was stored."""

    recorded: Recorded
    warnings: Warnings

    @classmethod
    def of(cls, understood: UnderstoodOppositions) -> Self:
        return cls(recorded=len(understood.suppressions), warnings=understood.warnings)


class AddedView(UnderstoodView):
    """An opposition, as it was stored, and the PBXs that hold it. At the command line."""

    told: Told
    not_told: NotTold

    @classmethod
    def at(cls, understood: UnderstoodOppositions, told: Sequence[str], not_told: Mapping[str, str]) -> Self:
        return cls(
            recorded=len(understood.suppressions),
            warnings=understood.warnings,
            told=tuple(told),
            not_told=dict(not_told),
        )


class ReadingView(View):
    """A text message, as it was understood. Its text is not kept."""

    opposition: Annotated[bool, about("Whether the text asks to stop.", True)]
    word: Annotated[str | None, about("The word that made it an opposition; null: none did.", "STOP")]
    sponsor: Annotated[
        str | None, about("Id of the sponsor it is against; null: every sponsor.", "liste-demo")
    ]
    recorded: Recorded
    warnings: Warnings

    @classmethod
    def of(cls, reading: SmsReading) -> Self:
        return cls(
            opposition=reading.word is not None,
            word=reading.word,
            sponsor=reading.sponsor,
            recorded=len(reading.understood.suppressions),
            warnings=reading.understood.warnings,
        )


class SuppressionView(View):
    """A stored opposition."""

    sponsor: Annotated[
        str | None, about("Id of the sponsor it is against; null: every sponsor.", "liste-demo")
    ]
    channel: Annotated[OppositionChannel, about("The way it reached us.", "letter")]
    received_at: Annotated[Instant, about("When it reached us.", AT)]
    recorded_at: Annotated[Instant, about("When it was stored.", AT)]
    recorded_by: Annotated[str, about("Who stored it: a token's name, or the service itself.", "anne")]
    source: Annotated[str | None, about("The attempt or import it came from; null: neither.", ATTEMPT_ID)]
    note: Annotated[str | None, about("What was said, as it was noted down.", "asks never to be called")]

    @classmethod
    def of(cls, suppression: Suppression) -> Self:
        return cls.mirror(suppression)


class CheckedView(View):
    """The oppositions in force against a number."""

    suppressed: Annotated[bool, about("Whether any opposition is in force.", True)]
    suppressions: Annotated[tuple[SuppressionView, ...], about("Those in force.")]

    @classmethod
    def of(cls, found: Sequence[Suppression]) -> Self:
        return cls(suppressed=bool(found), suppressions=tuple(map(SuppressionView.of, found)))


class RemovedView(View):
    """Oppositions that were lifted."""

    removed: Annotated[int, about("How many were lifted.", 1)]


class CountView(View):
    """The size of the suppression list. At the command line."""

    count: Annotated[int, about("How many numbers are opposed.", 1250)]


class ListView(View):
    """An external list. An expired one still holds for the numbers on it."""

    name: Annotated[str, about("Name of the list.", "national")]
    kind: Annotated[ListKind, about("People who object, or lines that no machine may call.", "oppositions")]
    sponsor: Annotated[
        str | None, about("Id of the sponsor it speaks for; null: every sponsor.", None, "liste-demo")
    ]
    valid_from: Annotated[Instant, about("Since when it is valid.", AT)]
    valid_to: Annotated[Instant, about("Until when it is valid, exclusive.", AT)]
    entries: Annotated[int, about("Numbers on it.", 120000)]
    import_id: Annotated[str, about("The import that brought it.", IMPORT_ID)]

    @classmethod
    def of(cls, listed: ListedCount) -> Self:
        return cls(
            name=listed.list.name,
            kind=listed.list.kind,
            sponsor=listed.list.sponsor,
            valid_from=listed.list.valid_from,
            valid_to=listed.list.valid_to,
            entries=listed.entries,
            import_id=listed.list.id,
        )


class ListsView(Listing[ListView]):
    """The lists in force, by name."""
