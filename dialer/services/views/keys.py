"""Versions of the fingerprint keys as JSON. Never a key: only by which mark it is known."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dialer.ports.keys import KeyVersion
from dialer.services.views.instants import instant_text


def versions_view(versions: Sequence[KeyVersion], made: KeyVersion | None) -> list[dict[str, Any]]:
    """In order. `state`: replaced, in_force, or being_made of `made`."""
    states = {version.version: "replaced" for version in versions} | {versions[-1].version: "in_force"}
    if made is not None:
        states[made.version] = "being_made"
        versions = [*versions, made]
    return [
        asdict(version) | {"made_at": instant_text(version.made_at), "state": states[version.version]}
        for version in versions
    ]
