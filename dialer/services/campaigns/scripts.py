"""A campaign's audio: recorded for the draft, compiled at approval, checked before every start."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Protocol

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import Conflict, InvalidInput, Problem
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.script import PROMPT_OF_KEY
from dialer.domain.ledger.entries_admin import recording_kept
from dialer.domain.preflight.campaign_checks import script_rules
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.campaigns.campaigns import HasCampaigns
from dialer.ports.campaigns.prompts import CompiledScript, Prompts, Recordings
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.campaigns.prompts import compile_script


class ScriptWork(HasCampaigns, UnitOfWork, Protocol):
    """The unit of work of a campaign's audio."""


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
        """A-law, 8 kHz."""
        return await self._prompts.audio(script, name)

    async def compile(self, campaign: Campaign) -> CompiledScript:
        """Raise `InvalidInput` where the script is incomplete, cannot be made or takes too long."""
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
        """SHA-256 by prompt name, as approved; empty where the audio is gone or changed."""
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
