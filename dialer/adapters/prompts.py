"""Telephone audio from texts (espeak-ng) and recordings (sox), and the compiled scripts on disk.

Implementation of `dialer.ports.campaigns.Prompts`. The audio is mono, 8 kHz, A-law (ITU-T G.711),
levelled, without a header. A script's folder is named by the hash of its content, so the PBX plays
exactly the approved prompts.
"""

import asyncio
import hashlib
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from stat import S_IROTH
from tempfile import mkdtemp

from dialer.domain.base.errors import InvalidInput, NotFound, Problem, Unavailable
from dialer.ports.campaigns import CompiledPrompt, CompiledScript

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


_SUFFIX = ".alaw"
_LIST = "prompts.json"
"""List of every prompt as it was compiled, so that a damaged one can be named."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Telephone audio of one prompt. `synthetic` where a synthetic voice speaks."""

    data: bytes
    synthetic: bool


def described(prompts: Mapping[str, Audio]) -> CompiledScript:
    compiled = tuple(
        CompiledPrompt(
            name=name,
            sha256=hashlib.sha256(audio.data).hexdigest(),
            duration_ms=len(audio.data) // BYTES_PER_MS,
            synthetic=audio.synthetic,
        )
        for name, audio in sorted(prompts.items())
    )
    return CompiledScript(_script_hash(compiled), compiled)


class PromptStore:
    """Store of `folder`/<script hash>/<prompt>.alaw. Blocking.

    Every user may read the files, as the PBX's container runs as another user.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, prompts: Mapping[str, Audio]) -> CompiledScript:
        """Write whole or not at all. Leave a folder that is already there and sound alone."""
        script = described(prompts)
        target = self._folder / script.script
        if self._sound(script.script):
            return script
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)
        making = Path(mkdtemp(prefix=".making-", dir=self._folder))
        try:
            _fill(making, prompts)
            shutil.rmtree(target, ignore_errors=True)
            making.rename(target)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return script

    def read(self, script: str) -> CompiledScript:
        """Read a script, recomputing every hash.

        Raise `InvalidInput`, naming a prompt that is missing, empty, changed, unreadable or too
        many.
        """
        folder = self._folder / script
        compiled = _listed(folder, script)
        found = described({prompt.name: _audio(folder, script, prompt) for prompt in compiled})
        known = {prompt.name for prompt in compiled}
        if strange := sorted({file.stem for file in folder.glob(f"*{_SUFFIX}")} - known):
            raise _unfit(script, strange[0], "is none of its prompts")
        for now, then in zip(found.prompts, compiled, strict=True):
            if now != then:
                raise _unfit(script, now.name, "is not what was compiled")
        if found.script != script:
            raise InvalidInput(f"the list of the prompts of script {script[:12]} was changed", hint=_HINT)
        return found

    def audio(self, script: str, name: str) -> bytes:
        """Read one prompt.

        Raise `NotFound` for a name the script has not, `InvalidInput` as `read`.
        """
        names = [prompt.name for prompt in self.read(script).prompts]
        if name not in names:
            raise NotFound(f"the script has no prompt {name!r}", hint=f"it has {', '.join(names)}")
        return (self._folder / script / f"{name}{_SUFFIX}").read_bytes()

    def _sound(self, script: str) -> bool:
        try:
            self.read(script)
        except InvalidInput:
            return False
        return True


_HINT = "approve the campaign again, which compiles them"


def _listed(folder: Path, script: str) -> tuple[CompiledPrompt, ...]:
    """Read the list, in order of name."""
    try:
        listed = json.loads((folder / _LIST).read_bytes())
        return tuple(sorted((CompiledPrompt(**prompt) for prompt in listed), key=lambda prompt: prompt.name))
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"the prompts of script {script[:12]} cannot be read ({error})", hint=_HINT
        ) from None


def _audio(folder: Path, script: str, prompt: CompiledPrompt) -> Audio:
    file = folder / f"{prompt.name}{_SUFFIX}"
    try:
        data, mode = file.read_bytes(), file.stat().st_mode
    except FileNotFoundError:
        raise _unfit(script, prompt.name, "is missing") from None
    except OSError as error:
        raise _unfit(script, prompt.name, f"cannot be read ({error.strerror})") from None
    if not data:
        raise _unfit(script, prompt.name, "is empty")
    if not mode & S_IROTH:
        raise _unfit(script, prompt.name, "cannot be read by the PBX")
    return Audio(data, prompt.synthetic)


def _unfit(script: str, name: str, what: str) -> InvalidInput:
    return InvalidInput(f"prompt {name!r} of script {script[:12]} {what}", hint=_HINT)


def _fill(folder: Path, prompts: Mapping[str, Audio]) -> None:
    folder.chmod(0o755)
    for name, audio in prompts.items():
        _write(folder / f"{name}{_SUFFIX}", audio.data)
    listed = [asdict(prompt) for prompt in described(prompts).prompts]
    _write(folder / _LIST, json.dumps(listed).encode())


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    file.chmod(0o644)


def _script_hash(prompts: Iterable[CompiledPrompt]) -> str:
    """Hash the lines `<name> <sha256>`, in order of name, with SHA-256."""
    lines = "".join(f"{prompt.name} {prompt.sha256}\n" for prompt in prompts)
    return hashlib.sha256(lines.encode()).hexdigest()


class PromptCompiler:
    """A compiler that keeps scripts in `folder`, which the PBX mounts read-only."""

    def __init__(self, folder: Path) -> None:
        self._shelf = PromptStore(folder)

    async def compile(
        self, texts: dict[str, str], recordings: dict[str, bytes], *, language: str
    ) -> CompiledScript:
        """Compile a script. Raise `InvalidInput`, naming every prompt that cannot be made."""
        problems: list[Problem] = []
        audio: dict[str, Audio] = {}

        async def make(name: str, work: Awaitable[bytes], *, synthetic: bool) -> None:
            try:
                audio[name] = Audio(await work, synthetic)
            except InvalidInput as error:
                problems.append(Problem(f"prompts.{name}", str(error)))

        for name, text in texts.items():
            await make(name, spoken(text, language), synthetic=True)
        for name, recording in recordings.items():
            await make(name, converted(recording), synthetic=False)
        if problems:
            raise InvalidInput("these prompts cannot be made", tuple(problems))
        return await asyncio.to_thread(self._shelf.put, audio)

    async def hear(self, recording: bytes) -> None:
        await converted(recording)

    async def audio(self, script: str, name: str) -> bytes:
        return await asyncio.to_thread(self._shelf.audio, script, name)

    async def check(self, script: str) -> CompiledScript:
        return await asyncio.to_thread(self._shelf.read, script)
