"""The export of the ledger into a folder that stands alone.

It holds entries, heads, the public key, and the verifier, which needs Python only.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from dialer import verifier
from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, InvalidInput
from dialer.ports.ledger import HasLedger, HeadFiles, Signer
from dialer.ports.unit_of_work import Store
from dialer.services.ledger.verification import entry_pages, head_lines
from dialer.verifier import ed25519, verify_export, verify_ledger

README = """\
This folder holds a whole ledger, as it was when it was exported.

entries.jsonl      one entry a line, in order
heads.jsonl        every signed head of the tree of these entries
public-key.pem     the installation's public key; compare it with the one you were given before
verify_ledger.py   checks all of it: python3 verify_ledger.py . --key YOUR-COPY-OF-THE-KEY (what it does is in verifier/)
"""


class LedgerExport:
    def __init__(self, store: Store[HasLedger], files: HeadFiles, signer: Signer) -> None:
        self._store = store
        self._files = files
        self._signer = signer

    async def run(self, actor: Actor, folder: Path) -> int:
        """Fill a new or empty folder; return the number of entries.

        Raise `Conflict` where the folder is not empty, `InvalidInput` where it cannot be written.
        """
        actor.demand(Right.READ_EVIDENCE)
        try:
            await asyncio.to_thread(_make_empty, folder)
            return await self._fill(folder)
        except OSError as error:
            raise InvalidInput(f"{folder} cannot be written: {error.strerror}") from None

    async def _fill(self, folder: Path) -> int:
        # Read the heads first: entries sealed meanwhile are then under no head, and left out below.
        stored = [line async for line in head_lines(self._store)]
        heads = list(dict.fromkeys([*await self._files.lines(), *stored]))
        async with self._store.read() as work:
            head = await work.ledger.head()
        await asyncio.to_thread(_append, folder / "heads.jsonl", heads)
        await asyncio.to_thread(_append, folder / "entries.jsonl", ())
        await asyncio.to_thread(_add_tools, folder, self._signer.public_pem)
        count = 0
        async for page in entry_pages(self._store):
            texts = [entry.text for entry in page]
            await asyncio.to_thread(_append, folder / "entries.jsonl", texts)
            count += len(texts)
            if head and count >= head.head.size:
                break
        return count


def _make_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty", hint="name a new folder")


def _append(path: Path, lines: Iterable[str]) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _add_tools(folder: Path, public_pem: str) -> None:
    (folder / "public-key.pem").write_text(public_pem, encoding="ascii")
    (folder / "README.txt").write_text(README, encoding="utf-8")
    add_verifier(folder)


def add_verifier(folder: Path) -> None:
    """Add `verify_ledger.py`, and beside it the folder with the modules it runs."""
    (folder / "verify_ledger.py").write_bytes(Path(verify_export.__file__).read_bytes())
    (folder / "verifier").mkdir()
    for part in (verifier, ed25519, verify_ledger):
        source = Path(str(part.__file__))
        (folder / "verifier" / source.name).write_bytes(source.read_bytes())
