"""Prompts for tests: each has a sound of its own, no two frames alike."""

import random
from pathlib import Path

from dialer.adapters.callees.rtp import FRAME
from dialer.adapters.callees.speech import SILENCE

NAMES = (
    "notice",
    "invitation",
    "message",
    "closing",
    "legal",
    "opposed",
    "no-key",
    "wrong-key",
    "not-recorded",
)
SCRIPT = "5c" * 32
"""A folder name of the shape that compiled scripts have."""


def sound(name: str, seconds: float) -> bytes:
    """A-law noise that depends on the name alone."""
    return random.Random(name).randbytes(round(seconds * 50) * FRAME)


def silence(seconds: float) -> bytes:
    return bytes([SILENCE]) * (round(seconds * 50) * FRAME)


def write_script(folder: Path) -> dict[str, bytes]:
    """Writes every prompt, 0.8 s long, into `folder`/SCRIPT and returns the audio by name."""
    audio = {name: sound(name, 0.8) for name in NAMES}
    script = folder / SCRIPT
    script.mkdir()
    for name, heard in audio.items():
        (script / f"{name}.alaw").write_bytes(heard)
    return audio
