"""The ledger's entries about a campaign under one signed head, with the tree of all proofs.

They are the decisions sealed, and the acts.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dialer.domain.base.errors import NotFound, Unavailable
from dialer.domain.base.types import CampaignId
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.sealing import SealedEntry, SignedHead
from dialer.domain.ledger.tree import ProofTree, Run
from dialer.ports.inspection import HasInspections
from dialer.ports.ledger import HasLedger
from dialer.ports.unit_of_work import Store

LEAVES = 50_000
"""Hashes read at a time."""
OF_CAMPAIGNS = tuple(kind for kind in Kind if kind.startswith("campaign."))
OF_LISTS = (Kind.IMPORT_BEGIN, Kind.IMPORT_END)
OF_ALL = (
    *(Kind.HALT, Kind.UNHALT, Kind.RETENTION, Kind.SUBJECT_EXPORT, Kind.SUBJECT_ERASE),
    *(Kind.KEYS_ROTATION, Kind.KEYS_ROTATE, Kind.BACKUP, Kind.RESTORE),
)
"""Kinds that concern people called by any campaign."""
OF_EVIDENCE = (Kind.PERMIT, Kind.PROBE, *OF_CAMPAIGNS, *OF_LISTS, *OF_ALL)

CountListener = Callable[[int, int], None]
"""Takes the items done, and their total."""


class SealedWork(HasInspections, HasLedger, Protocol):
    """The unit of work that reads the ledger about a campaign."""


@dataclass(slots=True)
class SealedCampaign:
    """Sealed entries about a campaign.

    `permits` holds the attempts with a sealed decision; `packs` and `zones` are of those decisions.
    `acts` holds the other entries, in order.
    """

    head: SignedHead
    tree: ProofTree
    permits: set[str] = field(default_factory=set)
    packs: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    acts: list[tuple[SealedEntry, dict[str, Any]]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.head.head.size

    def proved(self, entry: SealedEntry) -> dict[str, Any]:
        """Return an entry with the proof that the head covers it."""
        return {"index": entry.index, "text": entry.text, "proof": self.tree.inclusion(entry.index)}


async def read_sealed(
    store: Store[SealedWork], campaign_id: CampaignId, lists: Sequence[str], listener: CountListener
) -> SealedCampaign:
    """Read the sealed entries. Raise `NotFound` while nothing is sealed.

    Raise `Unavailable` where the ledger does not match its signed head.
    """
    async with store.read() as work:
        head = await work.ledger.head()
    if head is None:
        raise NotFound("the ledger is empty", hint="ask again in a second")
    found = SealedCampaign(head, await _tree(store, head, listener))
    names = {campaign_id, *lists}
    async for entry in _entries(store, found.size, listener):
        _take(found, entry, campaign_id, names)
    return found


async def _tree(store: Store[SealedWork], head: SignedHead, listener: CountListener) -> ProofTree:
    tree, size = ProofTree(), head.head.size
    while tree.size < size:
        async with store.read() as work:
            leaves = await work.ledger.hashes(Run(0, tree.size, min(LEAVES, size - tree.size)))
        if not leaves:
            break
        tree.extend(leaves)
        listener(tree.size, size)
    if tree.size != size or tree.root().hex() != head.head.root:
        raise Unavailable(
            "the ledger is not what its last head was signed for",
            hint="`dialer ledger verify` names the first wrong entry; nothing can be proved before that is cleared up",
        )
    return tree


async def _entries(
    store: Store[SealedWork], size: int, listener: CountListener
) -> AsyncIterator[SealedEntry]:
    first = 0
    while True:
        async with store.read() as work:
            page = await work.inspections.sealed_kinds(OF_EVIDENCE, first=first, before=size)
        if not page:
            return
        for entry in page:
            yield entry
        first = page[-1].index + 1
        listener(first, size)


def _take(found: SealedCampaign, entry: SealedEntry, campaign_id: CampaignId, names: set[str]) -> None:
    if entry.kind in (Kind.PERMIT, Kind.PROBE) and campaign_id not in entry.text:
        return
    told = json.loads(entry.text)
    if entry.kind == Kind.PERMIT:
        if told["body"]["campaign"] == campaign_id:
            found.permits.add(told["about"])
            found.packs.add(told["body"]["pack_hash"])
            found.zones.update(told["body"]["zones"])
    elif entry.kind in OF_ALL or entry.about in names or told["body"].get("campaign") == campaign_id:
        found.acts.append((entry, told))
