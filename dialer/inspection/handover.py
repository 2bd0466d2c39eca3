"""Files of every pack: the program that checks it, and heads to compare with.

The reader of a pack can compare them with a head kept from earlier.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialer import verifier
from dialer.ports.inspection.inspection import PackFiles
from dialer.ports.ledger.ledger import Signer
from dialer.verifier.verify_ledger import Head, lost_heads, read_head, without_lost

LAUNCHER = "verify.py"


def write_program(files: PackFiles) -> None:
    """Copy the verifier of this program, file by file. Blocking."""
    folder = Path(verifier.__file__).parent
    for path in sorted(folder.glob("*.py")):
        files.put(path.name if path.name == LAUNCHER else f"verifier/{path.name}", path.read_bytes())


def earlier_heads(
    kept: Iterable[str], exported: Iterable[str], acts: Iterable[str], signer: Signer
) -> list[dict[str, Any]]:
    """Return every head of `kept`, and the last exported head of each day, by size.

    A line that is no head, or not signed with our key, is left out: the check of the ledger reports
    it. Heads of entries that a restored backup did not hold are left out, too, where `acts`
    (entries of the ledger) declare the loss.
    """
    asked = {head.text: head for head in _read(kept)}
    known = {head.text: head for head in _read(exported)} | asked
    good = without_lost(sorted(known.values(), key=lambda head: head.size), lost_heads(acts))
    days = {head.at[:10]: head for head in good}
    chosen = {head.size: head for head in good if head.text in asked or days[head.at[:10]] is head}
    return [
        json.loads(head.text) | {"signature": head.signature.hex()}
        for _, head in sorted(chosen.items())
        if signer.verify(signer.public_key, head.text.encode(), head.signature)
    ]


def _read(lines: Iterable[str]) -> Iterator[Head]:
    for line in lines:
        try:
            yield read_head(line)
        except ValueError:
            continue
