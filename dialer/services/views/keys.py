"""Versions of the fingerprint keys as JSON. Never a key: only by which mark it is known."""

from dataclasses import asdict
from typing import Any

from dialer.ports.keys import KeyVersion
from dialer.services.views.instants import instant_text


def version_view(version: KeyVersion, *, in_force: bool) -> dict[str, Any]:
    return asdict(version) | {"made_at": instant_text(version.made_at), "in_force": in_force}
