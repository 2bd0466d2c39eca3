"""The programming of a campaign: rule packs, dialplan with its proof, script, audio (E1, E2)."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pydantic import ValidationError

from dialer.domain.access.roles import Actor
from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.errors import Conflict, DialerError, InvalidInput
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.script import PROMPT_OF_KEY, write_script
from dialer.domain.ledger.event import digest
from dialer.domain.probes.greeting import wave_of
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.domain.rulepacks.rulepack import RulePack
from dialer.inspection.parts import Programming
from dialer.inspection.sealed import SealedCampaign
from dialer.ports.campaigns.prompts import CompiledScript
from dialer.ports.decisions import HasDecisions
from dialer.ports.inspection.inspection import HasInspections, PackFiles
from dialer.ports.pbx.dialplan import DialplanSource
from dialer.ports.records import DecisionFilter, InputKind
from dialer.ports.unit_of_work import Store
from dialer.services.campaigns.scripts import Scripts
from dialer.services.decision.replay import ReplayOutcome, Replays
from dialer.services.pbx.dialplan import verify
from dialer.verifier.approval import approval_in
from dialer.views.campaign import CampaignView
from dialer.views.dialplan import DialplanView
from dialer.views.replay import ReplayView

Faults = dict[str, list[str]]


class ProgramWork(HasDecisions, HasInspections, Protocol):
    """The unit of work that reads a campaign's programming."""


class ScriptAndRules:
    """Writer of script and rules. `conf` returns the texts of the dialplan's files, by name."""

    def __init__(
        self,
        store: Store[ProgramWork],
        scripts: Scripts,
        replays: Replays,
        dialplan: DialplanSource,
        conf: Callable[[], Mapping[str, bytes]],
    ) -> None:
        self._store = store
        self._scripts = scripts
        self._replays = replays
        self._dialplan = dialplan
        self._conf = conf

    async def inputs(self, campaign: Campaign, sealed: SealedCampaign, files: PackFiles) -> dict[str, Any]:
        """Write the inputs that decisions share, each file named by its sealed hash.

        Return packs and contexts in the form of the recount.
        """
        packs: dict[str, Any] = {}
        async with self._store.read() as work:
            shared = await work.decisions.inputs(sorted(sealed.packs))
        for found in shared.values():
            if found.kind is InputKind.PACK and (content := _pack(found.content)):
                packs[found.hash] = json.loads(content)
                files.put(f"rule-packs/{found.hash}.json", content.encode())
        contexts: dict[str, Any] = {}
        async with self._store.read() as work:
            wanted = await work.inspections.contexts(campaign.id)
            shared = await work.decisions.inputs(wanted)
        for found in shared.values():
            if hashlib.sha256(found.content.encode()).hexdigest() == found.hash:
                contexts[found.hash] = json.loads(found.content)
                files.put(f"contexts/{found.hash}.json", found.content.encode())
        return {"packs": packs, "contexts": contexts}

    async def programming(
        self,
        actor: Actor,
        campaign: Campaign,
        sealed: SealedCampaign,
        files: PackFiles,
        faults: Faults,
        listener: Callable[[int], None],
    ) -> Programming:
        self._definition(campaign, sealed, files, faults)
        dialplan = await verify(self._dialplan, self._dialplan)
        for name, text in (await asyncio.to_thread(self._conf)).items():
            files.put(f"dialplan/{name}", text)
        files.put("dialplan/proof.json", pretty(DialplanView.of(dialplan).document()))
        faults["DIALPLAN"] = [claim.objection for claim in dialplan.proof.claims if not claim.holds]
        script, texts = await self._script(actor, campaign, files, faults)
        replay = await self._replays.run(actor, DecisionFilter(campaign_id=campaign.id), listener)
        files.put("replay.json", pretty(ReplayView.of(replay).document()))
        faults["REPLAY"] = ["a decision comes out otherwise than on its day"] * replay.outcomes[
            ReplayOutcome.DIFFERENT
        ]
        return Programming(dialplan, script, texts, replay)

    def _definition(
        self, campaign: Campaign, sealed: SealedCampaign, files: PackFiles, faults: Faults
    ) -> None:
        files.put("campaign/definition.json", canonical(campaign.definition).encode())
        files.put("campaign/campaign.json", pretty(CampaignView.of(campaign).document()))
        approval = approval_in(told for _, told in sealed.acts)
        if approval is None:
            return
        if approval.strayed or approval.definition != digest(campaign.definition):
            faults["DEFINITION"] = ["the campaign file is not the one that was approved"]
        elif approval.script != campaign.script:
            faults["DEFINITION"] = ["the script of the campaign is not the one that was approved"]

    async def _script(
        self, actor: Actor, campaign: Campaign, files: PackFiles, faults: Faults
    ) -> tuple[CompiledScript | None, Mapping[str, str]]:
        script: CompiledScript | None = None
        try:
            script = await self._scripts.approved(actor, campaign.id)
        except Conflict:
            pass
        except InvalidInput as error:
            faults["SCRIPT_FILES"] = [str(error)]
        prompts = script.prompts if script else ()
        texts = _texts(campaign, {prompt.name for prompt in prompts if not prompt.synthetic})
        for prompt in prompts:
            audio = await self._scripts.audio(script.script if script else "", prompt.name)
            files.put(f"script/{prompt.name}.alaw", audio)
            files.put(f"script/{prompt.name}.wav", wave_of(audio))
        told = [
            {
                "name": prompt.name,
                "sha256": prompt.sha256,
                "duration_ms": prompt.duration_ms,
                "voice": "synthetic" if prompt.synthetic else "recorded",
                "text": texts.get(prompt.name),
            }
            for prompt in prompts
        ]
        document = {"script": campaign.script, "language": campaign.definition.language, "prompts": told}
        files.put("script/script.json", pretty(document))
        return script, texts


def pretty(document: object) -> bytes:
    """Write JSON in a form for people, too."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _pack(content: str) -> str | None:
    """Return the pack in the form its hash is taken of; None for a damaged one."""
    try:
        told = RulePack.model_validate_json(content).model_dump(mode="json", exclude_defaults=True)
    except ValidationError:
        return None
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def _texts(campaign: Campaign, recorded: set[str]) -> Mapping[str, str]:
    """Return the texts of the synthetic prompts, by name."""
    keys = frozenset(key for key, prompt in PROMPT_OF_KEY.items() if prompt in recorded)
    try:
        return write_script(campaign.definition, keys, ScriptRules()).texts
    except DialerError:
        return {}
