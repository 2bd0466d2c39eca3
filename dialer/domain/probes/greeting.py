"""Recognise an expected greeting in a recording. Pure.

Networks cut off its start, delay it, change its level and code it anew. Both sounds are A-law at 8
kHz, one byte a sample. Every 10 ms becomes the energy in each of five octaves. The greeting is laid
where it fits best as a whole, then looked for piece by piece: so one other name in an otherwise
equal sentence is found. Measured with synthetic speech: pieces of the same greeting through GSM,
AMR, mu-law or noise correlate by 0.8 to 1, of another by 0 to 0.5.
"""

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, pstdev

ALAW, RATE = 6, 8000
"""WAVE_FORMAT_ALAW (RFC 2361), samples a second."""


def wave_of(audio: bytes) -> bytes:
    """Return a RIFF/WAVE file around A-law, one byte a sample."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, ALAW, 1, RATE, RATE, 1, 8)
    data = struct.pack("<4sI", b"data", len(audio)) + audio
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


BYTES_PER_S = 8000
PIECE = 40
"""Frames of a piece, some two syllables. The next one begins half a piece later."""
WANDER = 4
"""Frames by which a piece may stand off the one before: jitter buffers stretch time."""
WANDER_AT_FIRST = 25
"""The same for the first: lost packets shorten the sound before the best fit."""
LIKE = 0.75
BELOW_THE_REST = 0.17
"""A piece counts as heard from a correlation of `LIKE` on, if it is not so much below the median.

Where all else is clear, a differing word shows by that.
"""
QUIET = 0.8
"""A piece with less spread is a pause, and is not looked for.

Standard deviation within a piece, in powers of ten of energy.
"""
MOST_LOST = 100
"""Frames of the start that may be missing: lines are cut through late."""
LEAST_OVERLAP = 0.6
PASS_PERCENT = 90
LONGEST_GAP = 1
"""Pieces in a row that may be missing: a burst of lost packets, not another name."""
SPOKEN = 20
"""Frames with sound from which on something was heard at all."""
_SAMPLES = 80
_OCTAVES = 4
_FLOOR = 20.0
_AUDIBLE = 3.5
"""Sum of the decimal logarithms over the octaves above that of silence: faint noise stays below."""

AudioFrame = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The likeness of two sounds.

    `percent` of the pieces were heard; `gap` is the most in a row that were not.
    """

    percent: int
    gap: int

    @property
    def same(self) -> bool:
        return self.percent >= PASS_PERCENT and self.gap <= LONGEST_GAP


NOT_HEARD = Likeness(0, 0)


def likeness(expected: bytes, heard: bytes) -> Likeness:
    """Measure how much of `expected` is in `heard`.

    Takes some tenths of a second for ten seconds of sound.
    """
    wanted, found = frames(expected), frames(heard)
    if len(wanted) < PIECE or len(found) < PIECE:
        return NOT_HEARD
    scores = list(_scores(wanted, found))
    if not scores:
        return NOT_HEARD
    like = max(LIKE, median(scores) - BELOW_THE_REST)
    results = [score >= like for score in scores]
    return Likeness(100 * sum(results) // len(results), _longest_gap(results))


def _scores(wanted: Sequence[AudioFrame], found: Sequence[AudioFrame]) -> Iterator[float]:
    """Yield how well each piece is heard near the place of the last one.

    Quiet pieces and the lost start are left out.
    """
    lag, wander = _best_lag(wanted, found), WANDER_AT_FIRST
    for at in range(max(0, -lag), len(wanted) - PIECE + 1, PIECE // 2):
        piece = wanted[at : at + PIECE]
        if _spread(piece) < QUIET:
            continue
        places = range(lag - wander, lag + wander + 1)
        score, place = max((_score(piece, found, at + place), place) for place in places)
        if score >= LIKE:
            lag, wander = place, WANDER
        yield score


def audible(heard: bytes) -> bool:
    """Return whether it holds any sound above silence."""
    silence = (_OCTAVES + 1) * math.log10(_FLOOR)
    return sum(sum(frame) - silence > _AUDIBLE for frame in frames(heard)) >= SPOKEN


def frames(audio: bytes) -> list[AudioFrame]:
    """Return the energy in each octave, as decimal logarithm, from 2-4 kHz down."""
    whole = len(audio) - len(audio) % _SAMPLES
    return [
        _octaves([LEVELS[code] for code in audio[at : at + _SAMPLES]]) for at in range(0, whole, _SAMPLES)
    ]


def _octaves(samples: list[int]) -> AudioFrame:
    """Split into octaves by the Haar transform: differences of neighbours, then of their sums."""
    found, scale = [], 1.0
    for _ in range(_OCTAVES):
        evens, odds = samples[::2], samples[1::2]
        scale /= 2
        differences = (a - b for a, b in zip(evens, odds, strict=True))
        found.append(_loudness(differences, scale))
        samples = [a + b for a, b in zip(evens, odds, strict=True)]
    found.append(_loudness(samples, scale))
    return tuple(found)


def _loudness(values: Iterable[int], scale: float) -> float:
    return math.log10(_FLOOR + scale * sum(value * value for value in values) / _SAMPLES)


def _best_lag(wanted: Sequence[AudioFrame], found: Sequence[AudioFrame]) -> int:
    """Return the frame of `found` at which `wanted` as a whole fits best.

    Negative where its start is missing.
    """
    ours, theirs = _halved(wanted), _halved(found)
    least = int(LEAST_OVERLAP * len(ours))
    lags = range(-min(MOST_LOST // 2, len(ours) - least), len(theirs) - least + 1)
    return 2 * max(lags, key=lambda lag: _fit(ours, theirs, lag), default=0)


def _halved(some: Sequence[AudioFrame]) -> list[AudioFrame]:
    """Return the loudness alone, every other frame: enough to find the place."""
    return [(sum(frame),) for frame in some[::2]]


def _fit(ours: Sequence[AudioFrame], theirs: Sequence[AudioFrame], lag: int) -> float:
    first = max(0, -lag)
    last = min(len(ours), len(theirs) - lag)
    return correlation(ours[first:last], theirs[first + lag : last + lag])


def _score(piece: Sequence[AudioFrame], found: Sequence[AudioFrame], at: int) -> float:
    there = found[at : at + PIECE] if at >= 0 else []
    return correlation(piece, there) if len(there) == PIECE else 0.0


def _spread(piece: Sequence[AudioFrame]) -> float:
    octaves: Iterator[tuple[float, ...]] = zip(*piece, strict=True)
    return sum(pstdev(octave) for octave in octaves) / (_OCTAVES + 1)


def correlation(left: Sequence[AudioFrame], right: Sequence[AudioFrame]) -> float:
    """Return the correlation (Pearson), from -1 to 1; 0 where one side never changes.

    Each octave is taken about its own mean, so that neither level nor timbre counts.
    """
    together = of_left = of_right = 0.0
    for ours, theirs in zip(zip(*left, strict=True), zip(*right, strict=True), strict=True):
        mean, other = sum(ours) / len(ours), sum(theirs) / len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            here, there = a - mean, b - other
            together += here * there
            of_left += here * here
            of_right += there * there
    return together / math.sqrt(of_left * of_right) if of_left * of_right > 0 else 0.0


def _longest_gap(results: Iterable[bool]) -> int:
    longest = gap = 0
    for heard in results:
        gap = 0 if heard else gap + 1
        longest = max(longest, gap)
    return longest


def _levels() -> tuple[int, ...]:
    """Return the linear 16-bit samples by A-law byte (ITU-T G.711, table 1)."""
    levels = []
    for plain in (code ^ 0x55 for code in range(256)):
        segment, step = plain >> 4 & 7, plain & 15
        level = (step << 4) + 8 if segment == 0 else (step << 4) + 264 << segment - 1
        levels.append(level if plain & 0x80 else -level)
    return tuple(levels)


LEVELS = _levels()
