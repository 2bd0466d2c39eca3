"""While the fingerprint keys are being changed, no contact is judged.

Everything else finds each number, moved or not, and stores for it.
"""

import asyncio
from dataclasses import replace

import pytest

from dialer.adapters.home.keys import AesVault
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql import access
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict, InvalidInput, NotNow
from dialer.domain.base.types import ImportId
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.ledger.event import Kind
from dialer.domain.oppositions.suppression import OppositionList, Suppression
from dialer.ports.access import KeyVersion
from dialer.ports.records import CallFilter, Progression
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.decision.decisions import ReplayOutcome
from tests.contract.engines import Engine
from tests.contract.judged import DAY, claim_all, judge_at, listed_with_consent, replayed
from tests.contract.rotation import fingerprints, half_rotated, home_keys, keys_of, rotated
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, SPONSOR
from tests.samples.people import consent, fingerprint, manifest, new_contact, number, suppression

JUDGE = judge_at(MONDAY, load_packs())
MANY = range(1, 12)
"""Numbers of the tests; half of them are moved during the questions."""
NEW = range(21, 23)
"""Numbers that are unknown when the change begins."""
LIST = OppositionList(ImportId("i00000000000f"), "register", None, MONDAY - DAY, MONDAY + DAY)


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAGE", 1)


@pytest.fixture
async def filled(store: ActStore) -> ActStore:
    """Store every kind of row.

    Contacts, consents, oppositions, list entries, decisions, keys, calls, events that wait.
    """
    await listed_with_consent(store, *MANY)
    await claim_all(store, JUDGE, limit=6)
    await store.suppressions.add([suppression(index) for index in MANY[::3]])
    await store.imports.begin(manifest(LIST.id, None))
    await store.lists.add(LIST, [fingerprint(index) for index in MANY[::4]])
    await store.lists.put_in_force(LIST.id, at=MONDAY)
    return store


async def told_of(store: ActStore) -> list[str]:
    """Answers of the store about each number, by the keys in force, without the fingerprints."""
    known = await fingerprints(store)
    asked = {index: known.of(number(index)) for index in (*MANY, *NEW)}
    many = await store.suppressions.of_many(asked.values())
    among = await store.contacts.dossiers_among(CAMPAIGN, asked.values())
    standings = await store.lists.standings(SPONSOR, asked.values())
    answers: list[str] = []
    for index, one in asked.items():
        about = (
            (await store.suppressions.of(one), many.get(one, ())),
            (await store.contacts.dossier(CAMPAIGN, one), among.get(one)),
            (standings[one], await store.consents.of(one)),
            sorted(attempt.id for attempt in await store.attempts.alive_to([one])),
            [row.attempt.id for row in await store.attempts.calls(CallFilter(fingerprint=one, limit=9))],
            # A sealed text is another one under every key.
            replace(file := await store.subjects.file(one), decisions=()),
            len(file.decisions),
        )
        answers.append(without_fingerprints(f"{index}: {about}"))
    return answers


def without_fingerprints(text: str) -> str:
    for version in (1, 2):
        known = Fingerprints(*home_keys(version))
        for index in (*MANY, *NEW):
            text = text.replace(known.of(number(index)), f"<{index}>")
    return text


async def test_every_question_about_a_number_is_answered_as_before_moved_or_not(
    filled: ActStore,
) -> None:
    before = await told_of(filled)
    async with half_rotated(filled, 5):
        assert await told_of(filled) == before
    assert await told_of(filled) == before


async def store_everything(store: ActStore) -> None:
    """Store every entry that may come in during calls, of old and new numbers, by today's keys."""
    known = await fingerprints(store)
    for index in (*MANY, *NEW):
        mine = known.of(number(index))
        await store.suppressions.add([suppression(index, fingerprint=mine, sponsor=None)])
        await store.consents.add([ConsentWithdrawn(mine, SPONSOR, "letter", MONDAY, MONDAY)], by="ada")
        if index % 2:
            await store.suppressions.remove(mine, SPONSOR, by="ada", at=MONDAY, reason="error")
    await store.lists.add(LIST, [known.of(number(index)) for index in (*MANY[::2], *NEW)])
    rows = [
        replace(
            new_contact(index, line=100 + index), fingerprint=mine, consent=consent(index, fingerprint=mine)
        )
        for index in (*MANY, *NEW)
        for mine in (known.of(number(index)),)
    ]
    await store.contacts.add(ImportId("i" + CAMPAIGN[1:]), CAMPAIGN, rows)
    for attempt in await store.attempts.alive():
        ended = replace(attempt, state=AttemptState.ENDED, ended_at=MONDAY, opposed_at=MONDAY)
        nine = Suppression(
            *(attempt.fingerprint, None, suppression(1).channel, MONDAY, MONDAY, "pbx1", attempt.id)
        )
        await store.attempts.commit([Progression(ended, nine)])


@pytest.mark.parametrize("at", [0, 5, 11])
async def test_what_is_stored_meanwhile_is_that_of_its_number_ever_after(
    filled: ActStore, engine: Engine, url: str, at: int
) -> None:
    async with half_rotated(filled, at):
        await store_everything(filled)
        meanwhile = await told_of(filled)
    assert await told_of(filled) == meanwhile
    known, everything = await fingerprints(filled), str(engine.dump(url))
    for index in (*MANY, *NEW):
        assert None in {entry.sponsor for entry in await filled.suppressions.of(known.of(number(index)))}
        assert fingerprint(index) not in everything
    assert not await filled.attempts.alive()


async def test_nobody_is_judged_meanwhile_and_everybody_afterwards(filled: ActStore) -> None:
    async with half_rotated(filled, 5):
        with pytest.raises(NotNow, match="keys"):
            await filled.attempts.claim(
                CAMPAIGN, now=MONDAY, limit=9, permits=9, judge=lambda *_: pytest.fail("judged")
            )
    assert await claim_all(filled, JUDGE)


async def test_an_opposition_is_stored_while_numbers_are_moved_not_after_all_of_them(
    filled: ActStore,
) -> None:
    """Each page is a transaction of its own, and leaves the database to others for as long."""
    rotation = asyncio.create_task(rotated(filled))
    while not await filled.keys.being_made():
        await asyncio.sleep(0)
    await filled.suppressions.add([suppression(11, sponsor=None), suppression(21)])
    stored = await filled.keys.moved()
    assert not rotation.done()
    assert stored.done < stored.numbers
    await rotation
    known = await fingerprints(filled)
    for index in (11, 21):
        assert await filled.suppressions.of(known.of(number(index)))


async def test_what_was_left_unfinished_is_gone_on_with(filled: ActStore) -> None:
    before = await told_of(filled)
    rotation = asyncio.create_task(rotated(filled))
    while not (await filled.keys.moved()).done:
        await asyncio.sleep(0)
    rotation.cancel()
    await asyncio.wait([rotation])
    assert (await fingerprints(filled)).version == 1
    assert await told_of(filled) == before
    assert (await rotated(filled)).numbers == len(MANY)
    assert (await fingerprints(filled)).version == 2
    assert await filled.keys.being_made() is None
    assert await told_of(filled) == before


async def test_a_change_that_somebody_else_ended_is_listed_with_who_began_it(filled: ActStore) -> None:
    async with half_rotated(filled, 5):
        pass
    assert [version.by for version in await filled.keys.all()] == ["", "ada"]


async def test_two_at_once_move_each_number_once(filled: ActStore, url: str) -> None:
    before = await told_of(filled)
    async with ActStore.open(url) as other:
        await asyncio.gather(rotated(filled), rotated(other), return_exceptions=True)
    async with ActStore.open(url) as anew:
        assert (await fingerprints(anew)).version == 2
        assert await told_of(anew) == before


async def test_what_was_left_unfinished_is_gone_on_with_under_the_same_key_alone(filled: ActStore) -> None:
    async with half_rotated(filled, 5):
        other = Fingerprints(home_keys(1)[0], b"another key")
        with pytest.raises(Conflict, match="another key"):
            await filled.keys.begin(KeyVersion(2, other.mark, MONDAY, "ada", "routine"))


async def test_what_was_sealed_before_and_meanwhile_replays(filled: ActStore) -> None:
    async with half_rotated(filled, 5):
        await seal_all(filled)
    await claim_all(filled, JUDGE)
    await seal_all(filled)
    outcomes = dict((await replayed(filled)).outcomes)
    assert outcomes.keys() == {ReplayOutcome.SAME}


async def test_the_journal_says_under_which_keys_each_line_is(filled: ActStore) -> None:
    """By its line a restored backup finds the number again."""
    await seal_all(filled)
    async with half_rotated(filled, 5) as made:
        await filled.suppressions.add([suppression(index, sponsor=None) for index in MANY])
        waiting = await filled.ledger.unsealed(limit=100)
        assert waiting is not None
        fingerprints_of = {1: Fingerprints(*home_keys(1)), 2: made}
        told = [(item.event.fingerprint, item.version) for item in waiting.events if item.event.fingerprint]
    assert {version for _, version in told} == {1, 2}
    for mine, version in told:
        assert mine in {fingerprints_of[version].of(number(index)) for index in MANY}


async def test_the_ledger_calls_a_number_by_one_name_throughout(filled: ActStore) -> None:
    async with half_rotated(filled, 5):
        await seal_all(filled)
        await filled.suppressions.add([suppression(index, sponsor="meanwhile") for index in (*MANY, 21)])
    await seal_all(filled)
    known = await fingerprints(filled)
    later = [
        suppression(index, sponsor="later", fingerprint=known.of(number(index))) for index in (*MANY, 21)
    ]
    await filled.suppressions.add(later)
    await seal_all(filled)
    entries = await filled.ledger.entries()
    said = [entry.subject for entry in entries if entry.kind == Kind.OPPOSITION]
    assert len(set(said)) == len(MANY) + 1
    assert said[-12:] == said[-24:-12]
    kinds = [entry.kind for entry in entries if entry.kind.startswith("keys.")]
    assert kinds == [Kind.KEYS_ROTATION, Kind.KEYS_ROTATE]


async def test_what_tells_older_fingerprints_from_newer_is_forgotten(
    filled: ActStore, engine: Engine, url: str
) -> None:
    """It goes, too, where the change ended first: by the retention, or by the next change."""
    async with half_rotated(filled, 5):
        await filled.keys.clear()
        assert (await filled.keys.moved()).done == 5
    assert (await filled.keys.moved()).numbers == 0
    assert str(engine.dump(url)["rekeyed"]) in {"[]", ""}


async def test_what_cannot_be_opened_is_found_before_anybody_must_wait(filled: ActStore) -> None:
    with pytest.raises(InvalidInput):
        await keys_of(filled, AesVault(b"m" * 32)).rotate(LOCAL_ADMINISTRATOR, "x")
    assert await filled.keys.being_made() is None
    assert await claim_all(filled, JUDGE)
