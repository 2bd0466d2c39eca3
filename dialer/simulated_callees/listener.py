"""Recognise the prompts that one callee hears, frame by frame, from the audio alone.

The listener is pure: the times are given. A corpus holds every prompt that may be heard, and finds
the places where a received frame fits; `PromptFolder` fills it from disk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dialer.simulated_callees.rtp import FRAME, FRAME_S
from dialer.simulated_callees.rtp_sender import RATE, is_silent


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


UNKNOWN = "unknown"
_UNKNOWN_ENDS_AFTER_S = 0.2
_TRIES_OFF_GRID = 10
_LONGEST_LOSS = 500


@dataclass(slots=True)
class Passage:
    """A stretch of one prompt, or of unknown audio (then `audio` holds it).

    Times are seconds of the monotonic clock. `resumed` counts how often the prompt was stopped and
    went on where it had stopped, give or take 20 ms. `lost` counts packets that never came and are
    taken to have been of it.
    """

    places: list[PromptPosition]
    started: float
    last: float
    from_start: bool
    audio: bytearray = field(default_factory=bytearray)
    resumed: int = 0
    lost: int = 0

    @property
    def prompt(self) -> str | None:
        """The prompt's name, UNKNOWN, or None while several prompts still sound the same."""
        names = {place.prompt.name for place in self.places}
        if len(names) > 1:
            whole = {place.prompt.name for place in self.places if place.near_end}
            return whole.pop() if len(whole) == 1 else None
        return names.pop() if names else UNKNOWN

    @property
    def ended(self) -> float:
        return self.last + FRAME_S

    @property
    def complete(self) -> bool:
        """Heard from the first sound to the last, less than one frame missing."""
        return self.from_start and any(place.near_end for place in self.places)


class Listener:
    """The listener of one callee.

    `passages`: those heard so far, in order. `on_news` is called when a passage begins, is named,
    or ends.
    """

    def __init__(self, corpus: Corpus, on_news: Callable[[], None]) -> None:
        self.passages: list[Passage] = []
        self.lost = 0
        self._corpus = corpus
        self._on_news = on_news
        self._open: Passage | None = None
        self._stopped: Passage | None = None
        self._silent = 0
        self._next: int | None = None

    def receive(self, now: float, sequence: int, frame: bytes) -> None:
        """Take the payload of one packet; a late or repeated packet is ignored."""
        missed = 0 if self._next is None else (sequence - self._next) & 0xFFFF
        if missed > 0xFFFF - _LONGEST_LOSS:
            return
        self._next = sequence + 1 & 0xFFFF
        if missed:
            self._skip(missed)
        passage = self._open
        if passage is None or not passage.places:
            self._search(now, frame)
        elif not self._follow(passage, now, frame):
            self._close()
            self._stopped, self._silent = passage, 0
            self._search(now, frame)

    def _skip(self, packets: int) -> None:
        self.lost += packets
        if self._open and packets < _LONGEST_LOSS:
            self._open.lost += packets
            self._open.places = [place.skipped(packets * FRAME) for place in self._open.places]

    def _follow(self, passage: Passage, now: float, frame: bytes) -> bool:
        places = [after for place in passage.places if (after := place.after(frame))]
        if not places:
            return False
        narrowed = len(places) < len(passage.places)
        passage.places = places
        passage.last = now
        if all(place.at_end for place in places):
            self._close()
        elif narrowed:
            self._on_news()
        return True

    def _search(self, now: float, frame: bytes) -> None:
        unknown = self._open
        if unknown and now - unknown.last > _UNKNOWN_ENDS_AFTER_S:
            self._close()
            unknown = None
        if is_silent(frame):
            self._silent += 1
            return
        fresh = unknown is None or len(unknown.audio) < _TRIES_OFF_GRID * FRAME
        if places := self._corpus.places(frame, anywhere=fresh):
            if not self._resume(now, frame, places):
                self._begin(now, frame, places)
        elif unknown:
            unknown.last = now
            unknown.audio += frame
        else:
            self._announce(Passage([], now, now, from_start=False, audio=bytearray(frame)))

    def _resume(self, now: float, frame: bytes, places: list[PromptPosition]) -> bool:
        """Go on with the prompt that was stopped, and return whether the frame fits it.

        It fits where the prompt stopped, or in the silence after that.
        """
        stopped = self._stopped
        if stopped is None:
            return False
        reach = (self._silent + 1) * FRAME
        fits = [
            place.skipped(len(frame))
            for place in places
            for old in stopped.places
            if place.prompt is old.prompt and -FRAME <= place.offset - old.offset <= reach
        ]
        if fits:
            stopped.places, stopped.last = fits, now
            stopped.resumed += 1
            self._open, self._stopped = stopped, None
        return bool(fits)

    def _begin(self, now: float, frame: bytes, places: list[PromptPosition]) -> None:
        if self._open:
            self._close()
        first = min(places, key=lambda place: place.offset)
        started = now - first.offset / RATE if first.near_start else now
        after = [place.skipped(len(frame)) for place in places]
        self._announce(Passage(after, started, now, from_start=first.near_start))

    def _announce(self, passage: Passage) -> None:
        self._open, self._stopped = passage, None
        self.passages.append(passage)
        self._on_news()

    def _close(self) -> None:
        self._open = None
        self._on_news()
