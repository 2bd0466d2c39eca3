"""What goes into every pack: the program that checks it, and the heads by which somebody who kept one can compare."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialer.domain.ledger.head import SignedHead, read_head
from dialer.ports.inspection import PackFiles
from dialer.ports.ledger import Signer
from dialer.services import evidence

LAUNCHER = "verify.py"


def write_program(files: PackFiles) -> None:
    """The verifier as it is here, file by file. Blocking."""
    folder = Path(evidence.__file__).parent
    for path in sorted(folder.glob("*.py")):
        files.put(path.name if path.name == LAUNCHER else f"verifier/{path.name}", path.read_bytes())


def earlier_heads(kept: Iterable[str], exported: Iterable[str], signer: Signer) -> list[dict[str, Any]]:
    """Every head of `kept`, and of those that were exported the last of each day, by size.

    What is no head, or not signed with our key, is left out: the check of the ledger names it.
    """
    days: dict[str, SignedHead] = {}
    for head in _signed(exported, signer):
        day = head.head.at.date().isoformat()
        if day not in days or days[day].head.size < head.head.size:
            days[day] = head
    found = {head.head.size: head for head in (*days.values(), *_signed(kept, signer))}
    return [json.loads(found[size].line) for size in sorted(found)]


def _signed(lines: Iterable[str], signer: Signer) -> Iterator[SignedHead]:
    for line in lines:
        try:
            head = read_head(line)
            signature = bytes.fromhex(head.signature)
        except (ValueError, TypeError):
            continue
        if signer.verify(signer.public_key, head.head.text.encode(), signature):
            yield head
