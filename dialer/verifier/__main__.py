"""The verifier of inspection packs, as `verify.py` starts it.

    python3 verify.py [FOLDER] [--key KEY] [--head HEADS] [--ledger EXPORT]

FOLDER is the pack, by default the one this program lies in. KEY is the installation's public key
(PEM): take it from somebody who had it before. HEADS are heads of the ledger that were handed out
earlier, one a line. EXPORT is a folder made by `dialer ledger export`: a masked pack, which has not
the whole ledger, is held against it.

Exit status 0: the pack is as it was made, leaves nothing out, and its figures follow from its
records. 1: it is not, and each fault is named. 2: wrong use.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .ed25519 import read_key
from .pack import Pack, check, ledger_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description="Check an inspection pack.")
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("folder", type=Path, nargs="?", default=here, help="the pack; by default this one")
    parser.add_argument("--key", type=Path, help="public key (PEM) that you had before")
    parser.add_argument("--head", type=Path, help="heads of the ledger kept from earlier, one a line")
    parser.add_argument("--ledger", type=Path, help="folder with the whole ledger, exported")
    asked = parser.parse_args()
    pack = Pack(asked.folder)
    try:
        key = read_key((asked.key or pack.public_key).read_text(encoding="ascii"))
        kept = asked.head.read_text(encoding="utf-8").splitlines() if asked.head else []
        ledger = ledger_of(pack, asked.ledger)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"cannot check {asked.folder}: {error}\n")
        return 2
    findings = check(pack, key, kept, ledger)
    for finding in findings:
        sys.stdout.write(f"WRONG {finding.where}: {finding.detail}\n")
    if not findings:
        _praise(pack, own_key=asked.key is None)
    if ledger is None:
        sys.stdout.write("NOT CHECKED: whether calls were left out; give the exported ledger with --ledger\n")
    return 1 if findings else 0


def _praise(pack: Pack, *, own_key: bool) -> None:
    stated = json.loads(pack.text("figures.json"))
    faults = {kind: count for kind, count in stated["faults"].items() if count}
    sys.stdout.write("the pack is as it was made, and its figures follow from its records\n")
    if faults:
        sys.stdout.write(f"ANOMALIES that it states: {json.dumps(faults)}\n")
    if own_key:
        sys.stdout.write(
            "signed with the key in this folder: compare ledger/public-key.pem with your own copy\n"
        )


if __name__ == "__main__":
    sys.exit(main())
