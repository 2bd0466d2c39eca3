"""A pack that was written, as JSON."""

from typing import Any

from dialer.services.inspection.inspector import Written


def written_view(written: Written) -> dict[str, Any]:
    """`anomalies`: by kind, those there are."""
    return {
        "folder": str(written.folder),
        "people": written.people,
        "attempts": written.attempts,
        "files": written.files,
        "manifest_sha256": written.manifest,
        "anomalies": dict(written.faults),
    }
