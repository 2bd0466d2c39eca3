"""A number that opposed is permitted under no spelling, nor claimed, after any fault."""

import asyncio
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dialer.adapters.clock import pretending
from dialer.adapters.home.keys import Ed25519Signer
from dialer.adapters.home.ledger_files import HeadFolder, JournalFolder
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.copies import DatabaseCopy
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.domain.upkeep import BackedUpKeys, BackupManifest
from dialer.services.decision.decisions import DecisionQuestion, Decisions
from dialer.services.ledger.sealer import Sealer
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.statements import StatedOpposition
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from dialer.services.upkeep.restoring import Restoring
from tests.contract.engines import Engine
from tests.contract.judged import WORKDAYS, claim_all, judge_at, listed_with_consent
from tests.contract.rotation import fingerprints, rotated
from tests.contract.sealing import STAMP
from tests.harness.acts import ActStore
from tests.samples.campaigns import MONDAY
from tests.samples.people import consent, new_contact, number

PEOPLE = (1, 3, 5)
"""Odd numbers: `listed_with_consent` gives these a consent."""
Step = tuple[Literal["oppose", "remove", "rotate", "list again", "back up", "restore"], int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["oppose", "oppose", "remove", "rotate", "rotate", "list again", "back up", "restore"]
        ),
        st.sampled_from(PEOPLE),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=7,
)
PACKS = load_packs()
JUDGE = judge_at(MONDAY, PACKS)
copies = count(1)
SIGNER = Ed25519Signer(bytes(range(32)))


def spellings(index: int) -> list[str]:
    national = number(index).removeprefix("+33")
    return [
        number(index),
        f"0{national}",
        f"0033{national}",
        f"+33 (0){national[0]} {national[1:5]}.{national[5:]}",
    ]


@dataclass(frozen=True, slots=True)
class Saved:
    """State at the taking of a backup."""

    path: Path
    opposed: frozenset[int]
    campaigns: tuple[CampaignId, ...]


@dataclass(slots=True)
class Life:
    """Life of one database.

    `store` is opened anew after each change of keys, as a service is started anew.
    """

    engine: Engine
    folder: Path
    url: str
    opposed: set[int] = field(default_factory=set)
    campaigns: list[CampaignId] = field(default_factory=list)
    saved: Saved | None = None
    lifted: bool = True
    """True where a removal takes an opposition away for good.

    One that a restored backup did not know of comes back.
    """

    async def lead(self, steps: list[Step]) -> None:
        remaining = iter([("list again", 1, 0), *steps])
        while (step := next(remaining, None)) is not None:
            async with ActStore.open(self.url) as store:
                while step is not None:
                    await self.step(store, *step)
                    await self.sealer(store).tick()
                    if step[0] in {"rotate", "restore"}:
                        break
                    await self.check(store)
                    step = next(remaining, None)
        async with ActStore.open(self.url) as store:
            await self.check(store)
            await self.check_claims(store)

    async def step(self, store: ActStore, what: str, index: int, spelling: int) -> None:
        suppressions = await suppressions_of(store)
        match what:
            case "oppose":
                said = StatedOpposition(spellings(index)[spelling], OppositionChannel.LETTER)
                await suppressions.add(LOCAL_ADMINISTRATOR, said)
                self.opposed.add(index)
            case "remove" if index in self.opposed:
                await suppressions.remove(LOCAL_ADMINISTRATOR, number(index), "asked in writing")
                self.opposed.discard(index)
            case "rotate":
                await rotated(store)
            case "list again":
                self.campaigns.append(CampaignId(f"c{len(self.campaigns) + 1:012}"))
                await listed_again(store, self.campaigns[-1])
            case "back up":
                await self.back_up(store)
            case "restore" if self.saved:
                await self.restore(store, self.saved)

    async def back_up(self, store: ActStore) -> None:
        path = self.folder / f"backup-{next(copies)}"
        await self.sealer(store).tick()
        await DatabaseCopy(self.url).save(path)
        self.saved = Saved(path, frozenset(self.opposed), tuple(self.campaigns))

    async def restore(self, store: ActStore, saved: Saved) -> None:
        """Restore a backup under the keys of today, as they lie in the home."""
        today, self.url = (await fingerprints(store)).version, self.engine.empty(f"life_{next(copies)}")
        await DatabaseCopy(self.url).load(saved.path)
        async with ActStore.open(self.url) as anew:
            while (known := await fingerprints(anew)).version < today:
                await rotated(anew)
            manifest = BackupManifest(MONDAY, "", today, known.mark, BackedUpKeys.LEFT_OUT, {})
            restoring = Restoring(anew, self.journal, self.heads, known, pretending(MONDAY))
            await restoring.run(LOCAL_ADMINISTRATOR, manifest)
        self.opposed |= saved.opposed
        self.campaigns, self.lifted = list(saved.campaigns), False

    @property
    def journal(self) -> JournalFolder:
        return JournalFolder(self.folder / "journal")

    @property
    def heads(self) -> HeadFolder:
        return HeadFolder(self.folder / "heads", SIGNER.public_pem)

    def sealer(self, store: ActStore) -> Sealer:
        at = pretending(MONDAY)
        return Sealer(store, self.heads, self.journal, SIGNER, at, STAMP.subject_key, pretended=False)

    async def check(self, store: ActStore) -> None:
        decisions = Decisions(store, JUDGE, await fingerprints(store))
        for campaign_id in self.campaigns:
            asked = [DecisionQuestion(text, MONDAY) for index in PEOPLE for text in spellings(index)]
            answers = await decisions.ask(LOCAL_ADMINISTRATOR, campaign_id, asked)
            suppressed = ["SUPPRESSED" in answer.decision.codes for answer in answers]
            expected = [index in self.opposed for index in PEOPLE for _ in spellings(index)]
            assert [
                here for here, wanted in zip(suppressed, expected, strict=True) if wanted and not here
            ] == []
            assert suppressed == expected or not self.lifted

    async def check_claims(self, store: ActStore) -> None:
        for campaign_id in self.campaigns:
            judged = await claim_all(store, JUDGE, campaign_id=campaign_id)
            called = {j.outcome.number for j in judged if isinstance(j.outcome, Attempt)}
            assert called.isdisjoint(number(index) for index in self.opposed)


async def suppressions_of(store: ActStore) -> Suppressions:
    fleet = Fleet({}, driven=False)
    return Suppressions(
        store, pretending(MONDAY), await fingerprints(store), fleet, RingingCalls(store, fleet)
    )


async def listed_again(store: ActStore, campaign_id: CampaignId) -> None:
    """List the same people in another campaign, to which they all agreed."""
    known = await fingerprints(store)
    rows = []
    for index in PEOPLE:
        mine = known.of(number(index))
        agreed = consent(index, fingerprint=mine, windows=WORKDAYS, appointment_at=None)
        rows.append(replace(new_contact(index, given=agreed), fingerprint=mine))
    await listed_with_consent(store, campaign_id=campaign_id)
    await store.contacts.add(ImportId("i" + campaign_id[1:]), campaign_id, rows)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(STEPS)
@example([("oppose", 1, 1), ("rotate", 1, 0), ("list again", 1, 0), ("rotate", 1, 0), ("oppose", 3, 2)])
@example([("oppose", 1, 0), ("rotate", 1, 0), ("remove", 1, 0), ("oppose", 1, 3), ("rotate", 1, 0)])
@example([("back up", 1, 0), ("oppose", 1, 1), ("rotate", 1, 0), ("oppose", 3, 2), ("restore", 1, 0)])
@example([("oppose", 5, 0), ("back up", 1, 0), ("remove", 5, 0), ("restore", 1, 0), ("rotate", 1, 0)])
def test_who_objected_is_permitted_under_no_spelling_whatever_happens(
    engine: Engine, steps: list[Step]
) -> None:
    with TemporaryDirectory() as folder:
        life = Life(engine, Path(folder), engine.copy(f"life_{next(copies)}"))
        asyncio.run(life.lead(steps))
