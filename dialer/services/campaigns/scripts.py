"""A campaign's audio: recorded for the draft, compiled at approval, checked before every start.

From the campaign file the script is written, made into audio and measured. Recordings are read from
files in or below the folder of the campaign file.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, InvalidInput, Problem
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Recording
from dialer.domain.campaigns.script import PROMPT_OF_KEY, duration_problems, write_script
from dialer.domain.ledger.entries_admin import recording_kept
from dialer.domain.preflight.campaign_checks import script_rules
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.campaigns import CompiledScript, HasCampaigns, Prompts, Recordings
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store, UnitOfWork

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


class ScriptWork(HasCampaigns, UnitOfWork, Protocol):
    """The unit of work of a campaign's audio: a recording kept is an entry of the ledger."""


class Scripts:
    def __init__(
        self,
        store: Store[ScriptWork],
        prompts: Prompts,
        recordings: Recordings,
        clock: Clock,
        packs: RulePackIndex,
    ) -> None:
        self._store = store
        self._packs = packs
        self._clock = clock
        self._prompts = prompts
        self._recordings = recordings
        self._hashes: dict[str, dict[str, str]] = {}

    async def record(self, actor: Actor, campaign_id: CampaignId, key: str, audio: bytes) -> None:
        """Keep a recording for a draft; it replaces the text of the same key.

        Raise `Conflict` once the script is frozen, `InvalidInput` for an unknown key or an
        unplayable file.
        """
        actor.demand(Right.CREATE_CAMPAIGN)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        if campaign.state is not CampaignState.DRAFT:
            raise Conflict("the script is frozen", hint="prompts are accepted before approval only")
        _demand_known([key])
        try:
            await self._prompts.hear(audio)
        except InvalidInput as error:
            raise InvalidInput("this is no recording", (Problem(f"prompts.{key}", error.detail),)) from None
        await self.keep(campaign, {key: audio})
        digest, at = hashlib.sha256(audio).hexdigest(), self._clock.now()
        async with self._store.write() as work:
            work.record(recording_kept(campaign_id, key, digest, by=actor.name, at=at))

    async def keep(self, campaign: Campaign, recordings: Mapping[str, bytes]) -> None:
        _demand_known(recordings)
        for key, audio in recordings.items():
            await self._recordings.keep(campaign.id, key, audio)

    async def build(
        self, actor: Actor, definition: CampaignDefinition, recordings: Mapping[str, bytes]
    ) -> CompiledScript:
        """Compile a campaign file for a trial; nothing of it is approved.

        Raise `InvalidInput` as `compile`.
        """
        actor.demand(Right.CREATE_CAMPAIGN)
        return await compile_script(definition, recordings, self._prompts, self._rules(definition))

    async def approved(self, actor: Actor, campaign_id: CampaignId) -> CompiledScript:
        """Return the approved script. Raise `Conflict` before approval.

        Raise `InvalidInput` where the audio is no longer the approved one.
        """
        actor.demand(Right.READ_CAMPAIGNS)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        if campaign.script is None:
            raise Conflict(
                "the campaign has no script yet",
                hint="approval compiles it; `dialer prompts build` tries a file",
            )
        return await self._prompts.check(campaign.script)

    async def audio(self, script: str, name: str) -> bytes:
        """Return the sound of a prompt in A-law, 8 kHz."""
        return await self._prompts.audio(script, name)

    async def compile(self, campaign: Campaign) -> CompiledScript:
        """Compile the campaign's script with its kept recordings.

        Raise `InvalidInput` where it is incomplete, cannot be made or takes too long.
        """
        recordings = await self._recordings.of(campaign.id)
        definition = campaign.definition
        return await compile_script(definition, recordings, self._prompts, self._rules(definition))

    def _rules(self, definition: CampaignDefinition) -> ScriptRules:
        return script_rules(definition, self._packs, self._clock.now())

    async def check(self, campaign: Campaign) -> None:
        """Raise `InvalidInput` where the audio is no longer the approved one (T102, T103)."""
        if campaign.script is not None:
            await self._prompts.check(campaign.script)

    async def hashes(self, script: str) -> Mapping[str, str]:
        """Return SHA-256 by prompt name, as approved; empty where the audio is gone or changed."""
        if script not in self._hashes:
            try:
                compiled = await self._prompts.check(script)
            except InvalidInput:
                return {}
            self._hashes[script] = {prompt.name: prompt.sha256 for prompt in compiled.prompts}
        return self._hashes[script]


def _demand_known(keys: Iterable[str]) -> None:
    if unknown := sorted(set(keys) - PROMPT_OF_KEY.keys()):
        raise InvalidInput(
            "unknown prompt", (Problem(f"prompts.{unknown[0]}", f"known are {', '.join(PROMPT_OF_KEY)}"),)
        )
