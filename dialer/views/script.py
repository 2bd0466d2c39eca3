"""The prompts of a campaign, as compiled."""

from typing import Annotated, Literal, Self

from dialer.ports.prompts import CompiledPrompt, CompiledScript
from dialer.views.base import SHA256, View, about


class CompiledPromptView(View):
    """The audio of one prompt."""

    name: Annotated[str, about("Name of the prompt.", "message")]
    seconds: Annotated[float, about("Its length, in seconds.", 12.345)]
    voice: Annotated[Literal["synthetic", "recorded"], about("Who speaks.", "synthetic")]
    sha256: Annotated[str, about("SHA-256 of its audio, A-law at 8 kHz.", SHA256)]

    @classmethod
    def of(cls, prompt: CompiledPrompt) -> Self:
        return cls(
            name=prompt.name,
            seconds=round(prompt.duration_ms / 1000, 3),
            voice="synthetic" if prompt.synthetic else "recorded",
            sha256=prompt.sha256,
        )


class ScriptView(View):
    """Every prompt of a campaign."""

    script: Annotated[str, about("Hash of all prompts together, SHA-256.", SHA256)]
    prompts: Annotated[tuple[CompiledPromptView, ...], about("Every prompt.")]

    @classmethod
    def of(cls, script: CompiledScript) -> Self:
        return cls(script=script.script, prompts=tuple(map(CompiledPromptView.of, script.prompts)))
