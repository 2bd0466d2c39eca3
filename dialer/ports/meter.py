"""Counts and times for operators. No number, name or id of a person ever goes in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol


class Meter(Protocol):
    def decided(self, *, permits: int, refusals: Iterable[Iterable[str]]) -> None:
        """Decisions of the dialling loop; a refusal counts once under each of its codes."""
        ...

    def dialled(self, trunk: str) -> None:
        """An INVITE left."""
        ...

    def ended(self, result: str) -> None:
        """An attempt is over: its result, or LAPSED where nothing was sent."""
        ...

    def originated(self, seconds: float) -> None:
        """Note the seconds from the Originate to the PBX's answer."""
        ...

    def heard(self, lag_s: float) -> None:
        """Note the seconds from an event at the PBX to its commit."""
        ...

    def opposed(self, seconds: float) -> None:
        """Note the seconds from the key 9 to the committed suppression."""
        ...

    def waited(self, seconds: float) -> None:
        """Note the seconds from a callee's answer to the first sound, or to the end (T104)."""
        ...

    def depth(self, queue: str, items: int) -> None:
        """Note the number of waiting items in a queue of this process."""
        ...

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request over HTTP; `route` is the pattern, since a path may hold a number."""
        ...

    def database(self, *, up: bool) -> None: ...

    def loop_lag(self, lag_s: float, longest_s: float) -> None:
        """Note how long the event loop was held just now, and at most in the last minute."""
        ...

    def side_job(self, job: str, *, failing: bool) -> None:
        """A job that no call needs has died, or is well."""
        ...

    def machine(self, *, calls: int, halted: bool, clock_trusted: bool, pbxs: Mapping[str, bool]) -> None:
        """Note the present state. `pbxs` tells by name whether a PBX takes calls."""
        ...

    def upkeep(
        self,
        *,
        ledger_writable: bool,
        head_age_s: float | None,
        retention_at: datetime | None,
        retention_overdue: int | None,
        free_bytes: int,
    ) -> None:
        """Note the upkeep. None means unknown.

        `retention_at` is its last success; `retention_overdue` counts lists past their limit.
        """
        ...

    def page(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        ...
