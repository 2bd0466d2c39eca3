"""Prompts made by the real espeak-ng and sox."""

import hashlib
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialer.adapters.prompts import PromptCompiler
from dialer.domain.base.errors import InvalidInput
from dialer.domain.campaigns.script import PROMPT_OF_KEY
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.services.campaigns.scripts import compile_script, read_recordings
from tests.unit.campaigns.test_script import campaign

TEXTS = {"notice": "Bonjour. Appel automatique.", "message": "Votez dimanche."}


def tone(file: Path, *, seconds: float = 1.0, volume: float = 0.1) -> bytes:
    sound = ("synth", str(seconds), "sine", "440", "vol", str(volume))
    subprocess.run(["sox", "-V1", "-n", "-r", "44100", "-c", "2", str(file), *sound], check=True)
    return file.read_bytes()


def names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def samples(alaw: bytes) -> list[int]:
    """Decode A-law (ITU-T G.711) to 13-bit magnitudes."""
    loudness = []
    for byte in alaw:
        code = byte ^ 0x55
        segment, step = code >> 4 & 7, code & 0x0F
        loudness.append((step << 1 | 1) if not segment else (step << 1 | 33) << segment - 1)
    return loudness


@pytest.fixture
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    yield
    os.umask(before)


async def test_texts_become_telephone_audio_that_is_measured_and_addressed_by_its_content(
    tmp_path: Path,
) -> None:
    script = await PromptCompiler(tmp_path / "prompts").compile(TEXTS, {}, language="fr")
    lines = ""
    for prompt in script.prompts:
        audio = (tmp_path / "prompts" / script.script / f"{prompt.name}.alaw").read_bytes()
        assert prompt.sha256 == hashlib.sha256(audio).hexdigest()
        assert prompt.duration_ms == len(audio) // 8 > 500
        assert prompt.synthetic
        lines += f"{prompt.name} {prompt.sha256}\n"
    assert script.script == hashlib.sha256(lines.encode()).hexdigest()
    assert [prompt.name for prompt in script.prompts] == ["message", "notice"]


async def test_the_same_prompts_give_the_same_script_and_one_folder(tmp_path: Path) -> None:
    compiler = PromptCompiler(tmp_path)
    first = await compiler.compile(TEXTS, {}, language="fr")
    assert await compiler.compile(TEXTS, {}, language="fr") == first
    assert names_in(tmp_path) == [first.script]
    assert await compiler.compile(TEXTS, {}, language="en") != first


@pytest.mark.parametrize("mask", [0o022, 0o077])
async def test_another_user_may_read_what_was_compiled(tmp_path: Path, umask: None) -> None:
    script = await PromptCompiler(tmp_path / "prompts").compile(TEXTS, {}, language="fr")
    folder = tmp_path / "prompts" / script.script
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder)] == [0o755, 0o755]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o644}


@pytest.mark.parametrize("kind", ["wav", "mp3", "flac", "ogg"])
async def test_recordings_of_every_kind_become_a_second_of_levelled_audio(tmp_path: Path, kind: str) -> None:
    recording = tone(tmp_path / f"m.{kind}")
    script = await PromptCompiler(tmp_path / "prompts").compile({}, {"message": recording}, language="fr")
    (message,) = script.prompts
    assert not message.synthetic
    assert 1000 <= message.duration_ms <= 1100
    audio = (tmp_path / "prompts" / script.script / "message.alaw").read_bytes()
    assert 0.6 * 4096 < max(samples(audio)) < 0.8 * 4096


async def test_quiet_and_loud_recordings_end_up_equally_loud(tmp_path: Path) -> None:
    compiler = PromptCompiler(tmp_path / "prompts")
    peaks = []
    for volume in (0.02, 0.9):
        recording = tone(tmp_path / "m.wav", volume=volume)
        script = await compiler.compile({}, {"message": recording}, language="fr")
        peaks.append(max(samples((tmp_path / "prompts" / script.script / "message.alaw").read_bytes())))
    assert peaks[0] == pytest.approx(peaks[1], rel=0.05)


@pytest.mark.parametrize(
    ("recording", "why"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "neither wav, mp3, flac nor ogg"),
        (b"RIFF\x00\x00\x00\x00WAVEjunk", "sox refused it"),
        (b"fLaC" + bytes(100), "sox refused it"),
    ],
)
async def test_what_is_no_recording_is_refused_by_name_and_leaves_nothing(
    tmp_path: Path, recording: bytes, why: str
) -> None:
    with pytest.raises(InvalidInput, match=rf"prompts\.closing: .*{why}"):
        await PromptCompiler(tmp_path / "prompts").compile({}, {"closing": recording}, language="fr")
    assert not (tmp_path / "prompts").exists()


async def test_every_prompt_begins_with_the_silence_that_a_resumption_repeats(tmp_path: Path) -> None:
    sound = tone(tmp_path / "message.wav")
    compiled = await PromptCompiler(tmp_path).compile(
        {"notice": "Bonjour."}, {"message": sound}, language="fr"
    )
    for prompt in compiled.prompts:
        audio = (tmp_path / compiled.script / f"{prompt.name}.alaw").read_bytes()
        assert set(audio[:160]) <= {0x55, 0xD5}, prompt.name


async def test_a_silent_recording_is_refused(tmp_path: Path) -> None:
    silent = tone(tmp_path / "m.wav", volume=0)
    with pytest.raises(InvalidInput, match="nothing is to be heard"):
        await PromptCompiler(tmp_path / "prompts").compile({}, {"message": silent}, language="fr")


def in_another_format(prompt: Path) -> None:
    prompt.write_bytes(b"RIFF" + prompt.read_bytes())


def a_folder(prompt: Path) -> None:
    prompt.unlink()
    prompt.mkdir()


HARMS: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda prompt: prompt.write_bytes(prompt.read_bytes()[:-1] + b"\x00"), "is not what was"),
    "in another format": (in_another_format, "is not what was compiled"),
    "missing": (Path.unlink, "is missing"),
    "empty": (lambda prompt: prompt.write_bytes(b""), "is empty"),
    "a folder": (a_folder, "cannot be read"),
    "for our eyes alone": (lambda prompt: prompt.chmod(0o600), "cannot be read by the PBX"),
    "one too many": (lambda prompt: prompt.with_stem("extra").write_bytes(b"\x00"), "is none of its prompts"),
    "all gone": (lambda prompt: prompt.parent.rename(prompt.parents[1] / "elsewhere"), "cannot be read"),
}
"""Damages to the message, each with the words of the check."""


async def test_an_unharmed_script_passes_the_check(tmp_path: Path) -> None:
    compiler = PromptCompiler(tmp_path)
    script = await compiler.compile(TEXTS, {}, language="fr")
    assert await compiler.check(script.script) == script


@pytest.mark.parametrize(("harm", "why"), HARMS.values(), ids=HARMS)
async def test_a_script_that_is_not_as_compiled_fails_the_check_and_is_mended_by_compiling(
    tmp_path: Path, harm: Callable[[Path], object], why: str
) -> None:
    compiler = PromptCompiler(tmp_path)
    script = await compiler.compile(TEXTS, {}, language="fr")
    harm(tmp_path / script.script / "message.alaw")
    with pytest.raises(InvalidInput, match=f"{script.script[:12]} {why}"):
        await compiler.check(script.script)
    assert await compiler.compile(TEXTS, {}, language="fr") == script
    assert await compiler.check(script.script) == script


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_default_notice_ends_within_twelve_seconds_and_the_whole_script_compiles(
    tmp_path: Path, language: str
) -> None:
    definition = campaign({"message": "Votez dimanche."}, language=language, operator="Appels SARL")
    compiled = await compile_script(definition, {}, PromptCompiler(tmp_path), ScriptRules())
    durations = {prompt.name: prompt.duration_ms for prompt in compiled.prompts}
    assert durations.keys() == set(PROMPT_OF_KEY.values())
    assert 4_000 < durations["notice"] < 12_000


async def test_a_message_longer_than_a_minute_is_refused_with_its_length(tmp_path: Path) -> None:
    recording = tone(tmp_path / "m.wav", seconds=61)
    definition = campaign({"message": {"file": "m.wav"}})
    with pytest.raises(InvalidInput, match=r"prompts\.message: takes 61\.020 s; at most 60 s"):
        await compile_script(
            definition, {"message": recording}, PromptCompiler(tmp_path / "prompts"), ScriptRules()
        )


async def test_a_notice_that_outlasts_twelve_seconds_is_refused(tmp_path: Path) -> None:
    definition = campaign(
        {"identity": "Appel automatique de Liste Demo. " * 8 + "Tapez 9.", "message": "Votez."}
    )
    with pytest.raises(InvalidInput, match=r"prompts\.identity: takes [0-9.]+ s; at most 12 s"):
        await compile_script(definition, {}, PromptCompiler(tmp_path), ScriptRules())


def test_recordings_are_read_from_the_folder_of_the_campaign_file_and_below(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "m.wav").write_bytes(b"sound")
    definition = campaign({"message": {"file": "audio/m.wav"}, "closing": "Au revoir."})
    assert read_recordings(definition, tmp_path) == {"message": b"sound"}


def test_recordings_that_lead_out_are_absent_or_are_no_files_are_all_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "loop").symlink_to(folder / "loop")
    bad = {
        "message": str(tmp_path / "secret"),
        "closing": "../secret",
        "legal": "link",
        "opposed": "absent.wav",
        "no-key": ".",
        "wrong-key": "loop",
        "invitation": "nul\0",
    }
    definition = campaign({key: {"file": file} for key, file in bad.items()})
    with pytest.raises(InvalidInput) as caught:
        read_recordings(definition, folder)
    told = {problem.where: problem.detail for problem in caught.value.problems}
    assert told.keys() == {f"prompts.{key}" for key in bad}
    for out in ("message", "closing", "legal"):
        assert "leads out of the folder" in told[f"prompts.{out}"]
    assert "\n" not in str(caught.value)
