import numpy as np
import pytest

from tests.harness.likeness import most_like, wave
from tests.harness.prompts import sound

PROMPTS = {name: sound(name, 2.0) for name in ("notice", "invitation", "message")}


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_at_another_level_with_noise_is_still_named(name: str) -> None:
    heard = wave(PROMPTS[name])[4000:12000] * 0.4
    noise = np.random.default_rng(1).normal(0, np.std(heard) / 3, len(heard))
    like = most_like(heard + noise, PROMPTS)
    assert (like.prompt, like.offset_ms) == (name, 500)
    assert like.score > 0.9


def test_a_stranger_is_like_no_prompt() -> None:
    assert most_like(wave(sound("stranger", 1.0)), PROMPTS).score < 0.2


def test_a_law_bytes_are_their_levels() -> None:
    assert wave(b"\xd5\x55\xaa\x2a") == pytest.approx([8, -8, 32256, -32256], abs=16)
