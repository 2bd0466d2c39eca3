"""Prompts for tests: each has a sound of its own, no two frames alike."""

import random
from collections.abc import Mapping
from pathlib import Path

from dialer.simulated_callees.rtp import FRAME
from dialer.simulated_callees.rtp_sender import SILENCE

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
    "voicemail",
    "callback",
    "callback-silent",
    "callback-number",
)
LEAD_S = 0.1
USUAL_S = 0.8


def sound(name: str, seconds: float) -> bytes:
    """Return A-law noise that depends on the name alone."""
    return random.Random(name).randbytes(round(seconds * 50) * FRAME)


def silence(seconds: float) -> bytes:
    return bytes([SILENCE]) * (round(seconds * 50) * FRAME)


def write_script(folder: Path, script: str, seconds: Mapping[str, float]) -> dict[str, bytes]:
    """Write every prompt into `folder`/`script` (64 hexadecimal digits); return the audio by name.

    Each begins with LEAD_S of silence, as compiled prompts do, and lasts `seconds`, or USUAL_S
    where that does not say.
    """
    (folder / script).mkdir()
    audio = {
        name: silence(LEAD_S) + sound(f"{script} {name}", seconds.get(name, USUAL_S) - LEAD_S)
        for name in NAMES
    }
    for name, heard in audio.items():
        (folder / script / f"{name}.alaw").write_bytes(heard)
    return audio
