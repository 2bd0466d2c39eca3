"""Implementation of `dialer.ports.campaigns.prompts.Prompts` by espeak-ng and sox."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

from dialer.adapters.prompts.audio import converted, spoken
from dialer.adapters.prompts.prompt_store import Audio, PromptStore
from dialer.domain.base.errors import InvalidInput, Problem
from dialer.ports.campaigns.prompts import CompiledScript


class PromptCompiler:
    """A compiler that keeps scripts in `folder`, which the PBX mounts read-only."""

    def __init__(self, folder: Path) -> None:
        self._shelf = PromptStore(folder)

    async def compile(
        self, texts: dict[str, str], recordings: dict[str, bytes], *, language: str
    ) -> CompiledScript:
        """Compile a script. Raise `InvalidInput`, naming every prompt that cannot be made."""
        problems: list[Problem] = []
        audio: dict[str, Audio] = {}

        async def make(name: str, work: Awaitable[bytes], *, synthetic: bool) -> None:
            try:
                audio[name] = Audio(await work, synthetic)
            except InvalidInput as error:
                problems.append(Problem(f"prompts.{name}", str(error)))

        for name, text in texts.items():
            await make(name, spoken(text, language), synthetic=True)
        for name, recording in recordings.items():
            await make(name, converted(recording), synthetic=False)
        if problems:
            raise InvalidInput("these prompts cannot be made", tuple(problems))
        return await asyncio.to_thread(self._shelf.put, audio)

    async def hear(self, recording: bytes) -> None:
        await converted(recording)

    async def audio(self, script: str, name: str) -> bytes:
        return await asyncio.to_thread(self._shelf.audio, script, name)

    async def check(self, script: str) -> CompiledScript:
        return await asyncio.to_thread(self._shelf.read, script)
