"""Recognise sound of another codec or level as a prompt, by cross-correlation."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialer.simulated_callees.rtp_sender import RATE, alaw

_EVERY_LEVEL = range(-32768, 32768, 8)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The place of a sound: it begins `offset_ms` into `prompt`.

    `score` is 1 for the same wave, near 0 for a stranger.
    """

    prompt: str
    offset_ms: int
    score: float


def _decoder() -> NDArray[np.float64]:
    levels: list[list[int]] = [[] for _ in range(256)]
    for level in _EVERY_LEVEL:
        levels[alaw(level)].append(level)
    return np.array([np.mean(of_code) for of_code in levels])


_LEVEL_OF = _decoder()


def wave(audio: bytes) -> NDArray[np.float64]:
    """Return A-law as linear samples."""
    return _LEVEL_OF[np.frombuffer(audio, dtype=np.uint8)]


def most_like(sound: NDArray[np.float64], prompts: Mapping[str, bytes]) -> Likeness:
    """Return the prompt, and the place in it, that `sound` (8 kHz, linear) is most like."""
    return max(
        (_best(sound, name, wave(audio)) for name, audio in prompts.items()), key=lambda like: like.score
    )


def _best(sound: NDArray[np.float64], name: str, prompt: NDArray[np.float64]) -> Likeness:
    size = 1 << (len(sound) + len(prompt)).bit_length()
    spectrum = np.fft.rfft(prompt, size) * np.conj(np.fft.rfft(sound, size))
    products = np.fft.irfft(spectrum, size)[: len(prompt)]
    energy = np.cumsum(np.concatenate([[0.0], prompt**2]))
    ends = np.minimum(np.arange(len(prompt)) + len(sound), len(prompt))
    scale = np.sqrt((energy[ends] - energy[: len(prompt)]) * np.sum(sound**2))
    full = np.sqrt(energy[-1] * np.sum(sound**2))
    scores = products / np.maximum(scale, full / 10)
    at = int(np.argmax(scores))
    return Likeness(name, round(at * 1000 / RATE), float(scores[at]))
