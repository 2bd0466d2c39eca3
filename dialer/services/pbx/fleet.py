"""The PBXs this process drives: which of them are ready, and how to tell them all something."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.telephony import Telephony

log = structlog.get_logger()


class Fleet:
    """A PBX is ready only between a completed recovery and the next loss of its link or its lease.

    `driven`: this process makes the calls, so what it knows of the PBXs is what is. `beyond`: PBXs that cannot be
    spoken to at all, and why. `told`: those that were told of an opposition; `untold`: those that were not, and why.
    """

    def __init__(
        self, telephonies: Mapping[str, Telephony], *, driven: bool, beyond: Mapping[str, str] | None = None
    ) -> None:
        self.telephonies = telephonies
        self.driven = driven
        self.told = set[str]()
        self.untold = dict(beyond or {})
        self._beyond = dict(beyond or {})
        self._ready: set[str] = set()
        self._turn = list(telephonies)
        self._elsewhere: set[str] = set()

    def ready(self, pbx: str) -> bool:
        return pbx in self._ready

    def set_ready(self, pbx: str, *, ready: bool) -> None:
        (self._ready.add if ready else self._ready.discard)(pbx)

    def set_elsewhere(self, pbx: str, *, elsewhere: bool) -> None:
        """Whether another process drives it."""
        (self._elsewhere.add if elsewhere else self._elsewhere.discard)(pbx)

    def at_work(self, pbx: str) -> bool:
        """Ready here, or driven by another process."""
        return pbx in self._ready or pbx in self._elsewhere

    def shares(self, limit: int, names: Sequence[str]) -> tuple[int, float]:
        """Our part of what those PBXs of `names` that are at work may do in all: of `limit` in whole numbers, and as a fraction.

        Every process counts alike, so that together they keep to it.
        """
        working = sorted(name for name in set(names) if self.at_work(name))
        ours = [index for index, name in enumerate(working) if name in self._ready]
        if not ours:
            return 0, 0.0
        each, rest = divmod(limit, len(working))
        return sum(each + (index < rest) for index in ours), len(ours) / len(working)

    def choose(self, names: Sequence[str], load: Callable[[str], int]) -> Telephony | None:
        """The ready PBX of `names` with the fewest calls, or None. Those that are alike in this take turns."""
        candidates = [name for name in self._turn if name in names and name in self._ready]
        if not candidates:
            return None
        chosen = min(candidates, key=load)
        self._turn.remove(chosen)
        self._turn.append(chosen)
        return self.telephonies[chosen]

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None:
        """Tell every PBX at once. One that is away is told at its next recovery."""
        failures = await self.everywhere("suppress", lambda telephony: telephony.suppress(entries))
        for pbx in self.telephonies:
            self.note(pbx, failures.get(pbx))

    def note(self, pbx: str, failure: str | None) -> None:
        """Whether it was told of an opposition. Who missed one is among the `untold` for good."""
        if failure is not None:
            self.untold[pbx] = failure
            self.told.discard(pbx)
        elif pbx not in self.untold:
            self.told.add(pbx)

    async def unsuppress(self, entry: PbxSuppression) -> None:
        """A PBX that is away keeps its lock, which is the safe side, until it is told again."""
        await self.everywhere("unsuppress", lambda telephony: telephony.unsuppress(entry))

    async def everywhere(self, what: str, act: Callable[[Telephony], Awaitable[object]]) -> dict[str, str]:
        """Do it on every PBX in parallel; return, by PBX, why it failed where it did."""
        names = list(self.telephonies)
        outcomes = await asyncio.gather(
            *(act(self.telephonies[name]) for name in names), return_exceptions=True
        )
        failures = dict(self._beyond)
        for name, outcome in zip(names, outcomes, strict=True):
            if isinstance(outcome, Unavailable):
                log.warning("pbx did not answer", pbx=name, what=what, error=str(outcome))
                failures[name] = str(outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
        return failures
