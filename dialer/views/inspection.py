"""An inspection pack that was written."""

from typing import Annotated

from dialer.views.base import SHA256, View, about


class PackView(View):
    """A written inspection pack: its size, its hash and its anomalies."""

    folder: Annotated[str, about("Path of the pack.", "pack")]
    people: Annotated[int, about("People called.", 310)]
    attempts: Annotated[int, about("Calls made.", 412)]
    files: Annotated[int, about("Files in the pack.", 60)]
    manifest_sha256: Annotated[str, about("SHA-256 of its manifest, which the ledger holds.", SHA256)]
    anomalies: Annotated[
        dict[str, int],
        about("How many anomalies of each kind; kinds without any are left out.", {"LEDGER": 1}),
    ]
