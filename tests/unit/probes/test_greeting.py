"""Recognising the greeting in a recording, after the faults of networks and beside other voices."""

import asyncio
import random
import subprocess
from collections.abc import Callable
from functools import cache

import pytest

from dialer.adapters.prompts import spoken
from dialer.domain.probes.greeting import LEVELS, NOT_HEARD, audible, likeness
from dialer.simulated_callees.rtp_sender import SILENCE, alaw

TEXT = "Bonjour. Vous avez été appelé par un automate de {}. Pour ne plus être appelé, appuyez sur 9. Pour entendre le message, appuyez sur 1."
QUIET = bytes([SILENCE])
RAW = ("-t", "raw", "-r", "8000", "-c", "1", "-e", "a-law", "-b", "8")
MU_LAW = ("-t", "raw", "-r", "8000", "-c", "1", "-e", "mu-law", "-b", "8")
GSM = ("-t", "gsm")


@cache
def said(text: str) -> bytes:
    return asyncio.run(spoken(text, "fr"))


def ours() -> bytes:
    return said(TEXT.format("Liste Demo"))


def through(codec: tuple[str, ...], audio: bytes, *effects: str) -> bytes:
    coded = sox(*RAW, "-", *codec, "-", *effects, sound=audio)
    return sox(*codec, "-", *RAW, "-", sound=coded)


def sox(*words: str, sound: bytes) -> bytes:
    return subprocess.run(["sox", "-V1", "-R", *words], input=sound, capture_output=True, check=True).stdout


def noisy(audio: bytes, level: float) -> bytes:
    chance = random.Random(1)
    return bytes(alaw(int(LEVELS[code] + chance.gauss(0, level))) for code in audio)


def lossy(audio: bytes, share: float) -> bytes:
    """Drop packets of 20 ms without replacement: the packets after them come earlier."""
    chance = random.Random(1)
    packets = (audio[at : at + 160] for at in range(0, len(audio), 160))
    return b"".join(packet for packet in packets if chance.random() >= share)


HEARD = {
    "as it is": ours,
    "five seconds late": lambda: QUIET * 40_000 + ours(),
    "its first second lost": lambda: ours()[8_000:],
    "through GSM": lambda: QUIET * 5_003 + through(GSM, ours()),
    "mu-law, much quieter": lambda: through(MU_LAW, ours(), "gain", "-20"),
    "with noise": lambda: noisy(ours(), 300),
    "one packet in a hundred lost": lambda: lossy(ours(), 0.01),
    "and its menu again": lambda: ours() + ours()[:30_000],
}
OTHERS = {
    "another sponsor": lambda: said(TEXT.format("Ensemble Autrement")),
    "another name as long": lambda: said(TEXT.format("Parti Vert")),
    "one other word": lambda: said(TEXT.format("Liste Noir")),
    "a longer name": lambda: said(TEXT.format("Liste Demo et ses amis")),
    "an announcement": lambda: said("Le numéro que vous avez demandé n'est pas attribué. " * 2),
    "its second half alone": lambda: ours()[50_000:],
    "its first half alone": lambda: ours()[:50_000],
    "noise": lambda: noisy(QUIET * 80_000, 500),
    "a tone": lambda: bytes([0x80, 0x9A, 0x80, 0xB5, 0x00, 0x1A, 0x00, 0x35]) * 10_000,
}


@pytest.mark.parametrize("heard", HEARD.values(), ids=HEARD)
def test_the_greeting_is_known_again(heard: Callable[[], bytes]) -> None:
    assert likeness(ours(), heard()).same


@pytest.mark.parametrize("heard", OTHERS.values(), ids=OTHERS)
def test_whatever_else_answers_is_not_the_greeting(heard: Callable[[], bytes]) -> None:
    assert not likeness(ours(), heard()).same
    assert audible(heard())


@pytest.mark.parametrize("heard", [b"", QUIET, QUIET * 80_000, noisy(QUIET * 80_000, 10)])
def test_silence_is_no_greeting_and_no_sound(heard: bytes) -> None:
    found = likeness(ours(), heard)
    assert (found.percent, found.same, audible(heard)) == (0, False, False)


def test_nothing_is_like_an_expectation_without_a_sound() -> None:
    assert likeness(b"", ours()) == NOT_HEARD
    assert not likeness(QUIET * 80_000, QUIET * 80_000).same
