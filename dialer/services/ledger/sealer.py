"""The sealer: at least every second, whatever was recorded is put in its place, signed, and its head exported."""

import asyncio
from collections.abc import Sequence

import structlog

from dialer.domain.errors import DialerError, Unavailable
from dialer.domain.ledger.head import SignedHead, key_name, read_head
from dialer.domain.ledger.journal import line_of
from dialer.domain.ledger.sealing import Pending, Stamp, Tail, seal
from dialer.ports.clock import Clock
from dialer.ports.journal import Journal
from dialer.ports.ledger import HeadFiles, Ledger, Sealed, Signer, StoredHead

log = structlog.get_logger()

PERIOD_S = 0.5
MOST_AT_ONCE = 500
"""Entries under one head: a dozen milliseconds of this process, in which no call event is read."""
HANGS_S = 10.0
"""A disk or a database that takes so long holds up more than the ledger."""
MOST_PASSED_OVER = 10
"""So often may another process be sealing while events wait here: then it hangs."""


class Sealer:
    """Every process has one; the database lets one at a time seal. Nobody is called while sealing or exporting fails."""

    def __init__(
        self,
        ledger: Ledger,
        files: HeadFiles,
        journal: Journal,
        signer: Signer,
        clock: Clock,
        subject_key: bytes,
        *,
        pretended: bool,
    ) -> None:
        self._ledger = ledger
        self._files = files
        self._journal = journal
        self._signer = signer
        self._clock = clock
        self._subject_key = subject_key
        self._pretended = pretended
        self._exported: int | None = None
        self._passed_over = 0
        self._well = False
        self._well_at = 0.0
        self._running = False

    @property
    def writable(self) -> bool:
        """False until the first success, whenever the last try failed, and while one hangs that should have come to an end."""
        hangs = self._running and self._clock.monotonic() - self._well_at > HANGS_S
        return self._well and not hangs

    async def run(self) -> None:
        """Until cancelled."""
        self._running = True
        while True:
            await self.tick()
            await asyncio.sleep(PERIOD_S)

    async def tick(self) -> None:
        """Seal and export what there is. Never raises for what it finds: `writable` tells, and the log."""
        try:
            await self._files.probe()
            if self._exported is None:
                self._exported = await self._resume()
            await self._seal_all()
            self._exported = await self._export(self._exported)
        except (DialerError, ValueError) as error:
            self._well = False
            log.error("the ledger is not writable: nobody is called", error=str(error))
        else:
            self._well, self._well_at = True, self._clock.monotonic()

    async def _seal_all(self) -> None:
        if not await self._ledger.waiting():
            self._passed_over = 0
            return
        sealed = await self._ledger.seal(self._seal, limit=MOST_AT_ONCE)
        self._passed_over = 0 if sealed else self._passed_over + 1
        if self._passed_over > MOST_PASSED_OVER:
            raise Unavailable("another process holds the ledger and seals nothing", hint="end that process")
        while sealed:
            sealed = await self._ledger.seal(self._seal, limit=MOST_AT_ONCE)

    async def _seal(self, tail: Tail, pending: Sequence[Pending]) -> Sealed:
        """What the journal keeps is on disk before it is sealed, and only what is sealed is ever out of the database's hands."""
        if tail.head:
            self._check_own(tail.head)
        size = tail.head.head.size if tail.head else 0
        lines = [line_of(index, item.event, item.version) for index, item in enumerate(pending, size)]
        if kept := [line for line in lines if line is not None]:
            await self._journal.append(kept)
        key = key_name(self._signer.public_key)
        batch = seal(tail, pending, Stamp(self._clock.now(), self._pretended, key, self._subject_key))
        signature = self._signer.sign(batch.head.text.encode())
        return Sealed(batch, SignedHead(batch.head, signature.hex()))

    def _check_own(self, head: SignedHead) -> None:
        signature = bytes.fromhex(head.signature)
        if not self._signer.verify(self._signer.public_key, head.head.text.encode(), signature):
            raise Unavailable(
                "the ledger's last head was not signed with the key of this home",
                hint="restore database and home/keys from the same backup, or run `dialer ledger verify`",
            )

    async def _export(self, exported: int) -> int:
        """Outside the database go the heads that are not there yet, also those that other processes signed."""
        while heads := await self._ledger.heads(after=exported):
            await self._files.append([head.line for head in heads])
            exported = heads[-1].size
        return exported

    async def _resume(self) -> int:
        """The size of the last head exported. Raise `Unavailable` where the database does not hold it: it lost what was signed."""
        last = await self._files.last_line()
        if last is None:
            return 0
        size = read_head(last).head.size
        if await self._ledger.heads(after=size - 1, limit=1) != [StoredHead(size, last)]:
            raise Unavailable(
                f"a head was signed for {size} entries that the database does not hold",
                hint="restore the latest backup; `dialer ledger verify` names the first entry that is missing",
            )
        return size
