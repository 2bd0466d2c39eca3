"""The sealer: at least every second it orders and signs new entries, and exports their head."""

import asyncio
from collections.abc import Sequence

import structlog

from dialer.domain.base.errors import DatabaseYounger, DialerError, Unavailable, place_of
from dialer.domain.ledger.journal import line_of
from dialer.domain.ledger.sealing import SealStamp, SignedHead, Tail, key_name, read_head, seal
from dialer.ports.clock import Clock
from dialer.ports.ledger import HasLedger, HeadFiles, Journal, Sealed, Signer, StoredHead, Unsealed
from dialer.ports.unit_of_work import Store

log = structlog.get_logger()

PERIOD_S = 0.5
MOST_AT_ONCE = 500
"""Entries under one head: a dozen milliseconds of this process, in which no call event is read."""
MOST_BATCHES = 20
"""Batches in one turn. A faster writer has to wait for `room`."""
MOST_WAITING = 5000
"""Entries an import may leave unsealed: some seconds' work."""
HANGS_S = 10.0
"""A disk or a database that takes so long for one batch holds up more than the ledger."""
JOURNAL_S = 5.0
"""A disk that takes longer is taken for one that does not answer."""
ROOM_S = 60.0
"""Longest wait of an import for a ledger that is not writable, in seconds."""
MOST_PASSED_OVER = 10
"""Turns for which another process may seal while events wait here: then it hangs."""


class Sealer:
    """The sealer of the ledger. Every process has one; the database lets one at a time seal.

    No call is made while sealing or exporting fails.
    """

    def __init__(
        self,
        store: Store[HasLedger],
        files: HeadFiles,
        journal: Journal,
        signer: Signer,
        clock: Clock,
        subject_key: bytes,
        *,
        pretended: bool,
    ) -> None:
        self._store = store
        self._files = files
        self._journal = PatientJournal(journal)
        self._signer = signer
        self._clock = clock
        self._subject_key = subject_key
        self._pretended = pretended
        self._exported: StoredHead | None = None
        self._resumed = False
        self._passed_over = 0
        self._trouble = "the ledger was not looked at yet"
        self._well_at = 0.0
        self._running = False
        self._turn = asyncio.Lock()

    @property
    def writable(self) -> bool:
        """Tell whether the ledger is writable.

        It is not before the first success, after a failed try, or while a batch hangs that should
        have ended.
        """
        return not self.why

    @property
    def why(self) -> str:
        """Return in one line why the ledger is not writable; empty where it is."""
        if not self._trouble and self._running and self._clock.monotonic() - self._well_at > HANGS_S:
            return f"no entry could be sealed for {HANGS_S:g} s; check the disk of the home and the database"
        return self._trouble

    async def run(self) -> None:
        """Run until cancelled."""
        self._running = True
        while True:
            await self.tick()
            await asyncio.sleep(PERIOD_S)

    async def tick(self) -> None:
        """Seal and export the waiting entries, in batches.

        Raise no error of its own: `writable` and the log show it.
        """
        async with self._turn:
            try:
                await self._files.probe()
                await self._resume()
                for _ in range(MOST_BATCHES):
                    more = await self._seal_batch()
                    await self._export()
                    self._trouble, self._well_at = "", self._clock.monotonic()
                    if not more:
                        break
            except Exception as error:
                # No call is made meanwhile; an opposition is still heard, and a halt carried out.
                self._trouble = str(error) if isinstance(error, DialerError | ValueError) else place_of(error)
                log.error("the ledger is not writable: nobody is called", error=self._trouble)

    async def room(self) -> None:
        """Return when an import may add more.

        Raise `Unavailable` where the ledger stays unwritable.
        """
        last = self._clock.monotonic()
        while await self._backlog() > MOST_WAITING:
            await self.tick()
            if not self._trouble:
                last = self._clock.monotonic()
            elif self._clock.monotonic() - last > ROOM_S:
                raise Unavailable(
                    f"nothing more is taken in while the ledger is not writable: {self._trouble}"
                )
            else:
                await asyncio.sleep(PERIOD_S)

    async def _backlog(self) -> int:
        async with self._store.read() as work:
            return await work.ledger.backlog()

    async def _heads(self, *, after: int, limit: int = 1000) -> list[StoredHead]:
        async with self._store.read() as work:
            return await work.ledger.heads(after=after, limit=limit)

    async def _seal_batch(self) -> bool:
        """Seal a batch; return whether there may be more to seal here."""
        async with self._store.read() as work:
            batch = await work.ledger.unsealed(limit=MOST_AT_ONCE)
        await self._check_held()
        if batch is None:
            self._passed_over = 0
            return False
        # Made before: no slow disk or process is waited for with the database's locks held.
        made = await self._made(batch)
        async with self._store.write() as work:
            sealed = await work.ledger.seal(batch, made)
        if sealed:
            self._passed_over = 0
            return True
        self._passed_over += 1
        if self._passed_over > MOST_PASSED_OVER:
            raise Unavailable("another process holds the ledger and seals nothing", hint="end that process")
        return False

    async def _made(self, batch: Unsealed) -> Sealed:
        """Make the sealed batch. Its journal lines are on disk before it is sealed.

        Only sealed entries ever leave the database. Where another process seals first, these lines
        stay behind with numbers too low; it has written them with the right ones.
        """
        self._check_own(batch.tail)
        size = batch.tail.head.head.size if batch.tail.head else 0
        lines = [line_of(index, item.event, item.version) for index, item in enumerate(batch.events, size)]
        await self._journal.append([line for line in lines if line is not None])
        key = key_name(self._signer.public_key)
        stamp = SealStamp(self._clock.now(), self._pretended, key, self._subject_key)
        made = seal(batch.tail, batch.events, stamp)
        signature = self._signer.sign(made.head.text.encode())
        return Sealed(made, SignedHead(made.head, signature.hex()))

    def _check_own(self, tail: Tail) -> None:
        if tail.head is None:
            return
        signature = bytes.fromhex(tail.head.signature)
        if not self._signer.verify(self._signer.public_key, tail.head.head.text.encode(), signature):
            raise Unavailable(
                "the ledger's last head was not signed with the key of this home",
                hint="restore database and home/keys from the same backup, or run `dialer ledger verify`",
            )

    async def _export(self) -> None:
        """Export the heads that are not outside the database yet, those of other processes too.

        Each names the one before it: two that contradict each other are never both outside.
        """
        while heads := await self._heads(after=self._exported.size if self._exported else 0):
            last = self._exported
            for head in heads:
                if last and read_head(head.line).head.previous != read_head(last.line).head.hash:
                    raise _younger(last)
                last = head
            await self._files.append([head.line for head in heads])
            self._exported = last

    async def _resume(self) -> None:
        """Find the end of the exported heads."""
        if self._resumed:
            return
        line = await self._files.last_line()
        self._exported = StoredHead(read_head(line).head.size, line) if line else None
        self._resumed = True

    async def _check_held(self) -> None:
        """Raise `DatabaseYounger` where the database lacks the last head exported.

        It lost signed entries then.
        """
        last = self._exported
        if last and await self._heads(after=last.size - 1, limit=1) != [last]:
            raise _younger(last)


class PatientJournal:
    """The journal with a timeout of `JOURNAL_S`.

    One attempt at a time: a disk that hangs takes one thread, not all.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._writing: asyncio.Task[None] | None = None

    async def append(self, lines: Sequence[str]) -> None:
        """Append lines. Raise `Unavailable`."""
        if self._writing:
            await self._wait(self._writing)
        if lines:
            self._writing = asyncio.ensure_future(self._write(lines))
            await self._wait(self._writing)

    async def _write(self, lines: Sequence[str]) -> None:
        await self._journal.append(lines)

    async def _wait(self, writing: asyncio.Task[None]) -> None:
        done, _ = await asyncio.wait({writing}, timeout=JOURNAL_S)
        if not done:
            raise Unavailable(
                f"the journal was not written within {JOURNAL_S:g} s", hint="check the disk of the home"
            )
        self._writing = None
        writing.result()


def _younger(head: StoredHead) -> DatabaseYounger:
    return DatabaseYounger(
        f"a head was signed for {head.size} entries that the database does not hold: it was put back to an earlier state",
        hint="bring back the right database, or end the service and `dialer restore` the latest backup with this home's heads and journal",
    )
