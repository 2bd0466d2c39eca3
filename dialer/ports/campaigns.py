"""Campaigns as stored, and their prompts as telephone audio, as services need them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Protocol

from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import Election
from dialer.domain.ledger.row_digests import CampaignMove
from dialer.ports.records import Progress

Lock = Literal["shared", "exclusive"]
"""Held to the end of the unit (PostgreSQL; SQLite has one writer)."""


class CampaignRepository(Protocol):
    async def add(self, campaign: Campaign) -> None: ...

    async def get(self, campaign_id: CampaignId, *, lock: Lock | None = None) -> Campaign:
        """Raise `NotFound`."""
        ...

    async def page(self, *, after: CampaignId | None = None, limit: int = 100) -> list[Campaign]:
        """Return campaigns in order of creation."""
        ...

    async def in_state(self, state: CampaignState) -> list[Campaign]:
        """Return campaigns in order of creation."""
        ...

    async def save(self, campaign: Campaign, *, before: Campaign) -> None:
        """Store the fields in which the campaign differs from `before`."""
        ...

    async def add_move(self, move: CampaignMove) -> None: ...

    async def elections(
        self, sponsor: str, states: Collection[CampaignState], *, but: CampaignId
    ) -> tuple[Election, ...]:
        """Return the elections of the sponsor's campaigns in `states`, `but` left out."""
        ...

    async def progress(self, campaign_id: CampaignId) -> Progress: ...

    async def fold_counts(self) -> None:
        """Keep `progress` cheap: its work grows with the events since the last fold."""
        ...

    async def recount(self) -> int:
        """Count all contacts and attempts, and mend the counts that `progress` adds up.

        Return the number of wrong counts. Takes long.
        """
        ...

    async def unfinished(self, campaign_id: CampaignId) -> bool:
        """Return whether any contact is due or being called; cheap, unlike `progress`."""
        ...


class HasCampaigns(Protocol):
    @property
    def campaigns(self) -> CampaignRepository: ...


@dataclass(frozen=True, slots=True)
class CompiledPrompt:
    """Telephone audio of one prompt: 8 kHz A-law, one byte a sample."""

    name: str
    sha256: str
    duration_ms: int
    synthetic: bool


@dataclass(frozen=True, slots=True)
class CompiledScript:
    """A campaign's audio, addressed by the hash of its content."""

    script: str
    prompts: tuple[CompiledPrompt, ...]


class Prompts(Protocol):
    """Speaks or converts prompts and stores them by content; idempotent."""

    async def compile(
        self, texts: dict[str, str], recordings: dict[str, bytes], *, language: str
    ) -> CompiledScript:
        """Raise `InvalidInput` naming the prompt that cannot be made."""
        ...

    async def hear(self, recording: bytes) -> None:
        """Raise `InvalidInput` for a file that cannot be played, or is silent."""
        ...

    async def check(self, script: str) -> CompiledScript:
        """Recompute every hash.

        Raise `InvalidInput` where a file is missing, changed or unreadable.
        """
        ...

    async def audio(self, script: str, name: str) -> bytes:
        """Return the A-law audio of one prompt.

        Raise `InvalidInput` as `check`, `NotFound` for a prompt outside the script.
        """
        ...


class Recordings(Protocol):
    """Audio as uploaded, by campaign and key of `[prompts]`, kept until it is compiled."""

    async def keep(self, campaign_id: str, key: str, audio: bytes) -> None: ...

    async def of(self, campaign_id: str) -> dict[str, bytes]: ...
