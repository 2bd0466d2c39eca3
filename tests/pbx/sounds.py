"""Prompts that cannot be mistaken: noise of their own after 20 ms of silence.

Each packet heard shows its place in its prompt.
"""

import random
from itertools import groupby
from pathlib import Path

FRAME = 160
SILENCE = b"\xd5" * FRAME
SCRIPT = "5c" * 32
LONG_SCRIPT = "6d" * 32
"""The same, but its notice is half a minute of silence."""
FRAMES = {
    "notice": 75,
    "invitation": 40,
    "message": 60,
    "closing": 30,
    "legal": 35,
    "opposed": 25,
    "no-key": 20,
    "wrong-key": 22,
    "not-recorded": 24,
    "voicemail": 150,
    "callback": 45,
    "callback-silent": 42,
    "callback-number": 38,
}
"""Length of each prompt in frames of 20 ms, the silent one included."""


def _noise() -> dict[str, bytes]:
    noise = random.Random(3)
    return {name: SILENCE + noise.randbytes((frames - 1) * FRAME) for name, frames in FRAMES.items()}


SOUNDS = _noise()
_PLACE = {
    sound[at : at + FRAME]: (name, at // FRAME)
    for name, sound in SOUNDS.items()
    for at in range(FRAME, len(sound), FRAME)
}


def write_prompts(prompts: Path) -> None:
    """Write both scripts, into the folder that the PBX mounts."""
    for script, sounds in ((SCRIPT, SOUNDS), (LONG_SCRIPT, SOUNDS | {"notice": SILENCE * 1500})):
        (prompts / script).mkdir(parents=True)
        for name, sound in sounds.items():
            (prompts / script / f"{name}.alaw").write_bytes(sound)


def place_of(frame: bytes) -> tuple[str, int] | None:
    """Return the prompt of a packet, and how many packets into it; None for silence."""
    return None if frame == SILENCE else _PLACE[frame]


def prompt_of(frame: bytes) -> str:
    """Return the prompt of a packet; empty for silence, and for any other sound."""
    return _PLACE.get(frame, ("", 0))[0]


def heard(payload: bytes) -> list[str]:
    """Return the prompts played, in order.

    `notice` if whole, `notice...` if its beginning, `notice?` if frames were lost or doubled.
    """
    frames = (payload[at : at + FRAME] for at in range(0, len(payload), FRAME))
    places = [_PLACE[frame] for frame in frames if frame != SILENCE]
    return [
        name + _wholeness(name, [n for _, n in run])
        for name, run in groupby(places, key=lambda place: place[0])
    ]


def _wholeness(name: str, frames: list[int]) -> str:
    if frames != list(range(1, len(frames) + 1)):
        return "?"
    return "" if len(frames) == FRAMES[name] - 1 else "..."
