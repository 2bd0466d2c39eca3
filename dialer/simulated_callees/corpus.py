"""Every prompt that may be heard, and the place of a received frame in it."""

from dataclasses import dataclass
from pathlib import Path

from dialer.simulated_callees.rtp import FRAME
from dialer.simulated_callees.speech import is_silent


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt. `audio` is A-law at 8 kHz; `lead` counts its first bytes that are silence."""

    name: str
    audio: bytes
    lead: int


@dataclass(frozen=True, slots=True)
class PromptPosition:
    """The next byte expected of a prompt."""

    prompt: Prompt
    offset: int

    def after(self, frame: bytes) -> "PromptPosition | None":
        """Return the place after `frame` where the prompt goes on with it, None otherwise.

        The last frame may go on into other sound: Asterisk fills its packets.
        """
        audio, offset = self.prompt.audio, self.offset
        left = len(audio) - offset
        if left >= len(frame):
            return (
                PromptPosition(self.prompt, offset + len(frame)) if audio.startswith(frame, offset) else None
            )
        return PromptPosition(self.prompt, len(audio)) if left and frame.startswith(audio[offset:]) else None

    def skipped(self, count: int) -> "PromptPosition":
        """Return the place after `count` bytes that never arrived."""
        return PromptPosition(self.prompt, min(self.offset + count, len(self.prompt.audio)))

    @property
    def near_start(self) -> bool:
        """True where only silence comes before, give or take one frame."""
        return self.offset < self.prompt.lead + FRAME

    @property
    def near_end(self) -> bool:
        """True where less than one frame is missing."""
        return len(self.prompt.audio) - self.offset < FRAME

    @property
    def at_end(self) -> bool:
        return self.offset == len(self.prompt.audio)


class Corpus:
    """Prompts by their sound. Equal sounds under one name count once."""

    def __init__(self) -> None:
        self._prompts: dict[tuple[str, bytes], Prompt] = {}
        self._frames: dict[bytes, list[PromptPosition]] = {}

    def add(self, name: str, audio: bytes) -> None:
        if (name, audio) in self._prompts:
            return
        frames = [audio[at : at + FRAME] for at in range(0, len(audio), FRAME)]
        lead = next((n for n, frame in enumerate(frames) if not is_silent(frame)), len(frames)) * FRAME
        prompt = self._prompts[name, audio] = Prompt(name, audio, lead)
        own: dict[bytes, PromptPosition] = {}
        for n, frame in enumerate(frames):
            if not is_silent(frame):
                own.setdefault(frame, PromptPosition(prompt, n * FRAME))
        for frame, place in own.items():
            self._frames.setdefault(frame, []).append(place)

    def places(self, frame: bytes, *, anywhere: bool) -> list[PromptPosition]:
        """Return the places at which `frame` (not silent) begins, at most one a prompt.

        With `anywhere`, off the 20 ms grid too (slow).
        """
        found = self._frames.get(frame, [])
        if found or not anywhere:
            return found
        offsets = ((prompt, prompt.audio.find(frame)) for prompt in self._prompts.values())
        return [PromptPosition(prompt, offset) for prompt, offset in offsets if offset >= 0]


class PromptFolder:
    """The loader of `<folder>/<script>/<prompt>.alaw` into a corpus.

    Scripts may appear while callees are running.
    """

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder
        self._corpus = corpus
        self._seen: set[Path] = set()

    def refresh(self) -> None:
        """Read the scripts that were not there before."""
        for script in set(self._folder.glob("*")) - self._seen:
            self._seen.add(script)
            for file in script.glob("*.alaw"):
                self._corpus.add(file.stem, file.read_bytes())
