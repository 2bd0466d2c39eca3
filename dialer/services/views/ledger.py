"""What a check of the ledger found, as JSON."""

from collections.abc import Sequence
from typing import Any

from dialer.services.ledger.verification import LedgerVerdict
from dialer.verifier.verify_ledger import LedgerFinding


def verdict_view(verdict: LedgerVerdict) -> dict[str, Any]:
    counts = {"entries": verdict.entries, "heads": verdict.heads, "records": verdict.records}
    return counts | findings_view(verdict.findings)


def findings_view(findings: Sequence[LedgerFinding]) -> dict[str, Any]:
    """`first_wrong`: the index of the first entry that is not as it was sealed. `gaps`: what is missing and owned up to."""
    wrong = [finding for finding in findings if not finding.gap]
    return {
        "verified": not wrong,
        "first_wrong": wrong[0].index if wrong else None,
        "findings": [_told(finding) for finding in wrong],
        "gaps": [_told(finding) for finding in findings if finding.gap],
    }


def _told(finding: LedgerFinding) -> dict[str, Any]:
    return {"index": finding.index, "detail": finding.detail}
