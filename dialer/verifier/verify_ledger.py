"""Check a ledger without the program that wrote it, with Python's standard library (3.9 or later).

    python3 verify_ledger.py EXPORT [--key KEY] [--head HEADS]
        a folder made by `dialer ledger export`
    python3 verify_ledger.py EVIDENCE.json --key KEY
        one call's evidence, or a head with a proof of growth

KEY is the installation's public key (PEM): take it from somebody who had it before. HEADS were
handed out earlier, one a line. Exit status 0: everything is as it was signed. 1: something is
wrong; the first wrong entry is named. 2: wrong use.

An entry is one line of JSON. Its hash is SHA-256 over 0x00 and the line; it names the hash of the
entry before it. All hashes are the leaves of a Merkle tree (RFC 9162, 2.1). Its root is stated in
heads signed with Ed25519 (RFC 8032), each naming the head before it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .ed25519 import read_key, signed_by

NONE_BEFORE = "0" * 64
RESTORED = "ledger.restore"
LONGEST_CALL = timedelta(hours=1)
"""A decision without a recorded outcome for so long is an alarm.

At every start the service finds out the outcome of all calls.
"""


def leaf_hash(line: str) -> bytes:
    return hashlib.sha256(b"\x00" + line.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the complete subtrees, largest first, each with its number of leaves."""

    def __init__(self, parts: Iterable[tuple[int, bytes]] = ()) -> None:
        self.parts = list(parts)

    def add(self, leaf: bytes) -> None:
        width, whole = 1, leaf
        while self.parts and self.parts[-1][0] == width:
            width, whole = 2 * width, node_hash(self.parts.pop()[1], whole)
        self.parts.append((width, whole))

    def root(self) -> bytes:
        if not self.parts:
            return hashlib.sha256(b"").digest()
        root = self.parts[-1][1]
        for _, part in reversed(self.parts[:-1]):
            root = node_hash(part, root)
        return root


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Verify an inclusion proof (RFC 9162, 2.1.3.2)."""
    node, last, here = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            here = node_hash(sibling, here)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            here = node_hash(here, sibling)
        node, last = node >> 1, last >> 1
    return 0 <= index < size and last == 0 and here == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not proof
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not 0 < old < new or not nodes:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


@dataclass(frozen=True)
class LedgerFinding:
    """A fault; or, with `gap`, a loss that the ledger owns up to.

    `index`: of the first entry concerned; for a head, its size.
    """

    index: int
    detail: str
    gap: bool = False


@dataclass(frozen=True)
class Head:
    size: int
    root: str
    last: str
    at: str
    previous: str
    text: str
    signature: bytes

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


SignatureCheck = Callable[[bytes, bytes, bytes], bool]
Lost = dict[str, int]  # by hash of a last head that a restored backup did not hold: how many entries it held


def read_head(line: str) -> Head:
    """Parse a head. Raise `ValueError` for a line that is none."""
    fields = json.loads(line)
    try:
        signature = bytes.fromhex(fields.pop("signature"))
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        root, last, at, previous = (str(fields[name]) for name in ("root", "last", "at", "previous"))
        return Head(int(fields["size"]), root, last, at, previous, text, signature)
    except (AttributeError, KeyError, TypeError):
        raise ValueError("this is no head of a ledger") from None


def lost_heads(entries: Iterable[str]) -> Lost:
    """Return the lost heads that entries own up to."""
    told = [read_entry(line) or {} for line in entries if f'"kind":"{RESTORED}"' in line]
    bodies = [entry["body"] for entry in told if entry.get("kind") == RESTORED]
    return {lost: int(body["held"]) for body in bodies for lost in body["lost_heads"]}


def without_lost(heads: Sequence[Head], lost: Lost) -> list[Head]:
    """Return `heads`, in order of size, without those lost in a restoration.

    The heads that lead up to a lost one, after the backup's end, are lost with it.
    """
    held, kept = dict(lost), []
    for head in reversed(heads):
        since = held.get(head.hash, head.size)
        if head.size > since:
            held[head.previous] = min(since, held.get(head.previous, since))
        else:
            kept.append(head)
    return kept[::-1]


def check_heads(
    lines: Iterable[str], key: bytes, signed: SignatureCheck = signed_by, lost: Lost | None = None
) -> tuple[list[Head], list[LedgerFinding]]:
    """Return the rightly signed heads, in order of size, and the faults.

    Faults of single heads, and of their succession.
    """
    heads: dict[str, Head] = {}
    findings: list[LedgerFinding] = []
    for line in lines:
        try:
            head = read_head(line)
        except ValueError:
            findings.append(LedgerFinding(0, f"a head cannot be read: {line[:60]!r}"))
            continue
        if heads.get(head.text) == head:
            continue
        if signed(key, head.text.encode(), head.signature):
            heads[head.text] = head
        else:
            detail = f"the head of size {head.size} has not the right signature"
            findings.append(LedgerFinding(head.size, detail))
    good = without_lost(sorted(heads.values(), key=lambda head: head.size), lost or {})
    before = NONE_BEFORE
    for head in good:
        if head.previous != before:
            detail = f"the head of size {head.size} does not follow the one before"
            findings.append(LedgerFinding(head.size, detail))
        before = head.hash
    return good, findings


@dataclass
class WriteAhead:
    """The order of writing: the decision stands before the call, the outcome after it."""

    permits: dict[str, tuple[int, str]] = field(default_factory=dict)

    def take(self, index: int, entry: dict[str, Any]) -> list[LedgerFinding]:
        about = str(entry.get("about"))
        if entry.get("kind") == "decision.permit":
            self.permits[about] = (index, str(entry.get("at")))
        elif entry.get("kind") == "attempt.outcome" and self.permits.pop(about, None) is None:
            return [LedgerFinding(index, f"call {about} has an outcome, but no decision before it")]
        return []

    def finish(self, at: str) -> list[LedgerFinding]:  # when the last head was made
        limit = datetime.fromisoformat(at) - LONGEST_CALL
        return [
            LedgerFinding(index, f"call {about} was decided, but its outcome was never recorded")
            for about, (index, decided_at) in self.permits.items()
            if datetime.fromisoformat(decided_at) < limit
        ]


class Entries:
    """Entries, fed in order: the first break of the chain is named.

    Nothing is guessed about the entries behind it.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self.heads = {head.size: head for head in heads}
        self.last_head = heads[-1] if heads else None
        self.findings: list[LedgerFinding] = []
        self.size = 0
        self.broken = False
        self._tree = Tree()
        self._hashes = [NONE_BEFORE, NONE_BEFORE]
        self._vouched = 0
        self._held: str | None = None
        self._calls = WriteAhead()

    def feed(self, line: str) -> None:
        if self._held is not None and not self.broken:
            self._take(self._held, line)
        self._held = line

    def finish(self) -> list[LedgerFinding]:
        """Return every finding, by index."""
        if self._held is not None and not self.broken:
            self._take(self._held, None)
        covered = self.last_head.size if self.last_head else 0
        if not self.broken and self.size != covered:
            detail = f"the ledger has {self.size} entries, but a head was signed for {covered}"
            self._break(min(self.size, covered), detail)
        if self.last_head and not self.broken:
            self.findings.extend(self._calls.finish(self.last_head.at))
        return sorted(self.findings, key=lambda finding: finding.index)

    def _break(self, index: int, detail: str) -> None:
        self.broken = True
        self.findings.append(LedgerFinding(index, detail))

    def _take(self, line: str, following: str | None) -> None:
        here = self.size
        entry, leaf = read_entry(line), leaf_hash(line)
        if entry is None:
            self._break(here, "cannot be read")
        elif entry["index"] > here:
            self._break(here, f"missing: entry {entry['index']} stands in its place")
        elif entry["index"] < here:
            self._extra(entry, leaf, following)
        elif entry["previous"] != self._hashes[-1]:
            earlier = self._vouched < here and self._vouches(following, leaf, here + 1)
            self._break(here - 1 if earlier else here, "changed: its hash is not the one its neighbour names")
        else:
            self._accept(entry, leaf)

    def _extra(self, entry: dict[str, Any], leaf: bytes, following: str | None) -> None:
        """Report an entry too many: this one, or the one before it if this one fits its place."""
        last = self.size - 1
        before, latest = self._hashes
        fits = (entry["index"], entry["previous"]) == (last, before) and leaf.hex() != latest
        earlier = fits and self._vouched <= last and self._vouches(following, leaf, self.size)
        self._break(last if earlier else self.size, f"inserted: number {entry['index']} stands here twice")

    def _vouches(self, following: str | None, leaf: bytes, size: int) -> bool:
        """Return whether the entry after it names this hash.

        At the end, whether the head signed for `size` entries does.
        """
        if following is not None:
            entry = read_entry(following)
            return entry is not None and entry["previous"] == leaf.hex()
        head = self.heads.get(size)
        return head is not None and head.last == leaf.hex()

    def _accept(self, entry: dict[str, Any], leaf: bytes) -> None:
        head = self.heads.get(self.size + 1)
        before = list(self._tree.parts) if head else []
        self._tree.add(leaf)
        if head and (head.last, head.root) != (leaf.hex(), self._tree.root().hex()):
            # If the root comes out with the last entry that the head names, the others are right.
            others = Tree(before)
            others.add(bytes.fromhex(head.last))
            where = self.size if others.root().hex() == head.root else self._vouched
            self._break(where, f"changed here or later: not what the head of size {head.size} was signed for")
            return
        self._hashes = [self._hashes[-1], leaf.hex()]
        self.findings.extend(self._calls.take(self.size, entry))
        if entry.get("kind") == RESTORED:
            self.findings.append(LedgerFinding(self.size, gap_told(entry["body"]), gap=True))
        self.size += 1
        self._vouched = self.size if head else self._vouched


def gap_told(body: dict[str, Any]) -> str:
    held, end = body["held"], body["lost"]
    lost = f"entries {held} to {end - 1}" if end > held else "nothing signed"
    return f"a backup of {body['taken_at']} was restored: {lost} lost"


def read_entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
        return entry if isinstance(entry["index"], int) and isinstance(entry["previous"], str) else None
    except (ValueError, TypeError, KeyError):
        return None


def check_export(folder: Path, key: bytes, kept: Iterable[str]) -> list[LedgerFinding]:
    """Check an export. `kept`: lines of heads that were handed out earlier."""
    # A byte that is no UTF-8 is read as another character: its entry is then found to be changed,
    # and named.
    with (folder / "entries.jsonl").open(encoding="utf-8", errors="replace", newline="\n") as lines:
        lost = lost_heads(lines)
    with (folder / "heads.jsonl").open(encoding="utf-8", errors="replace") as lines:
        heads, findings = check_heads((line.rstrip("\n") for line in (*kept, *lines)), key, lost=lost)
    entries = Entries(heads)
    with (folder / "entries.jsonl").open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            entries.feed(line.rstrip("\n"))
    return sorted([*findings, *entries.finish()], key=lambda finding: finding.index)


def check_evidence(document: dict[str, Any], key: bytes, kept: Sequence[str]) -> list[LedgerFinding]:
    """Check one call's entries with their proofs.

    For a head kept from earlier, also that the ledger has only grown since.
    """
    head = read_head(json.dumps(document["head"]))
    good = signed_by(key, head.text.encode(), head.signature)
    findings = [] if good else [LedgerFinding(head.size, "the head has not the right signature")]
    root, calls, records = bytes.fromhex(head.root), WriteAhead(), set()
    for item in document.get("entries", []):
        index, entry, proof = item["index"], read_entry(item["text"]), [*map(bytes.fromhex, item["proof"])]
        if entry is None or not included(index, head.size, leaf_hash(item["text"]), proof, root):
            findings.append(LedgerFinding(index, "the head does not cover this entry"))
            continue
        records.add(entry["body"].get("record"))
        findings.extend(calls.take(index, entry))
    record = document.get("record")
    if record and hashlib.sha256(record.encode()).hexdigest() not in records:
        findings += [LedgerFinding(head.size, "the record of the call is not the one whose hash was sealed")]
    for old in map(read_head, kept[-1:]):
        growth = [*map(bytes.fromhex, document.get("consistency", []))]
        if not consistent(old.size, bytes.fromhex(old.root), head.size, root, growth):
            findings += [LedgerFinding(old.size, f"the ledger has not merely grown since {old.size} entries")]
    return findings


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a ledger, or one call's evidence.")
    parser.add_argument("what", type=Path, help="an exported ledger (folder), or evidence (file)")
    parser.add_argument("--key", type=Path, help="public key (PEM); by default the one in the folder")
    parser.add_argument("--head", type=Path, help="heads kept from earlier, one a line")
    asked = parser.parse_args(arguments)
    try:
        key = read_key((asked.key or asked.what / "public-key.pem").read_text(encoding="ascii"))
        kept = asked.head.read_text(encoding="utf-8").splitlines() if asked.head else []
        whole = asked.what.is_dir()
        document: dict[str, Any] = {} if whole else json.loads(asked.what.read_text(encoding="utf-8"))
        findings = check_export(asked.what, key, kept) if whole else check_evidence(document, key, kept)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"cannot check {asked.what}: {error}\n")
        return 2
    wrong = [finding for finding in findings if not finding.gap]
    lines = [f"{'GAP' if one.gap else 'WRONG'} at {one.index}: {one.detail}" for one in findings]
    lines += [] if wrong else ["all entries and heads are as they were signed"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
