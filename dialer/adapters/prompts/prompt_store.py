"""Compiled scripts on disk, each in a folder named by the hash of its content.

So the PBX plays exactly the approved prompts.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from stat import S_IROTH
from tempfile import mkdtemp

from dialer.adapters.prompts.audio import BYTES_PER_MS
from dialer.domain.base.errors import InvalidInput, NotFound
from dialer.ports.campaigns.prompts import CompiledPrompt, CompiledScript

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
