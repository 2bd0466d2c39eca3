"""Inspection packs in other hands, or in those of a maker who cheats."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dialer.adapters.home.keys import Ed25519Signer, ledger_signing_key
from dialer.verifier.ed25519 import read_key
from dialer.verifier.pack import CLOSING, OPENING, Pack, check, digest, ledger_of
from dialer.verifier.people import read_person
from dialer.verifier.recount import Recount
from tests.integration.command import Command


def key_of(dialer: Command) -> bytes:
    return read_key((dialer.home / "heads" / "public-key.pem").read_text("ascii"))


def wrong(folder: Path, key: bytes) -> dict[str, str]:
    pack = Pack(folder)
    return {finding.where: finding.detail for finding in check(pack, key, ledger=ledger_of(pack))}


def judged_alone(folder: Path, *words: str, verifier: Path | None = None) -> tuple[int, str]:
    """Run a pack's own verifier, or another's, with the standard library and no environment.

    Return its exit status and output.
    """
    command = [sys.executable, "-I", "-S", str((verifier or folder) / "verify.py"), str(folder), *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={})
    return ran.returncode, ran.stdout + ran.stderr


def people_in(folder: Path) -> list[Any]:
    """Read the lines of the evidence."""
    return [json.loads(line) for line in (folder / "evidence.jsonl").read_text("utf-8").splitlines()]


def made_anew(folder: Path, home: Path, people: Sequence[Any]) -> None:
    """Remake the pack as if these were all the people.

    It is counted again, and signed with the key of the installation.
    """
    _write(folder / "evidence.jsonl", "".join(f"{json.dumps(person)}\n" for person in people))
    recount = Recount(Pack(folder).terms())
    for person in people:
        recount.feed(read_person(person))
    figures = json.dumps(recount.figures())
    _write(folder / "figures.json", figures)
    before, _, rest = (folder / "report.html").read_text("utf-8").partition(OPENING)
    _write(folder / "report.html", before + OPENING + figures + CLOSING + rest.partition(CLOSING)[2])
    calls = {call["attempt_id"] for person in people for call in person["calls"]}
    header, *rows = (folder / "calls.csv").read_text("utf-8").splitlines(keepends=True)
    _write(folder / "calls.csv", header + "".join(row for row in rows if row.partition(",")[0] in calls))
    sign(folder, home)


def sign(folder: Path, home: Path) -> None:
    """Sign the files that lie there now."""
    signer, manifest = Ed25519Signer(ledger_signing_key(home)), folder / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    told["files"] = {
        name: {"sha256": digest(folder / name)} for name in told["files"] if (folder / name).exists()
    }
    _write(manifest, json.dumps(told))
    _write(folder / "manifest.sig", f"{signer.sign(manifest.read_bytes()).hex()}\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="")
