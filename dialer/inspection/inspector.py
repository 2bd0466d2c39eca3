"""`dialer inspect`: everything that an inspector asks for, in a folder that stands alone.

With it go the program that checks it, and earlier heads of the ledger: the reader can compare them
with a head kept from earlier.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from dialer import verifier
from dialer.domain.access import Actor, Right
from dialer.domain.base.canonical_json import plain
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.inspection import CODES, terms_of
from dialer.domain.ledger.entries_admin import campaign_inspected
from dialer.domain.rulepacks.rulepack import RulePack
from dialer.inspection import findings
from dialer.inspection.called import CalledPeople, CalledWork, count_calls
from dialer.inspection.sealed import SealedCampaign, SealedWork, read_sealed
from dialer.inspection.sections import report_head, sections_of
from dialer.ports.access import Vault
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.inspection import PackFiles, PackFolders, Reports
from dialer.ports.ledger import HeadFiles, Signer
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.calls.call_records import CallRecords
from dialer.services.ledger.sealer import Sealer
from dialer.services.ledger.verification import LedgerVerifier
from dialer.verifier.verify_ledger import Head, lost_heads, read_head, without_lost
from dialer.views.inspection import PackView
from dialer.views.ledger import VerdictView

LAUNCHER = "verify.py"


def write_program(files: PackFiles) -> None:
    """Copy the verifier of this program, file by file. Blocking."""
    folder = Path(verifier.__file__).parent
    for path in sorted(folder.glob("*.py")):
        files.put(path.name if path.name == LAUNCHER else f"verifier/{path.name}", path.read_bytes())


def earlier_heads(
    kept: Iterable[str], exported: Iterable[str], acts: Iterable[str], signer: Signer
) -> list[dict[str, Any]]:
    """Return every head of `kept`, and the last exported head of each day, by size.

    A line that is no head, or not signed with our key, is left out: the check of the ledger reports
    it. Heads of entries that a restored backup did not hold are left out, too, where `acts`
    (entries of the ledger) declare the loss.
    """
    asked = {head.text: head for head in _read(kept)}
    known = {head.text: head for head in _read(exported)} | asked
    good = without_lost(sorted(known.values(), key=lambda head: head.size), lost_heads(acts))
    days = {head.at[:10]: head for head in good}
    chosen = {head.size: head for head in good if head.text in asked or days[head.at[:10]] is head}
    return [
        json.loads(head.text) | {"signature": head.signature.hex()}
        for _, head in sorted(chosen.items())
        if signer.verify(signer.public_key, head.text.encode(), head.signature)
    ]


def _read(lines: Iterable[str]) -> Iterator[Head]:
    for line in lines:
        try:
            yield read_head(line)
        except ValueError:
            continue


FORMAT = "dialer-inspection/1"
StepListener = Callable[[str, int, int], None]
"""Takes the name of a step, the items done, and their total (0: not known)."""


class InspectionWork(CalledWork, SealedWork, HasCampaigns, UnitOfWork, Protocol):
    """The unit of work of an inspection."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a pack.

    `language` None means the campaign's. `attach` holds files of the user's own, by code. `kept`
    holds lines of heads handed out earlier.
    """

    campaign_id: CampaignId
    folder: Path
    language: str | None = None
    masked: bool = False
    attach: Sequence[tuple[str, Path]] = ()
    kept: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class InspectionDeps:
    """Collaborators of an inspection, beside the store."""

    records: CallRecords
    programs: findings.ScriptAndRules
    books: findings.ListsAndProbes
    vault: Vault
    verifier: LedgerVerifier
    sealer: Sealer
    heads: HeadFiles
    signer: Signer
    folders: PackFolders
    reports: Reports


class Inspector:
    def __init__(
        self, store: Store[InspectionWork], clock: Clock, tools: InspectionDeps, *, pretended: bool
    ) -> None:
        self._store = store
        self._clock = clock
        self._tools = tools
        self._pretended = pretended

    async def run(self, actor: Actor, request: Request, progress: StepListener) -> PackView:
        """Write a pack. Raise `Forbidden`, `NotFound`, `InvalidInput`.

        Raise `Conflict` where the folder is not empty, `Unavailable` for a damaged ledger.
        """
        actor.demand(Right.READ_EVIDENCE)
        if not request.masked:
            actor.demand(Right.READ_NUMBERS)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(request.campaign_id)
        _check_attachments(request)
        with self._tools.folders.making(request.folder) as files:
            inspected = await self._inspect(actor, campaign, request, files, progress)
            return await self._hand_over(actor, inspected, request, files)

    async def _inspect(
        self, actor: Actor, campaign: Campaign, request: Request, files: PackFiles, progress: StepListener
    ) -> findings.Inspected:
        tools, faults = self._tools, findings.Faults()
        await tools.sealer.tick()
        progress("ledger", 0, 0)
        verdict = await tools.verifier.run(actor, request.kept)
        faults["LEDGER"] = [
            f"entry {finding.index}: {finding.detail}" for finding in verdict.findings if not finding.gap
        ]
        async with self._store.read() as work:
            lists = await work.inspections.lists(campaign.id)
        ids = [one.manifest.id for one in lists]
        sealed = await read_sealed(
            self._store, campaign.id, ids, lambda done, of: progress("proofs", done, of)
        )
        acts = [entry.text for entry, _ in sealed.acts]
        heads = earlier_heads(request.kept, await tools.heads.lines(), acts, tools.signer)
        findings.write_ledger(sealed, heads, tools.signer.public_pem, files)
        if not request.masked:
            await findings.write_entries(self._store, sealed.size, files)
        files.put("ledger/verification.json", findings.pretty(VerdictView.of(verdict).document()))
        counted = await self._count(actor, campaign, sealed, request, files, progress)
        faults["MISSING_CALL"] = [
            f"call {name} is in the ledger, its record is gone"
            for name in sorted(sealed.permits - counted.seen)
        ]
        programming = await tools.programs.programming(
            actor, campaign, sealed, files, faults, lambda done: progress("replay", done, 0)
        )
        return findings.Inspected(
            campaign=campaign,
            made_at=self._clock.now(),
            made_by=actor.name,
            masked=request.masked,
            sealed=sealed,
            ledger=verdict,
            programming=programming,
            accounts=await tools.books.accounts(actor, campaign, lists, files, faults),
            counted=counted,
            program_faults=faults,
            attachments=_attach(request, files),
        )

    async def _count(
        self,
        actor: Actor,
        campaign: Campaign,
        sealed: SealedCampaign,
        request: Request,
        files: PackFiles,
        progress: StepListener,
    ) -> findings.Counted:
        inputs = await self._tools.programs.inputs(campaign, sealed, files)
        packs = [RulePack.model_validate(pack) for pack in inputs["packs"].values()]
        terms = terms_of(campaign, packs, sealed.zones, sealed.head.head.at)
        files.put("terms.json", findings.pretty(terms))
        people = CalledPeople(
            self._store,
            self._tools.vault,
            self._tools.sealer.tick,
            campaign,
            sealed,
            masked=request.masked,
        )
        async with self._store.read() as work:
            of = await work.inspections.called_count(campaign.id)
        return await count_calls(
            actor,
            people,
            self._tools.records,
            terms | inputs,
            files,
            lambda done, _: progress("calls", done, of),
        )

    async def _hand_over(
        self, actor: Actor, inspected: findings.Inspected, request: Request, files: PackFiles
    ) -> PackView:
        """Write the report, the program that checks it, and the signed manifest.

        The handover itself goes into the ledger.
        """
        language = request.language or inspected.campaign.definition.language
        head = report_head(inspected, pretended=self._pretended)
        page = self._tools.reports.html(head, sections_of(inspected), language)
        files.put("report.html", page.encode())
        files.put("README.txt", self._tools.reports.readme(language).encode())
        files.put("summary.json", findings.pretty(_summary(inspected)))
        await asyncio.to_thread(write_program, files)
        digests = files.digests()
        manifest = _manifest(inspected, {name: asdict(found) for name, found in digests.items()})
        files.put("manifest.json", manifest)
        files.put("manifest.sig", f"{self._tools.signer.sign(manifest).hex()}\n".encode("ascii"))
        digest = files.digests()["manifest.json"].sha256
        told = campaign_inspected(
            inspected.campaign.id, digest, by=actor.name, at=inspected.made_at, masked=inspected.masked
        )
        async with self._store.write() as work:
            work.record(told)
        faults = {kind: count for kind, count in inspected.faults.items() if count}
        totals = inspected.counted.figures["totals"]
        return PackView(
            folder=str(request.folder),
            people=totals.get("people", 0),
            attempts=totals.get("attempts", 0),
            files=len(digests) + 2,
            manifest_sha256=digest,
            anomalies=faults,
        )


def _check_attachments(request: Request) -> None:
    for code, path in request.attach:
        if code not in CODES:
            raise InvalidInput(f"{code} is not one of E1 to E19")
        if not path.is_file():
            raise InvalidInput(f"{path} is not a file")


def _attach(request: Request, files: PackFiles) -> list[findings.Attachment]:
    """Copy the attachments, numbered so that two of the same name may stand side by side."""
    found: list[findings.Attachment] = []
    for number, (code, path) in enumerate(request.attach, start=1):
        safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in path.name)[-100:]
        found.append(findings.Attachment(code, f"attachments/{code}-{number}-{safe}"))
        files.copy(found[-1].name, path)
    return found


def _summary(inspected: findings.Inspected) -> dict[str, Any]:
    return {
        "campaign": inspected.campaign.id,
        "made_at": plain(inspected.made_at),
        "made_by": inspected.made_by,
        "masked": inspected.masked,
        "head": json.loads(inspected.sealed.head.line),
        "calls_left_out": inspected.counted.left_out,
        "faults": inspected.faults,
        "faults_of_the_program": {
            kind: list(told) for kind, told in inspected.program_faults.items() if told
        },
    }


def _manifest(inspected: findings.Inspected, digests: Mapping[str, Any]) -> bytes:
    """Return the manifest as JSON; `size` is in bytes."""
    told = {
        "format": FORMAT,
        "campaign": inspected.campaign.id,
        "made_at": plain(inspected.made_at),
        "ledger_size": inspected.sealed.size,
        "files": dict(sorted(digests.items())),
    }
    return findings.pretty(told)
