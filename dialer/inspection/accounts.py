"""The records beside the calls (E4, E8, E9, E15).

They are lists with their provenance, refusals, call-back probes, erasures and acts.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from dialer.domain.access.roles import Actor
from dialer.domain.base.canonical_json import plain
from dialer.domain.base.types import ProbeId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.probes.probe import Probe, numbers_of
from dialer.inspection.parts import Accounts
from dialer.inspection.programming import Faults, pretty
from dialer.inspection.sealed import SealedCampaign
from dialer.ports.inspection.inspection import HasInspections, ImportedList, PackFiles
from dialer.ports.ledger.ledger import HasLedger
from dialer.ports.probes import HasProbes, ProbeFilter, ProbeSounds
from dialer.ports.unit_of_work import Store
from dialer.services.ledger.verification import entry_pages
from dialer.services.upkeep.retention import Retention
from dialer.views.consent import ManifestView
from dialer.views.retention import RetentionView, RunView

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
