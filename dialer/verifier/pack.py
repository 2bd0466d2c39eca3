"""The check of an inspection pack.

Every file is held against the signed manifest, every entry against the ledger's head, every figure
against the records.
"""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from .approval import approval_in
from .completeness import PROBE, Shown, left_out
from .ed25519 import signed_by
from .foundations import strange_terms
from .people import Document, read_person
from .recount import Recount
from .verify_ledger import Head, consistent, included, leaf_hash, read_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
DEFINITION = "campaign/definition.json"
ENTRIES = "entries.jsonl"
UNLISTED = frozenset({MANIFEST, SIGNATURE})
OPENING, CLOSING = '<script type="application/json" id="figures">', "</script>"
"""Around the figures in the report: for machines, without effect in a browser."""
UNREADABLE = (OSError, ValueError, ArithmeticError, KeyError, TypeError, IndexError, AttributeError)


class PackFinding(NamedTuple):
    """A fault: the file, and the detail."""

    where: str
    detail: str


class Pack:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def public_key(self) -> Path:
        return self.folder / "ledger" / "public-key.pem"

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def documents(self, name: str) -> Iterator[Document]:
        """Yield the documents of a file with a JSON document a line."""
        with (self.folder / name).open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield json.loads(line)

    def terms(self) -> Document:
        """Return the terms of the recount.

        `terms.json`, the rule packs and the contexts of decisions by their hash.
        """
        return {
            **json.loads(self.text("terms.json")),
            "packs": dict(self._by_hash("rule-packs")),
            "contexts": dict(self._by_hash("contexts")),
        }

    def _by_hash(self, name: str) -> Iterator[tuple[str, Document]]:
        for path in sorted((self.folder / name).glob("*.json")):
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != path.stem:
                raise ValueError(f"{name}/{path.name} is not what its name, a hash that was sealed, says")
            yield path.stem, json.loads(content)


def check(pack: Pack, key: bytes, kept: Sequence[str] = (), ledger: Path | None = None) -> list[PackFinding]:
    """Return every fault.

    `key`: the public key, 32 bytes; `kept`: lines of heads that were handed out earlier; `ledger`:
    as `ledger_of` returns it.
    """
    findings = list(_signature(pack, key))
    findings += _guarded(MANIFEST, lambda: _files(pack))
    head: list[Head] = []
    findings += _guarded("ledger/heads.jsonl", lambda: _heads(pack, key, kept, head))
    if head:
        findings += _guarded(MANIFEST, lambda: _contents(pack, head[-1], ledger))
    findings += _guarded("script/script.json", lambda: _script(pack))
    return findings


def ledger_of(pack: Pack, export: Path | None = None) -> Path | None:
    """Return the file of the whole ledger, in the folder of an export, or else in the pack.

    None: a masked pack has it not.
    """
    if export is not None:
        return export / ENTRIES
    return None if _says_it_is_masked(pack) else pack.folder / "ledger" / ENTRIES


def _says_it_is_masked(pack: Pack) -> bool:
    """Return whether the summary says so.

    One that cannot be read does not; that it was changed is reported with the other files.
    """
    try:
        return json.loads(pack.text("summary.json"))["masked"] is True
    except UNREADABLE:
        return False


def _contents(pack: Pack, head: Head, ledger: Path | None) -> Iterator[PackFinding]:
    """Yield the faults of the entries under the head, and the entries left out."""
    shown = Shown(json.loads(pack.text(MANIFEST))["campaign"], head.size)
    yield from _guarded("ledger/acts.jsonl", lambda: _acts(pack, head, shown))
    yield from _guarded("evidence.jsonl", lambda: _evidence(pack, head, shown))
    if ledger is not None:
        yield from _guarded(f"ledger/{ENTRIES}", lambda: _whole(pack, head, shown, ledger))


def _whole(pack: Pack, head: Head, shown: Shown, ledger: Path) -> Iterator[PackFinding]:
    gone = json.loads(pack.text("summary.json"))["faults_of_the_program"].get("MISSING_CALL", ())
    with ledger.open(encoding="utf-8", newline="\n") as lines:
        for detail in left_out(lines, shown, head, frozenset(told.split()[1] for told in gone)):
            yield PackFinding(f"ledger/{ENTRIES}", detail)


def _guarded(where: str, work: Callable[[], Iterable[PackFinding]]) -> list[PackFinding]:
    findings: list[PackFinding] = []
    try:
        findings.extend(work())
    except UNREADABLE as error:
        findings.append(PackFinding(where, f"cannot be read: {error}"))
    return findings


def _signature(pack: Pack, key: bytes) -> Iterator[PackFinding]:
    try:
        text = pack.text(SIGNATURE)
        signature = bytes.fromhex(text.strip())
        good = signed_by(key, (pack.folder / MANIFEST).read_bytes(), signature)
        if text != signature.hex() + "\n" or not good:
            yield PackFinding(
                SIGNATURE, f"is not this key's signature of {MANIFEST}: one of the two was changed"
            )
    except (OSError, ValueError) as error:
        yield PackFinding(SIGNATURE, f"cannot be read: {error}")


def _files(pack: Pack) -> Iterator[PackFinding]:
    listed = json.loads(pack.text(MANIFEST))["files"]
    for name, stated in sorted(listed.items()):
        path = pack.folder / name
        if not path.is_file() or path.is_symlink():
            yield PackFinding(name, "is missing")
        elif digest(path) != stated["sha256"]:
            yield PackFinding(name, "was changed")
    there = {path.relative_to(pack.folder).as_posix() for path in pack.folder.rglob("*") if path.is_file()}
    for name in sorted(there - listed.keys() - UNLISTED):
        yield PackFinding(name, "was not in the pack when it was made")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()


def _heads(pack: Pack, key: bytes, kept: Sequence[str], found: list[Head]) -> Iterator[PackFinding]:
    """Yield the faults of the heads.

    `found` receives the head that the pack stands under, if it is rightly signed.
    """
    where, documents = "ledger/heads.jsonl", list(pack.documents("ledger/heads.jsonl"))
    heads = [read_head(json.dumps(document["head"])) for document in documents]
    for head in heads:
        if not signed_by(key, head.text.encode(), head.signature):
            yield PackFinding(where, f"the head of size {head.size} has not the right signature")
            return
    last = heads[-1]
    found.append(last)
    for head, document in zip(heads, documents):
        growth = [bytes.fromhex(node) for node in document["consistency"]]
        roots = bytes.fromhex(head.root), bytes.fromhex(last.root)
        if not consistent(head.size, roots[0], last.size, roots[1], growth):
            yield PackFinding(where, f"the ledger has not merely grown since {head.size} entries")
    known = {head.size: head.root for head in heads}
    for head in map(read_head, kept):
        if head.size not in known:
            yield PackFinding(
                where, f"nothing is proved of your head of size {head.size}: ask for a pack with --head"
            )
        elif known[head.size] != head.root:
            yield PackFinding(where, f"your head of size {head.size} is that of another ledger")


def _acts(pack: Pack, head: Head, shown: Shown) -> Iterator[PackFinding]:
    """Yield the faults of the acts on the campaign: the pack must show the approved one."""
    acts = []
    for item in pack.documents("ledger/acts.jsonl"):
        if covered(item, head):
            shown.take(item["index"])
            acts.append(json.loads(item["text"]))
        else:
            yield PackFinding("ledger/acts.jsonl", f"the head does not cover entry {item['index']}")
    yield from _recordings(pack, acts)
    approval = approval_in(acts)
    definition_hash = hashlib.sha256((pack.folder / DEFINITION).read_bytes()).hexdigest()
    stated = json.loads(pack.text("summary.json"))["faults"]["DEFINITION"]
    wrong = approval is not None and (approval.strayed or approval.definition != definition_hash)
    if wrong and not stated:
        yield PackFinding(DEFINITION, "is not what was approved")
    definition = json.loads(pack.text(DEFINITION))
    terms = json.loads(pack.text("terms.json"))
    for detail in strange_terms(terms, definition, None if stated else approval):
        yield PackFinding("terms.json", detail)


def _recordings(pack: Pack, acts: Iterable[Document]) -> Iterator[PackFinding]:
    """Yield the faults of recordings.

    The ledger must confirm each recording of a call-back probe, unless the pack itself says
    otherwise.
    """
    told = {probe["id"]: probe["recording_sha256"] for probe in json.loads(pack.text("probes.json"))}
    stated = json.loads(pack.text("summary.json"))["faults"]["PROBE_FILES"]
    for act in acts:
        if act["kind"] != PROBE:
            continue
        name, sealed = act["about"], act["body"]["recording_sha256"]
        if name not in told or told[name] != sealed:
            yield PackFinding("probes.json", f"does not tell of probe {name} as the ledger does")
        sound = pack.folder / "probes" / f"{name}.alaw"
        if sound.exists() and digest(sound) != sealed and not stated:
            yield PackFinding(f"probes/{sound.name}", "is not what the call-back probe heard")


def covered(item: Document, head: Head) -> bool:
    """Return whether an entry with its proof is in the tree of this head."""
    proof = [bytes.fromhex(node) for node in item["proof"]]
    text, index = item["text"], item["index"]
    same = json.loads(text)["index"] == index
    return same and included(index, head.size, leaf_hash(text), proof, bytes.fromhex(head.root))


def _evidence(pack: Pack, head: Head, shown: Shown) -> Iterator[PackFinding]:
    terms = pack.terms()
    if terms["head_at"] != head.at:
        yield PackFinding("terms.json", "was made for another head of the ledger")
    recount, faults = Recount(terms), 0
    for line, document in enumerate(pack.documents("evidence.jsonl"), start=1):
        for item in document["entries"]:
            if not covered(item, head):
                yield PackFinding(
                    "evidence.jsonl", f"line {line}: the head does not cover entry {item['index']}"
                )
        person = read_person(document)
        shown.take_person(person)
        if len({entry.subject for entry in person.entries}) > 1:
            yield PackFinding("evidence.jsonl", f"line {line}: entries about several people")
        faults += len(recount.feed(person))
    yield from _compare(pack, json.loads(json.dumps(recount.figures())), faults)


def _compare(pack: Pack, figures: Document, faults: int) -> Iterator[PackFinding]:
    """Compare the stated figures with the recounted ones."""
    if json.loads(pack.text("figures.json")) != figures:
        yield PackFinding("figures.json", "is not what a recount of evidence.jsonl gives")
    stated = pack.text("report.html").partition(OPENING)[2].partition(CLOSING)[0]
    if json.loads(stated) != figures:
        yield PackFinding("report.html", "states other figures than a recount of evidence.jsonl gives")
    for name, expected in (("anomalies.csv", faults), ("calls.csv", figures["totals"].get("attempts", 0))):
        with (pack.folder / name).open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.reader(file)) - 1
        if rows != expected:
            yield PackFinding(name, f"has {rows} rows, a recount of evidence.jsonl gives {expected}")


def _script(pack: Pack) -> Iterator[PackFinding]:
    """Yield the faults of the audio: it must be of the script whose hash stands in every permit."""
    script = json.loads(pack.text("script/script.json"))
    lines = []
    for prompt in script["prompts"]:
        audio = pack.folder / "script" / f"{prompt['name']}.alaw"
        if digest(audio) != prompt["sha256"]:
            yield PackFinding(f"script/{audio.name}", "is not the audio that was approved")
        lines.append(f"{prompt['name']} {prompt['sha256']}\n")
    whole = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    if lines and whole != script["script"]:
        yield PackFinding("script/script.json", "the hash of the script is not that of its prompts")
