"""Spoken and recorded prompts, compiled to telephone audio."""

from dataclasses import dataclass
from typing import Protocol


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
