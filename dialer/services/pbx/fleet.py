"""The PBXs this process drives: which of them are ready, and how to tell them all something.

It also holds `within`: no part waits longer for another than it can afford to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.telephony import Telephony

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Raise `Unavailable` after so many seconds; the work goes on in the background.

    It is not cancelled: a driver whose server hangs may take as long to give up as to answer.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_take_note)
        raise Unavailable(f"no answer within {seconds:g} s")
    return task.result()


def _take_note(task: asyncio.Future[Any]) -> None:
    """Take note of an error that has no reader any more: asyncio would complain of it."""
    if not task.cancelled():
        task.exception()


log = structlog.get_logger()


class Fleet:
    """The PBXs.

    One is ready only between a completed recovery and the loss of its link or its lease.

    `driven`: this process makes the calls, so its knowledge of the PBXs is the truth. `beyond`
    holds the PBXs that cannot be reached at all, with the reason. `told` holds the PBXs that
    received an opposition; `untold` the ones that missed it, with the reason.
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
        """Note whether another process drives it."""
        (self._elsewhere.add if elsewhere else self._elsewhere.discard)(pbx)

    def at_work(self, pbx: str) -> bool:
        """Tell whether it is ready here, or driven by another process."""
        return pbx in self._ready or pbx in self._elsewhere

    def shares(self, limit: int, names: Sequence[str]) -> tuple[int, float]:
        """Return our part of the limits for the working PBXs of `names`.

        The first is our part of `limit` in whole numbers, the second our fraction. Every process
        counts alike, so that together they keep to the limit.
        """
        working = sorted(name for name in set(names) if self.at_work(name))
        ours = [index for index, name in enumerate(working) if name in self._ready]
        if not ours:
            return 0, 0.0
        each, rest = divmod(limit, len(working))
        return sum(each + (index < rest) for index in ours), len(ours) / len(working)

    def choose(self, names: Sequence[str], load: Callable[[str], int]) -> Telephony | None:
        """Return the ready PBX of `names` with the fewest calls, or None. Equal ones take turns."""
        candidates = [name for name in self._turn if name in names and name in self._ready]
        if not candidates:
            return None
        chosen = min(candidates, key=load)
        self._turn.remove(chosen)
        self._turn.append(chosen)
        return self.telephonies[chosen]

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None:
        """Lock every PBX at once. One that is away is updated at its next recovery."""
        failures = await self.everywhere("suppress", lambda telephony: telephony.suppress(entries))
        for pbx in self.telephonies:
            self.note(pbx, failures.get(pbx))

    def note(self, pbx: str, failure: str | None) -> None:
        """Note whether it received an opposition.

        One that missed any is among the `untold` for good.
        """
        if failure is not None:
            self.untold[pbx] = failure
            self.told.discard(pbx)
        elif pbx not in self.untold:
            self.told.add(pbx)

    async def unsuppress(self, entry: PbxSuppression) -> None:
        """Unlock every PBX.

        One that is away keeps its lock, which is the safe side, until its next update.
        """
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
