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
        """Raise `InvalidInput` where it is none: nothing that could be played, or nothing to be heard."""
        ...

    async def check(self, script: str) -> CompiledScript:
        """Recompute every hash. Raise `InvalidInput` where a file is missing, changed or unreadable."""
        ...

    async def audio(self, script: str, name: str) -> bytes:
        """A-law of one prompt. Raise `InvalidInput` as `check`, `NotFound` for a prompt that is none of the script's."""
        ...


class Recordings(Protocol):
    """Audio as uploaded, by campaign and key of `[prompts]`, kept until it is compiled."""

    async def keep(self, campaign_id: str, key: str, audio: bytes) -> None: ...

    async def of(self, campaign_id: str) -> dict[str, bytes]: ...
