"""The ledger: its head, its entries with their proofs, and the findings of a check.

Head, entries and proofs have the form that the stand-alone verifier takes.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from dialer.domain.ledger.sealing import SealedEntry, SignedHead
from dialer.services.ledger.reader import CallEvidence, GrownHead
from dialer.services.ledger.verification import LedgerVerdict
from dialer.verifier.verify_ledger import LedgerFinding
from dialer.views.base import AT, SHA256, InstantText, Listing, View, about

Hashes = Annotated[tuple[str, ...], about("SHA-256 hashes in hexadecimal.", [SHA256])]


class HeadView(View):
    """A signed tree head. The signature is over the canonical JSON of the other fields."""

    format: Annotated[str, about("Name and version of the format.", "dialer-ledger/1")]
    size: Annotated[int, about("Entries under this head.", 42)]
    root: Annotated[str, about("Root of the Merkle tree (RFC 9162, 2.1), SHA-256.", SHA256)]
    last: Annotated[str, about("Hash of the last entry, SHA-256.", SHA256)]
    at: Annotated[InstantText, about("When it was signed.", AT)]
    previous: Annotated[str, about("Hash of the head before, SHA-256; zeros: there is none.", "0" * 64)]
    key: Annotated[str, about("Fingerprint of the signing key, SHA-256.", SHA256)]
    pretended: Annotated[bool, about("Whether the time was pretended: it proves nothing.", False)]
    signature: Annotated[str, about("Ed25519 signature (RFC 8032) in hexadecimal.", "ab" * 64)]

    @classmethod
    def of(cls, head: SignedHead) -> Self:
        return cls(**json.loads(head.line))


class LedgerHeadView(View):
    """The last signed head, with a proof of growth where `since` was given.

    The proof shows that the ledger has only grown since that size.
    """

    head: Annotated[HeadView, about("The last signed head.")]
    consistency: Annotated[
        tuple[str, ...] | None,
        about(
            "The consistency proof of RFC 9162, 2.1.4: hashes in hexadecimal; absent without `since`.",
            [SHA256],
            exclude_if=lambda value: value is None,
        ),
    ] = None

    @classmethod
    def of(cls, grown: GrownHead) -> Self:
        return cls(head=HeadView.of(grown.head), consistency=grown.consistency)


class EntryView(View):
    """An entry, kept to the byte."""

    index: Annotated[int, about("Its number, from 0.", 41)]
    text: Annotated[str, about("Canonical JSON.", '{"kind":"permit"}')]
    hash: Annotated[str, about("SHA-256 over 0x00 and the text: a leaf of the tree.", SHA256)]

    @classmethod
    def of(cls, entry: SealedEntry) -> Self:
        return cls(index=entry.index, text=entry.text, hash=entry.hash.hex())


class EntryList(Listing[EntryView]):
    """Entries in order."""


class ProvedEntryView(EntryView):
    """An entry, and the proof that the head covers it."""

    proof: Annotated[
        tuple[str, ...], about("The inclusion proof of RFC 9162, 2.1.3: hashes in hexadecimal.", [SHA256])
    ]


class EvidenceView(View):
    """Ledger entries about a call and its person, with proofs."""

    head: Annotated[HeadView, about("The head under which all proofs stand.")]
    record: Annotated[
        str | None,
        about(
            "Canonical JSON of the call, whose SHA-256 its outcome holds; null while the call goes on.",
            '{"attempt_id":"5b1c"}',
        ),
    ]
    entries: Annotated[
        tuple[ProvedEntryView, ...], about("Entries about the call, and about consents and oppositions.")
    ]

    @classmethod
    def of(cls, evidence: CallEvidence) -> Self:
        return cls(
            head=HeadView.of(evidence.head),
            record=evidence.record,
            entries=tuple(
                ProvedEntryView(index=entry.index, text=entry.text, hash=entry.hash.hex(), proof=proof)
                for entry, proof in evidence.entries
            ),
        )


class FindingView(View):
    """A finding of a check of the ledger."""

    index: Annotated[int, about("Of the first entry concerned; for a head, its size.", 17)]
    detail: Annotated[str, about("What was found, for people.", "changed: it does not hash as it was sealed")]


class FindingsView(View):
    """The result of a check of an exported ledger."""

    verified: Annotated[bool, about("Whether all is as it was signed.", True)]
    first_wrong: Annotated[
        int | None, about("Index of the first entry that is not as it was sealed; null: all are.", None, 17)
    ]
    findings: Annotated[tuple[FindingView, ...], about("What is wrong, by index.")]
    gaps: Annotated[tuple[FindingView, ...], about("What is missing and owned up to, by index.")]

    @classmethod
    def of(cls, findings: Sequence[LedgerFinding]) -> Self:
        wrong = [finding for finding in findings if not finding.gap]
        return cls(
            verified=not wrong,
            first_wrong=wrong[0].index if wrong else None,
            findings=_each(wrong),
            gaps=_each(finding for finding in findings if finding.gap),
        )


class VerdictView(View):
    """The result of a check of the stored ledger."""

    entries: Annotated[int, about("Entries checked.", 42)]
    heads: Annotated[int, about("Heads checked.", 7)]
    records: Annotated[int, about("Stored rows held against the entries; 0 where those are damaged.", 310)]
    verified: Annotated[bool, about("Whether all is as it was signed.", True)]
    first_wrong: Annotated[
        int | None, about("Index of the first entry that is not as it was sealed; null: all are.", None, 17)
    ]
    findings: Annotated[tuple[FindingView, ...], about("What is wrong, by index.")]
    gaps: Annotated[tuple[FindingView, ...], about("What is missing and owned up to, by index.")]

    @classmethod
    def of(cls, verdict: LedgerVerdict) -> Self:
        found = FindingsView.of(verdict.findings)
        return cls(entries=verdict.entries, heads=verdict.heads, records=verdict.records, **dict(found))


class LedgerExportView(View):
    """A ledger that was written to a folder."""

    folder: Annotated[str, about("Path of the folder.", "export")]
    entries: Annotated[int, about("Entries written.", 42)]


def _each(findings: Iterable[LedgerFinding]) -> tuple[FindingView, ...]:
    return tuple(map(FindingView.mirror, findings))
