"""Prompts at the command line: built from a file, listed as approved, written as sound."""

import wave
from pathlib import Path

import pytest

from dialer.domain.campaigns.script import PROMPT_OF_KEY
from tests.integration.command import Command
from tests.samples.campaigns import CAMPAIGN_FILE, campaign_file


def test_a_file_is_built_and_every_prompt_measured(dialer: Command, tmp_path: Path) -> None:
    built = dialer.must("prompts", "build", str(campaign_file(tmp_path)))
    by_name = {prompt["name"]: prompt for prompt in built["prompts"]}
    assert by_name.keys() == set(PROMPT_OF_KEY.values())
    assert 1 < by_name["notice"]["seconds"] <= 12
    assert {prompt["voice"] for prompt in built["prompts"]} == {"synthetic"}


def test_a_script_that_breaks_a_rule_says_which_prompt_does(dialer: Command, tmp_path: Path) -> None:
    long = CAMPAIGN_FILE.replace("Le conseil se tient mardi.", "Le conseil se tient mardi. " * 40)
    ran = dialer("prompts", "build", str(campaign_file(tmp_path, long)))
    assert ran.status == 1
    assert "prompts.message: takes" in ran.complaint


def test_before_approval_there_is_nothing_to_list(dialer: Command, campaign: str) -> None:
    ran = dialer("prompts", "list", "--campaign", campaign)
    assert ran.status == 1
    assert "no script yet" in ran.complaint


def test_a_prompt_is_written_as_telephone_sound(dialer: Command, tmp_path: Path) -> None:
    target = tmp_path / "notice.wav"
    file = str(campaign_file(tmp_path))
    assert dialer("prompts", "play", "notice", "--file", file, "--wav", str(target)).status == 0
    # The standard library reads no A-law, but says so only after it has understood the header.
    with pytest.raises(wave.Error, match="unknown format: 6"), wave.open(str(target)):
        pass
    head = target.read_bytes()[:44]
    assert (head[:4], head[8:12], head[36:40]) == (b"RIFF", b"WAVE", b"data")
    assert int.from_bytes(head[40:44], "little") == target.stat().st_size - 44


def test_a_prompt_that_is_none_is_refused_by_name(dialer: Command, tmp_path: Path) -> None:
    ran = dialer("prompts", "play", "jingle", "--file", str(campaign_file(tmp_path)))
    assert ran.status == 1
    assert "'jingle'" in ran.complaint


def test_neither_file_nor_campaign_is_wrong_use(dialer: Command) -> None:
    assert dialer("prompts", "play", "notice").status == 2
