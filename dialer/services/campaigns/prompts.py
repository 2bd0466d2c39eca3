"""From a campaign file to the audio of its calls.

Recordings are read; the script is written, compiled and measured.
"""

from collections.abc import Mapping
from pathlib import Path

from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Recording
from dialer.domain.campaigns.script import duration_problems, write_script
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.ports.campaigns.prompts import CompiledScript, Prompts

MAX_RECORDING_BYTES = 50 * 1024 * 1024


def read_recordings(definition: CampaignDefinition, folder: Path) -> dict[str, bytes]:
    """Read the files named in `[prompts]`, by key.

    They lie in or below `folder`, links followed. Raise `InvalidInput` with every bad one.
    """
    recordings: dict[str, bytes] = {}
    problems: list[Problem] = []
    for key, prompt in definition.prompts.items():
        if isinstance(prompt, Recording):
            try:
                recordings[key] = _read(prompt.file, folder.resolve())
            except InvalidInput as error:
                problems.append(Problem(f"prompts.{key}", f"{prompt.file!r} {error}"))
    if problems:
        raise InvalidInput("the recordings cannot be used", tuple(problems))
    return recordings


async def compile_script(
    definition: CampaignDefinition, recordings: Mapping[str, bytes], prompts: Prompts, rules: ScriptRules
) -> CompiledScript:
    """Compile the script. `recordings` is by key of `[prompts]`.

    Raise `InvalidInput` where the script is incomplete, cannot be made or takes too long.
    """
    script = write_script(definition, frozenset(recordings), rules)
    compiled = await prompts.compile(
        script.texts,
        {prompt: recordings[key] for prompt, key in script.recorded.items()},
        language=definition.language,
    )
    durations = {prompt.name: prompt.duration_ms for prompt in compiled.prompts}
    problems = duration_problems(definition, durations, script.texts.get("closing"), rules)
    if problems:
        raise InvalidInput("the script takes too long", problems)
    return compiled


def _read(name: str, folder: Path) -> bytes:
    try:
        path = (folder / name).resolve(strict=True)
        if not path.is_relative_to(folder):
            raise InvalidInput("leads out of the folder of the campaign file")
        if not path.is_file():
            raise InvalidInput("is not a file")
        if path.stat().st_size > MAX_RECORDING_BYTES:
            raise InvalidInput(f"is larger than {MAX_RECORDING_BYTES // 1024**2} MiB")
        return path.read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no path"
        raise InvalidInput(f"cannot be read ({reason})") from None
