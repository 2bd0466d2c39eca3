"""Contacts, consents and their imports."""

from typing import Annotated, Literal, Self

from dialer.domain.base.types import ImportId
from dialer.domain.consent import ImportManifest, SourceClass
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportState
from dialer.views.base import AT, CAMPAIGN_ID, IMPORT_ID, SHA256, Instant, Listing, View, about
from dialer.views.oppositions import NotTold, Told, Warnings

Import = Annotated[str, about("The import: `i` and twelve hexadecimal digits.", IMPORT_ID)]
LineNumber = Annotated[int, about("The line of the file where the row starts; the header is 1.", 3)]


class NoteView(View):
    """A remark on one row."""

    line: Annotated[int, about("The line where the row starts, the header being 1; 0: the whole file.", 3)]
    code: Annotated[str, about("What is wrong, as a stable code.", "INVALID_NUMBER")]
    detail: Annotated[str, about("What is wrong, for people; without the number.", "not a telephone number")]


class ReportView(View):
    """The report of an import. `rows` = `imported` + `duplicates` + `rejected_count`."""

    import_id: Import
    rows: Annotated[int, about("Rows read.", 1203)]
    imported: Annotated[int, about("Rows stored.", 1200)]
    duplicates: Annotated[int, about("Rows that say what was stored already.", 2)]
    rejected_count: Annotated[int, about("Rows left out.", 1)]
    rejected: Annotated[tuple[NoteView, ...], about("The first thousand rows left out.")]
    warnings: Annotated[
        tuple[NoteView, ...], about("The first thousand remarks on rows that were kept all the same.")
    ]
    rejects_file: Annotated[
        str | None,
        about(
            "Path of the CSV of all rows left out, at the service; null: none was.", "rejects/i1.rejects.csv"
        ),
    ]

    @classmethod
    def of(cls, report: ImportReport) -> Self:
        return cls.mirror(report)


class ImportProgressView(View):
    """Progress of an import. A file is read twice: first checked whole, then imported."""

    phase: Annotated[Literal["check", "import"], about("Which reading it is.", "check")]
    rows: Annotated[int, about("Rows read so far.", 500)]
    bytes_done: Annotated[int, about("Bytes read so far.", 65536)]
    bytes_total: Annotated[int, about("Size of the file, in bytes.", 160000)]


class ManifestView(View):
    """Provenance of a list, as its supplier states it (FP-30)."""

    id: Import
    kind: Annotated[
        Literal["contacts", "consents", "suppressions", "opposition list"],
        about("What was imported.", "contacts"),
    ]
    campaign_id: Annotated[str | None, about("The campaign it was for; null: for none.", CAMPAIGN_ID)]
    source_class: Annotated[SourceClass | None, about("How the numbers were collected.", "opt_in_form")]
    supplier: Annotated[str | None, about("Who supplied it.", "Liste Demo")]
    collected_at: Annotated[Instant | None, about("When the numbers were collected.", AT)]
    file_name: Annotated[str, about("Name of the file.", "members.csv")]
    file_sha256: Annotated[str, about("SHA-256 of the file.", SHA256)]
    imported_by: Annotated[str, about("Who imported it.", "anne")]
    imported_at: Annotated[Instant, about("When it was imported.", AT)]

    @classmethod
    def of(cls, manifest: ImportManifest) -> Self:
        return cls.mirror(manifest)


class ImportView(View):
    """An import, while it goes on and when it is done."""

    id: Import
    done: Annotated[bool, about("Whether it is over.", True)]
    progress: Annotated[
        ImportProgressView | None, about("How far it is; null once it is over, or run by another process.")
    ]
    manifest: Annotated[
        ManifestView | None, about("Where the list came from; null while the file is checked.")
    ]
    report: Annotated[ReportView | None, about("What became of it; null until it is over.")]

    @classmethod
    def of(cls, import_id: ImportId, state: ImportState) -> Self:
        return cls(
            id=import_id,
            done=state.report is not None,
            progress=ImportProgressView.mirror(state.progress) if state.progress else None,
            manifest=ManifestView.of(state.manifest) if state.manifest else None,
            report=ReportView.model_validate_json(state.report) if state.report else None,
        )


class SetAsideView(View):
    """A contact that could not be judged. It is not called until a person puts it back."""

    id: Annotated[int, about("The contact.", 17)]
    external_id: Annotated[str | None, about("Its own id in the list.", "member-17")]
    import_id: Import
    line: LineNumber
    reason: Annotated[str, about("The error, for people.", "ValueError: unknown time zone")]


class SetAsideList(Listing[SetAsideView]):
    """Contacts set aside, in the order of the list."""


class JudgedAgainView(View):
    """Contacts that were put back on the list."""

    contacts: Annotated[int, about("How many.", 3)]


class ConsentsRecordedView(View):
    """Consents that were stored."""

    recorded: Annotated[int, about("How many were stored.", 2)]


class WithdrawnView(View):
    """A withdrawal that was stored."""

    warnings: Warnings


class WithdrawnHereView(View):
    """A withdrawal that was stored, and the PBXs that hold it. At the command line."""

    withdrawn: Annotated[bool, about("Always true.", True)]
    warnings: Warnings
    told: Told
    not_told: NotTold


class ConsentsRestoredView(View):
    """Consents whose end by a trunk's fault was undone."""

    restored: Annotated[int, about("Of how many numbers.", 40)]
