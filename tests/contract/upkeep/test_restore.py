"""A backup is restored after calls went on: no number that opposed meanwhile is called.

None is called twice, and the ledger names the losses.
"""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import structlog

from dialer.adapters.home.backup import BackupFiles
from dialer.adapters.home.keys import (
    AesVault,
    Ed25519Signer,
    add_fingerprint_key,
    create_keys,
    fingerprint_keys,
    ledger_signing_key,
    ledger_subjects_key,
    subjects_key,
)
from dialer.adapters.home.ledger_files import HeadFolder, JournalFolder
from dialer.adapters.sql.db.copies import DatabaseCopy
from dialer.bootstrap.restoring import Sources, Target, restore
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role, Token
from dialer.domain.base.errors import Conflict, InvalidInput
from dialer.domain.base.types import Fingerprint, PhoneNumber
from dialer.domain.campaigns.campaign import CampaignState, PauseCause
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression, fingerprint_of
from dialer.domain.upkeep import BackedUpKeys
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.access.keys import Keys, fingerprints_in_force
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.ledger.sealer import Sealer
from dialer.services.ledger.verification import LedgerVerifier, RecordCheck
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import Halting, Halts
from dialer.services.upkeep.backups import Backups, KeyKeeping
from dialer.services.upkeep.restoring import RestoreResult
from dialer.verifier.verify_ledger import LedgerFinding
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.harness.halts import NotesInMemory
from tests.integration.history import CAMPAIGN, NUMBERS, OPPONENTS, History, a_pbx, fill
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import KEY, World, WrongClock
from tests.samples.campaigns import MONDAY

copies = count(1)
WROTE, WITHDREW = NUMBERS[-1], NUMBERS[-2]
"""Numbers that do not press 9, last on the list."""


@pytest.fixture(autouse=True)
def own_log() -> None:
    """Reset the log: earlier commands of this process sent it to a stream that is closed by now."""
    structlog.reset_defaults()


@dataclass(slots=True)
class Place:
    """A home and its database, as `dialer init` makes them but for the keys of the histories."""

    home: Path
    url: str

    def make_keys(self) -> None:
        (self.home / "keys").mkdir(parents=True)
        for name in ("fingerprint", "subjects"):
            (self.home / "keys" / f"{name}.key").write_text(KEY.hex(), encoding="ascii")
        create_keys(self.home)

    def sealer(self, store: ActStore, clock: WrongClock) -> Sealer:
        names = ledger_subjects_key(self.home)
        journal = JournalFolder(self.home / "journal")
        return Sealer(store, self.heads, journal, self.signer, clock, names, pretended=False)

    async def findings(self, store: ActStore) -> tuple[LedgerFinding, ...]:
        vault = AesVault(subjects_key(self.home))
        records = RecordCheck(store, vault, ConsentProofs(store, vault), ledger_subjects_key(self.home))
        verifier = LedgerVerifier(store, self.heads, self.signer, records)
        return (await verifier.run(LOCAL_ADMINISTRATOR)).findings

    @property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer(ledger_signing_key(self.home))

    @property
    def heads(self) -> HeadFolder:
        return HeadFolder(self.home / "heads", self.signer.public_pem)


def fingerprint(number: PhoneNumber) -> Fingerprint:
    return fingerprint_of(number, KEY)


@dataclass(slots=True)
class Loss:
    """A campaign whose database is lost after a backup, with calls and oppositions in between.

    The PBX lives on.
    """

    place: Place
    pbx: ScriptedPbx
    clock: WrongClock
    backup: Path

    async def restored(self, target: Place, *, survived: bool = True) -> RestoreResult:
        left = self.place.home if survived else None
        sources = Sources(self.backup, left, None, None)
        return await restore(Target(target.home, target.url), sources, self.clock)


async def turns(history: History, number: int) -> None:
    for _ in range(number):
        await history.dial(history.processes[0])
        for _ in range(2):
            history.play(history.pbxs[0])
        await history.settle()
        history.world.wait(20)
        await history.ready()


async def lived(engine: Engine, folder: Path) -> Loss:
    place = Place(folder / "home", engine.copy(f"lost_{next(copies)}"))
    place.make_keys()
    async with ActStore.open(place.url) as store:
        await fingerprints_in_force(store, fingerprint_keys(place.home))
        await fill(store)
        await store.tokens.add(Token("thief", Role.ADMIN, "f" * 64, MONDAY), by="adele")
        world = World()
        clock, pbx = WrongClock(world), a_pbx(world)
        history = History(store, [pbx], world)
        sealer = place.sealer(store, clock)
        await history.ready()
        await turns(history, 1)
        await history.dial(history.processes[0])
        await sealer.tick()
        backup = await backed_up(store, place, clock, folder / "backup")
        await turns(history, 1)
        await history.dial(history.processes[0])
        await happen_meanwhile(store, clock)
        await sealer.tick()
        await history.processes[0].die()
        for attempt_id in list(pbx.alive):
            pbx.play_on(attempt_id)
    return Loss(place, pbx, clock, backup)


async def backed_up(store: ActStore, place: Place, clock: WrongClock, folder: Path) -> Path:
    files = BackupFiles(folder, place.home)
    backups = Backups(store, DatabaseCopy(place.url), clock)
    await backups.take(LOCAL_ADMINISTRATOR, files, KeyKeeping(BackedUpKeys.CLEAR))
    return folder


async def happen_meanwhile(store: ActStore, clock: WrongClock) -> None:
    """Record what only the journal knows later: no PBX was told."""
    now = clock.now()
    wrote = Suppression(fingerprint(WROTE), None, OppositionChannel.LETTER, now, now, "camille")
    await store.suppressions.add([wrote])
    withdrew = ConsentWithdrawn(fingerprint(WITHDREW), None, "email", now, now)
    await store.consents.add([withdrew], by="camille")
    await store.tokens.revoke("thief", by="adele", at=now)


async def gone_on(loss: Loss, store: ActStore) -> None:
    """Start the service on the restored home, unhalt, and go on to the campaign's end."""
    history = History(store, [loss.pbx], loss.clock.world)
    await history.ready()
    await history.processes[0].halting.unhalt(LOCAL_ADMINISTRATOR, "locks and journal read back")
    campaigns = history.processes[0].campaigns
    with pytest.raises(Conflict, match="was restored from a backup of"):
        await campaigns.resume(LOCAL_ADMINISTRATOR, CAMPAIGN.id, " ")
    await campaigns.resume(LOCAL_ADMINISTRATOR, CAMPAIGN.id, "looked at")
    await history.end()
    await history.processes[0].die()


async def test_nobody_who_objected_or_was_called_since_the_backup_is_called_again(
    engine: Engine, tmp_path: Path
) -> None:
    loss = await lived(engine, tmp_path)
    called_before = set(loss.pbx.invites)
    opposed_before = OPPONENTS & called_before
    assert len(called_before) < len(NUMBERS)
    target = Place(tmp_path / "anew", engine.empty(f"anew_{next(copies)}"))
    restored = await loss.restored(target)
    assert (restored.withdrawals, restored.revocations, restored.paused) == (1, 1, 1)
    assert restored.calls > 0
    async with ActStore.open(target.url) as store:
        assert await store.attempts.alive() == []
        files = [await store.subjects.file(fingerprint(PhoneNumber(number))) for number in called_before]
        assert sum(len(file.past_calls) for file in files) == restored.calls
        campaign = await store.campaigns.get(CAMPAIGN.id)
        assert (campaign.state, campaign.pause_cause) == (CampaignState.PAUSED, PauseCause.RESTORED)
        await gone_on(loss, store)
        assert max(loss.pbx.invites.values()) == 1
        assert {WROTE, WITHDREW}.isdisjoint(loss.pbx.invites)
        assert set(loss.pbx.invites) == set(NUMBERS) - {WROTE, WITHDREW}
        for number in opposed_before:
            assert await store.suppressions.of(fingerprint(PhoneNumber(number)))
        await target.sealer(store, loss.clock).tick()
        found = await target.findings(store)
        assert [finding.detail for finding in found if not finding.gap] == []
        (gap,) = found
        assert f"entries {restored.gap.held} to {restored.gap.lost - 1} lost" in gap.detail
        assert gap.index == restored.gap.held


async def test_without_journal_and_heads_the_pbx_still_tells_who_pressed_nine(
    engine: Engine, tmp_path: Path
) -> None:
    loss = await lived(engine, tmp_path)
    target = Place(tmp_path / "anew", engine.empty(f"anew_{next(copies)}"))
    restored = await loss.restored(target, survived=False)
    assert (restored.oppositions, restored.calls) == (0, 0)
    async with ActStore.open(target.url) as store:
        history = History(store, [loss.pbx], loss.clock.world)
        await history.ready()
        for number in OPPONENTS & set(loss.pbx.invites):
            assert await store.suppressions.of(fingerprint(PhoneNumber(number)))
        await history.processes[0].die()


async def test_the_halt_is_not_ended_before_every_lock_was_read_back(engine: Engine, tmp_path: Path) -> None:
    loss = await lived(engine, tmp_path)
    target = Place(tmp_path / "anew", engine.empty(f"anew_{next(copies)}"))
    await loss.restored(target)
    async with ActStore.open(target.url) as store:
        fleet = Fleet({loss.pbx.pbx: ScriptedLink(loss.pbx)}, driven=True)
        halting = Halting(store, fleet, loss.clock, Halts(store, fleet, loss.clock, NotesInMemory()))
        assert (await halting.state()).halted
        with pytest.raises(Conflict, match="was not read back"):
            await halting.unhalt(LOCAL_ADMINISTRATOR, "all is well")


async def test_a_changed_backup_is_not_restored(engine: Engine, tmp_path: Path) -> None:
    loss = await lived(engine, tmp_path)
    target = Place(tmp_path / "anew", engine.empty(f"anew_{next(copies)}"))
    with (loss.backup / "database").open("r+b") as file:
        file.seek(100)
        file.write(b"?")
    with pytest.raises(InvalidInput, match="database is not as it was saved"):
        await loss.restored(target)
    assert not target.home.exists()


async def test_keys_changed_since_the_backup_find_everybody_again(engine: Engine, tmp_path: Path) -> None:
    loss = await lived(engine, tmp_path)
    add_fingerprint_key(loss.place.home, 2)
    keys = fingerprint_keys(loss.place.home)
    names = ledger_subjects_key(loss.place.home)
    async with ActStore.open(loss.place.url) as store:
        vault = AesVault(subjects_key(loss.place.home))
        rotation = Keys(store, vault, loss.clock, names, lambda _: keys)
        await rotation.rotate(LOCAL_ADMINISTRATOR, "routine")
        now = loss.clock.now()
        present = Fingerprints(*keys)
        late = Suppression(present.of(NUMBERS[0]), None, OppositionChannel.EMAIL, now, now, "camille")
        await store.suppressions.add([late])
        await loss.place.sealer(store, loss.clock).tick()
    target = Place(tmp_path / "anew", engine.empty(f"anew_{next(copies)}"))
    await loss.restored(target)
    async with ActStore.open(target.url) as store:
        assert (await store.keys.all())[-1].version == 2
        for number in (WROTE, NUMBERS[0]):
            assert await store.suppressions.of(present.of(number))
