"""Imports as JSON."""

import json
from dataclasses import asdict
from typing import Any

from dialer.domain.base.types import ImportId
from dialer.domain.consent.contact import ImportManifest
from dialer.services.imports.import_reports import ImportState
from dialer.services.views.instants import instant_text


def import_view(import_id: ImportId, state: ImportState) -> dict[str, Any]:
    return {
        "id": import_id,
        "done": state.report is not None,
        "progress": asdict(state.progress) if state.progress else None,
        "manifest": manifest_view(state.manifest) if state.manifest else None,
        "report": json.loads(state.report) if state.report else None,
    }


def manifest_view(manifest: ImportManifest) -> dict[str, Any]:
    return asdict(manifest) | {
        "collected_at": instant_text(manifest.collected_at),
        "imported_at": instant_text(manifest.imported_at),
    }
