"""Findings of an inspection, before they are put into words: all but the calls one by one.

They are the programming of a campaign: rule packs, dialplan with its proof, script, audio (E1, E2);
and the records beside the calls: lists with their provenance, refusals, call-back probes, erasures
and acts (E4, E8, E9, E15).
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from dialer.domain.access import Actor
from dialer.domain.base.canonical_json import canonical, plain
from dialer.domain.base.errors import Conflict, DialerError, InvalidInput
from dialer.domain.base.types import ProbeId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.script import PROMPT_OF_KEY, write_script
from dialer.domain.ledger.event import digest
from dialer.domain.probes.greeting import wave_of
from dialer.domain.probes.probe import Probe, numbers_of
from dialer.domain.rulepacks.pack_parts import ScriptRules
from dialer.domain.rulepacks.rulepack import RulePack
from dialer.inspection.sealed import SealedCampaign
from dialer.ports.campaigns import CompiledScript
from dialer.ports.decision import HasDecisions
from dialer.ports.inspection import HasInspections, ImportedList, PackFiles, RefusalCount
from dialer.ports.ledger import HasLedger
from dialer.ports.pbx import DialplanSource
from dialer.ports.probes import HasProbes, ProbeFilter, ProbeSounds
from dialer.ports.records import DecisionFilter, InputKind
from dialer.ports.unit_of_work import Store
from dialer.services.campaigns.scripts import Scripts
from dialer.services.decision.decisions import ReplayOutcome, ReplayReport, Replays
from dialer.services.ledger.verification import LedgerVerdict, entry_pages
from dialer.services.pbx.dialplan import DialplanVerdict, verify
from dialer.services.upkeep.erasure import Retention, RetentionStatus
from dialer.verifier.approval import approval_in
from dialer.views.campaigns import CampaignView
from dialer.views.consent import ManifestView
from dialer.views.decision import ReplayView
from dialer.views.pbx import DialplanView
from dialer.views.upkeep import RetentionView, RunView

PROGRAM_FAULTS = (
    *("REPLAY", "MISSING_CALL", "LEDGER", "SCRIPT_FILES"),
    *("DEFINITION", "DIALPLAN", "PROVENANCE", "PROBE_FILES"),
)
"""Kinds of faults beside those of single calls.

In order: a decision that comes out otherwise, a call in the ledger without a record, a ledger that
was tampered with, audio other than the approved one, a campaign file other than the approved one, a
dialplan that is not proved, a list without provenance, a recording other than the one of a
call-back probe.
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document of the user's own: the point it was handed over for, and its place in the pack."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Programming:
    """The programming of a campaign.

    `script` is None before there is one, or where its audio is no longer the approved one. `texts`
    holds the texts of the synthetic prompts, by name.
    """

    dialplan: DialplanVerdict
    script: CompiledScript | None
    texts: Mapping[str, str]
    replay: ReplayReport


@dataclass(frozen=True, slots=True)
class Accounts:
    """Records beside the calls.

    `refused` counts decisions; one may refuse by several rules. `recorded` holds the probes whose
    recording is in the pack.
    """

    lists: Sequence[ImportedList]
    refused: int
    refusals: Sequence[RefusalCount]
    probes: Sequence[Probe]
    recorded: frozenset[ProbeId]
    retention: RetentionStatus


@dataclass(slots=True)
class Counted:
    """Counts over all calls.

    `figures` are as `dialer.verifier` recounts them. `left_out` counts the calls whose decision was
    sealed after the head.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """An inspection. `program_faults` holds a line for each fault, by kind of `PROGRAM_FAULTS`."""

    campaign: Campaign
    made_at: datetime
    made_by: str
    masked: bool
    sealed: SealedCampaign
    ledger: LedgerVerdict
    programming: Programming
    accounts: Accounts
    counted: Counted
    program_faults: Mapping[str, Sequence[str]]
    attachments: Sequence[Attachment]

    @property
    def faults(self) -> dict[str, int]:
        """Return every kind with its count, zeros included."""
        of_program = {kind: len(self.program_faults.get(kind, ())) for kind in PROGRAM_FAULTS}
        return {**self.counted.figures["faults"], **of_program}


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


PAGE = 1000


class AccountWork(HasInspections, HasProbes, Protocol):
    """The unit of work that reads the records beside the calls."""


class ListsAndProbes:
    def __init__(self, store: Store[AccountWork], retention: Retention, sounds: ProbeSounds) -> None:
        self._store = store
        self._retention = retention
        self._sounds = sounds

    async def accounts(
        self,
        actor: Actor,
        campaign: Campaign,
        lists: Sequence[ImportedList],
        files: PackFiles,
        faults: Faults,
    ) -> Accounts:
        files.put("lists.json", pretty([list_view(one) for one in lists]))
        faults["PROVENANCE"] = [
            f"list {one.manifest.id} has no source class or supplier"
            for one in lists
            if not one.manifest.source_class or not one.manifest.supplier
        ]
        async with self._store.read() as work:
            refused, refusals = await work.inspections.refusals(campaign.id)
        told = {"decisions_refused": refused, "by_rule": [asdict(one) for one in refusals]}
        files.put("refusals.json", pretty(told))
        probes = [probe async for probe in self._probes(campaign)]
        files.put("probes.json", pretty([plain(probe) for probe in probes]))
        recorded, faults["PROBE_FILES"] = await self._recordings(probes, files)
        status = await self._retention.status(actor)
        async with self._store.read() as work:
            runs = await work.inspections.retention_runs()
        told_runs = [RunView.of(run).document() for run in runs]
        files.put(
            "retention.json", pretty({"status": RetentionView.of(status).document(), "runs": told_runs})
        )
        return Accounts(lists, refused, refusals, probes, recorded, status)

    async def _probes(self, campaign: Campaign) -> AsyncIterator[Probe]:
        """Yield the probes of every number that the campaign shows or names."""
        query = ProbeFilter(campaign.definition.sponsor.id, numbers_of(campaign), limit=PAGE)
        while True:
            async with self._store.read() as work:
                page = await work.probes.page(query)
            if not page:
                return
            for probe in page:
                yield probe
            query = replace(query, after=page[-1].id)

    async def _recordings(
        self, probes: Sequence[Probe], files: PackFiles
    ) -> tuple[frozenset[ProbeId], list[str]]:
        """Put the recordings still kept into the pack, as `probes/<probe>.alaw`.

        Return the probes recorded, and a line for each altered recording.
        """
        recorded, wrong = set(), []
        for probe in probes:
            sound = await self._sounds.kept(probe.id)
            if sound is None:
                continue
            recorded.add(probe.id)
            files.put(f"probes/{probe.id}.alaw", sound)
            if hashlib.sha256(sound).hexdigest() != probe.recording_sha256:
                wrong.append(f"the recording of probe {probe.id} is not what was heard")
        return frozenset(recorded), wrong


def write_ledger(
    sealed: SealedCampaign, earlier: Sequence[dict[str, Any]], public_pem: str, files: PackFiles
) -> None:
    """Write the pack's head, the earlier heads it grew from, and the acts with their proofs."""
    size = sealed.size
    grown = [head for head in earlier if 0 < head["size"] < size]
    told = [{"head": head, "consistency": sealed.tree.consistency(head["size"])} for head in grown]
    told.append({"head": json.loads(sealed.head.line), "consistency": []})
    files.append("ledger/heads.jsonl", [json.dumps(one) for one in told])
    files.append(
        "ledger/acts.jsonl",
        [json.dumps(sealed.proved(entry), ensure_ascii=False) for entry, _ in sealed.acts],
    )
    files.put("ledger/public-key.pem", public_pem.encode("ascii"))


async def write_entries(store: Store[HasLedger], size: int, files: PackFiles) -> None:
    """Write the whole ledger, with entries of other campaigns.

    Only a reader of all of it can see that nothing was left out.
    """
    files.append("ledger/entries.jsonl", ())
    async for page in entry_pages(store):
        texts = [entry.text for entry in page if entry.index < size]
        await asyncio.to_thread(files.append, "ledger/entries.jsonl", texts)
        if len(texts) < len(page):
            break


def list_view(one: ImportedList) -> dict[str, Any]:
    """Show an imported list.

    `rejects` counts by code the rejected rows that the report lists: at most a thousand.
    """
    return {
        "manifest": ManifestView.of(one.manifest).document(),
        "counts": asdict(one.counts) if one.counts else None,
        "contacts_listed": one.listed,
        "contacts_not_erased": one.kept,
        "rejects": rejects_of(one),
    }


def rejects_of(one: ImportedList) -> dict[str, int]:
    report = json.loads(one.report) if one.report else {}
    return dict(sorted(Counter(row["code"] for row in report.get("rejected", ())).items()))
