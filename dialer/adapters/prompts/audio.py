"""Telephone audio from a text or a recording.

Mono, 8 kHz, A-law (ITU-T G.711), levelled, without a header.
"""

import asyncio
from asyncio.subprocess import PIPE

from dialer.domain.base.errors import InvalidInput, Unavailable

TIMEOUT_S = 60.0


async def run(*command: str, stdin: bytes = b"") -> bytes:
    """Run a command and return its standard output.

    Raise `Unavailable` where the program is missing or hangs, `InvalidInput` with its last words
    where it fails.
    """
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed", hint=f"apt-get install {command[0]}") from None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            output, complaint = await process.communicate(stdin)
    except TimeoutError:
        raise Unavailable(
            f"{command[0]} took longer than {TIMEOUT_S:.0f} s", hint="give it a shorter prompt"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        words = complaint.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise InvalidInput(f"{command[0]} refused it ({words[-1][:200]})")
    return output


BYTES_PER_MS = 8
VOICES = {"fr": "fr-fr", "en": "en-gb"}
WORDS_PER_MINUTE = "150"
"""The target speed of speech (docs/rules/script.md#speed)."""
PEAK_DB = "-3"
LONGEST_S = "600"
"""Longer than any prompt may be: a recording that unpacks to more is cut there."""
_SILENCE = bytes((0x55, 0xD5))
LEAD_S = "0.02"
"""Seconds of silence at the start of a prompt.

Asterisk plays its first 20 ms again when it resumes it after a key, so they must be silent
(measured).
"""
_TYPES = ((b"RIFF", "wav"), (b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"))


async def spoken(text: str, language: str) -> bytes:
    """Synthesise a text with espeak-ng."""
    voice = ("-v", VOICES[language], "-s", WORDS_PER_MINUTE)
    return await _telephone_audio(
        await run("espeak-ng", *voice, "-b", "1", "--stdin", "--stdout", stdin=text.encode()), "wav"
    )


async def converted(recording: bytes) -> bytes:
    """Convert wav, mp3, flac or ogg, known by the first bytes. Raise `InvalidInput` for others."""
    return await _telephone_audio(recording, _type_of(recording))


def _type_of(recording: bytes) -> str:
    if not recording:
        raise InvalidInput("the recording is empty")
    for magic, kind in _TYPES:
        if recording.startswith(magic):
            return kind
    if recording[0] == 0xFF and recording[1:2] >= b"\xe0":
        return "mp3"
    raise InvalidInput("the recording is neither wav, mp3, flac nor ogg")


async def _telephone_audio(sound: bytes, kind: str) -> bytes:
    """Convert to telephone audio, repeatably.

    Without dither the same input gives the same bytes and so the same hash. Raise `InvalidInput`
    for mere silence.
    """
    target = ("-t", "raw", "-r", "8000", "-c", "1", "-e", "a-law", "-b", "8", "-")
    effects = ("trim", "0", LONGEST_S, "channels", "1", "rate", "8000", "gain", "-n", PEAK_DB, "pad", LEAD_S)
    audio = await run("sox", "-V1", "-R", "-D", "-t", kind, "-", *target, *effects, stdin=sound)
    if not audio.translate(None, _SILENCE):
        raise InvalidInput("nothing is to be heard in it")
    return audio
