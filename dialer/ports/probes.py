"""Call-back probes as stored, and their recordings, as services need them.

A row of the table `probes` has the fields of `dialer.domain.probes.probe.Probe`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import ProbeId
from dialer.domain.probes.probe import Probe


@dataclass(frozen=True, slots=True)
class ProbeFilter:
    """Probes of `numbers` for `sponsor`, in order of their start, from after `after` on."""

    sponsor: str
    numbers: tuple[str, ...]
    after: ProbeId | None = None
    limit: int = 100


class ProbeRepository(Protocol):
    """Rows are added and never changed."""

    async def add(self, probe: Probe) -> None: ...

    async def latest(self, sponsor: str, numbers: Iterable[str]) -> dict[str, Probe]:
        """Return the last probe by number; numbers never rung for this sponsor are left out."""
        ...

    async def page(self, query: ProbeFilter) -> list[Probe]: ...


class HasProbes(Protocol):
    @property
    def probes(self) -> ProbeRepository: ...


class ProbeSounds(Protocol):
    """Recordings of the PBXs: A-law at 8 kHz, one byte a sample.

    Every method raises `Unavailable` where one cannot be read or written.
    """

    async def take(self, probe_id: ProbeId) -> bytes | None:
        """Take a recording from the PBX, for good; None where there is none."""
        ...

    async def keep(self, probe_id: ProbeId, sound: bytes) -> None:
        """Keep a recording as evidence."""
        ...

    async def kept(self, probe_id: ProbeId) -> bytes | None:
        """Return a kept recording; None where it never was, or was forgotten."""
        ...

    async def forget(self, *, kept_before: datetime) -> None:
        """Forget recordings kept since before `kept_before`."""
        ...

    async def clear(self) -> None:
        """Forget recordings of a service that did not live to take them."""
        ...
