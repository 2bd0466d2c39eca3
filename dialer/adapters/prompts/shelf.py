"""Compiled scripts on disk, each in a folder named by the hash of its content: what the PBX plays is what was approved."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from dialer.adapters.prompts.audio import BYTES_PER_MS
from dialer.domain.errors import InvalidInput, NotFound
from dialer.ports.prompts import CompiledPrompt, CompiledScript

_SUFFIX = ".alaw"
_SYNTHETIC = "synthetic.json"
"""Names of the prompts spoken by a machine."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Telephone audio of one prompt, and whether a synthetic voice speaks."""

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


class Shelf:
    """`folder`/<script hash>/<prompt>.alaw, readable by everybody: the PBX's container runs as another user. Blocking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, prompts: Mapping[str, Audio]) -> CompiledScript:
        """Write whole or not at all; a folder that is already there and sound is left alone."""
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
        """Recompute every hash. Raise `InvalidInput` where anything is missing, changed or unreadable."""
        folder = self._folder / script
        try:
            synthetic = frozenset(json.loads((folder / _SYNTHETIC).read_bytes()))
            audio = {
                file.stem: Audio(file.read_bytes(), file.stem in synthetic)
                for file in folder.glob(f"*{_SUFFIX}")
            }
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"the prompts of script {script[:12]} cannot be read ({error})", hint=_HINT
            ) from None
        found = described(audio)
        if found.script != script:
            raise InvalidInput(
                f"the prompts of script {script[:12]} are not those that were compiled", hint=_HINT
            )
        return found

    def audio(self, script: str, name: str) -> bytes:
        """Raise `NotFound` for another name than the script's own, `InvalidInput` as `read`."""
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


def _fill(folder: Path, prompts: Mapping[str, Audio]) -> None:
    folder.chmod(0o755)
    for name, audio in prompts.items():
        _write(folder / f"{name}{_SUFFIX}", audio.data)
    spoken = sorted(name for name, audio in prompts.items() if audio.synthetic)
    _write(folder / _SYNTHETIC, json.dumps(spoken).encode())


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    file.chmod(0o644)


def _script_hash(prompts: Iterable[CompiledPrompt]) -> str:
    """SHA-256 over the lines `<name> <sha256>` in order of name."""
    lines = "".join(f"{prompt.name} {prompt.sha256}\n" for prompt in prompts)
    return hashlib.sha256(lines.encode()).hexdigest()
