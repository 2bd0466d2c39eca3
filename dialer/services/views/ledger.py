"""What a check of the ledger found, as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dialer.services.evidence.verify_ledger import Finding
from dialer.services.ledger.verification import Verdict


def verdict_view(verdict: Verdict) -> dict[str, Any]:
    counts = {"entries": verdict.entries, "heads": verdict.heads, "records": verdict.records}
    return counts | findings_view(verdict.findings)


def findings_view(findings: Sequence[Finding]) -> dict[str, Any]:
    """`first_wrong`: the index of the first entry that is not as it was sealed."""
    return {
        "verified": not findings,
        "first_wrong": findings[0].index if findings else None,
        "findings": [asdict(finding) for finding in findings],
    }
