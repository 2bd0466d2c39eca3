"""The ledger: an entry is there if its record is, and once sealed it stays as it is."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.engine import connect, parse_url
from dialer.domain.access import Role, Token
from dialer.domain.base.errors import Conflict, DialerError
from dialer.domain.base.types import ImportId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.entries_admin import link_changed
from dialer.domain.ledger.event import Kind, digest
from dialer.domain.ledger.row_digests import RecordedValue, call_record, keyed_digest, vouched
from dialer.domain.ledger.sealing import SealedEntry, subject_of
from dialer.domain.ledger.tree import Frontier, Run, Subtree, inclusion_spans, runs
from dialer.ports.records import ImportCounts, Progression
from dialer.verifier.verify_ledger import Entries, check_heads, included
from tests.contract.judged import claim_all, judge_at, listed_with_consent
from tests.contract.sealing import PUBLIC, STAMP, seal_all, seal_some, sign
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.harness.ledger import UNWRITABLE
from tests.samples.calls import claimed, refuse
from tests.samples.campaigns import CAMPAIGN, MONDAY, NOW
from tests.samples.people import consent, fingerprint, listed, manifest, number, suppression

OWN_IMPORT = ImportId("i00000000000b")


async def sealed(store: ActStore) -> list[SealedEntry]:
    await seal_all(store)
    return await store.ledger.entries()


async def lines(store: ActStore) -> list[str]:
    return [head.line for head in await store.ledger.heads()]


async def kinds(store: ActStore) -> list[str]:
    return [entry.kind for entry in await sealed(store)]


def body(entry: SealedEntry) -> dict[str, object]:
    said: dict[str, object] = json.loads(entry.text)["body"]
    return said


def under_the_ledgers_key(value: RecordedValue) -> dict[str, str]:
    return {part: keyed_digest(plain, STAMP.subject_key) for part, plain in vouched(value).items()}


def ended(attempt: Attempt) -> Attempt:
    return replace(attempt, state=AttemptState.ENDED, ended_at=NOW)


async def test_a_call_s_decision_stands_before_its_outcome(store: ActStore) -> None:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    over = replace(ended(attempt), opposed_at=NOW)
    nine = suppression(1, source=attempt.id)
    await store.attempts.commit([Progression(over, nine, ContactClosed(ClosedReason.OPTED_OUT))])
    permit, *others = [entry for entry in await sealed(store) if entry.about == attempt.id]
    assert permit.kind == Kind.PERMIT
    assert body(permit)["decision_hash"] == attempt.decision_hash
    assert {entry.kind for entry in others} == {Kind.OUTCOME, Kind.OPPOSITION}
    (outcome,) = (entry for entry in others if entry.kind == Kind.OUTCOME)
    assert body(outcome)["record"] == digest(call_record((await store.attempts.get(attempt.id)).attempt))
    assert permit.subject == outcome.subject == subject_of(fingerprint(1), STAMP.subject_key)
    assert permit.subject is not None
    assert [entry.kind for entry in await store.ledger.of_subject(permit.subject, [Kind.OPPOSITION])] == [
        Kind.OPPOSITION
    ]
    assert await store.ledger.permit_indices([attempt.id, "unknown"]) == {attempt.id: permit.index}


async def test_a_nine_heard_of_after_the_end_is_recorded_once(store: ActStore) -> None:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    await store.attempts.commit([Progression(ended(attempt), None, ContactClosed(ClosedReason.NO_KEY))])
    late = Progression(replace(ended(attempt), opposed_at=NOW), suppression(1, source=attempt.id))
    await store.attempts.commit([late])
    await store.attempts.commit([late])
    found = await sealed(store)
    assert [entry.kind for entry in found][-3:] == [Kind.OUTCOME, Kind.OPPOSITION, Kind.LATE_OPPOSITION]
    assert body(found[-1])["record"] == digest(call_record((await store.attempts.get(attempt.id)).attempt))


async def test_a_refusal_tells_its_rules_and_no_sentence(store: ActStore) -> None:
    await listed(store, 1)
    await store.attempts.claim(
        CAMPAIGN, now=NOW, limit=10, permits=10, judge=refuse(ReasonCode.CAPPED, ReasonCode.HOLIDAY)
    )
    *_, refusal = await sealed(store)
    assert (refusal.kind, refusal.about) == (Kind.REFUSAL, CAMPAIGN)
    assert body(refusal)["reasons"] == [["FP-02", "CAPPED"], ["FP-02", "HOLIDAY"]]


async def test_while_the_ledger_is_not_writable_nobody_is_called(store: ActStore) -> None:
    await listed_with_consent(store, 1, 3)
    refused = await claim_all(store, judge_at(MONDAY, load_packs(), UNWRITABLE))
    assert [judgement.decision.codes for judgement in refused] == [{ReasonCode.LEDGER}] * 2
    assert await store.attempts.alive() == []
    later = judge_at(MONDAY + timedelta(minutes=2), load_packs())
    assert [judgement.decision.permitted for judgement in await claim_all(store, later)] == [True, True]


async def test_every_act_is_recorded_with_who_did_it(store: ActStore) -> None:
    await listed(store)
    await store.campaigns.move(CAMPAIGN, CampaignVerb.PAUSE, by="olga", at=NOW, reason="rain")
    await store.imports.begin(manifest(OWN_IMPORT))
    await store.imports.end(OWN_IMPORT, ImportCounts(4, 2, 1, 1), "{}")
    halt = a_halt(by="olga")
    for _ in range(2):
        await store.halts.begin_halt(halt)
    await store.halts.end_halts([halt.id], by="omar", at=NOW, reason="out")
    await store.tokens.add(Token("ines", Role.AUDITOR, "a" * 64, NOW), by="ada")
    await store.tokens.revoke("ines", by="ada", at=NOW)
    await store.tokens.revoke("ines", by="somebody else", at=NOW)
    await store.ledger.append([link_changed("pbx1", up=True, at=NOW)])
    found = [entry for entry in await sealed(store) if entry.about != "i" + CAMPAIGN[1:]]
    assert [(entry.kind, body(entry).get("by")) for entry in found] == [
        (Kind.CAMPAIGN_CREATE, "camille"),
        (Kind.CAMPAIGN_APPROVE, "omar"),
        (Kind.CAMPAIGN_START, "omar"),
        (Kind.CAMPAIGN_PAUSE, "olga"),
        (Kind.IMPORT_BEGIN, "camille"),
        (Kind.IMPORT_END, "camille"),
        (Kind.HALT, "olga"),
        (Kind.UNHALT, "omar"),
        (Kind.ACCESS_GRANT, "ada"),
        (Kind.ACCESS_REVOKE, "ada"),
        (Kind.PBX_UP, None),
    ]
    assert body(found[3])["reason"] == "rain"
    assert body(found[5])["imported"] == 2


async def test_consents_and_oppositions_are_recorded_by_digest(store: ActStore) -> None:
    given, taken = consent(1), ConsentWithdrawn(fingerprint(1), None, "letter", NOW, NOW)
    await store.consents.add([given, taken], by="camille")
    await store.suppressions.add([suppression(1)])
    await store.suppressions.remove(fingerprint(1), None, by="ada", at=NOW, reason="asked on +33199000001")
    await store.suppressions.remove(fingerprint(1), None, by="ada", at=NOW, reason="again")
    found = await sealed(store)
    assert [entry.kind for entry in found] == [
        Kind.CONSENT,
        Kind.WITHDRAWAL,
        Kind.OPPOSITION,
        Kind.OPPOSITION_LIFTED,
    ]
    assert [body(entry)["hmac"] for entry in found[:3]] == [
        under_the_ledgers_key(given),
        under_the_ledgers_key(taken),
        under_the_ledgers_key(suppression(1)),
    ]
    assert [body(entry)["by"] for entry in found] == ["camille", "camille", "camille", "ada"]
    assert body(found[3])["reason"] == "asked on [number]"


async def test_what_was_undone_is_not_recorded(store: ActStore) -> None:
    await store.tokens.add(Token("ines", Role.AUDITOR, "a" * 64, NOW), by="ada")
    with pytest.raises(Conflict):
        await store.tokens.add(Token("ines", Role.ADMIN, "b" * 64, NOW), by="ada")
    with pytest.raises(DialerError):
        await store.campaigns.move(CAMPAIGN, CampaignVerb.START, by="omar", at=NOW)
    assert await kinds(store) == [Kind.ACCESS_GRANT]


async def test_neither_number_nor_fingerprint_stands_in_the_ledger(store: ActStore) -> None:
    await listed(store, 1)
    await store.consents.add([consent(1)], by="camille")
    (attempt,) = await claimed(store)
    await store.attempts.commit(
        [Progression(ended(attempt), suppression(1), ContactClosed(ClosedReason.OPTED_OUT))]
    )
    texts = "".join(entry.text for entry in await sealed(store))
    assert number(1).removeprefix("+") not in texts
    assert fingerprint(1) not in texts


async def test_pretended_time_is_said(url: str) -> None:
    async with ActStore.open(url, pretended=True) as pretending, ActStore.open(url) as real:
        await pretending.consents.add([consent(1)], by="camille")
        await real.consents.add([consent(2)], by="camille")
        assert [json.loads(entry.text)["pretended"] for entry in await sealed(real)] == [True, False]


async def test_what_is_sealed_in_parts_is_one_chain_that_verifies(store: ActStore) -> None:
    await store.consents.add([consent(index) for index in range(300)], by="camille")
    await seal_all(store, limit=70)
    assert await store.ledger.backlog() == 0
    heads, findings = check_heads(await lines(store), PUBLIC)
    entries = Entries(heads)
    for entry in await store.ledger.entries(limit=1000):
        entries.feed(entry.text)
    assert [*findings, *entries.finish()] == []
    assert [head.size for head in heads] == [70, 140, 210, 280, 300]
    assert [head.size for head in await store.ledger.heads(after=210, limit=1)] == [280]
    assert [entry.index for entry in await store.ledger.entries(first=298, limit=5)] == [298, 299]


async def test_stored_hashes_prove_that_an_entry_is_there(store: ActStore) -> None:
    await store.consents.add([consent(index) for index in range(600)], by="camille")
    await seal_all(store)
    head = await store.ledger.head()
    assert head is not None
    (entry,) = await store.ledger.entries(first=123, limit=1)
    proof = []
    for span in inclusion_spans(123, head.head.size):
        part = Frontier()
        for run in runs(span):
            for node in await store.ledger.hashes(run):
                part.add(Subtree(8 * run.level, node))
        proof.append(part.root())
    assert included(123, 600, entry.hash, proof, bytes.fromhex(head.head.root))
    assert await store.ledger.hashes(Run(level=1, first=2, count=5)) == []


async def test_what_was_made_for_another_tail_is_not_put_behind_this_one(store: ActStore) -> None:
    await store.consents.add([consent(1), consent(2)], by="camille")
    late = await store.ledger.unsealed(limit=2)
    assert late is not None
    assert await seal_some(store, limit=1)
    assert not await store.ledger.seal(late, sign(late))
    assert await store.ledger.backlog() == 1
    assert await kinds(store) == [Kind.CONSENT, Kind.CONSENT]


async def test_what_stops_a_call_does_not_wait_behind_an_import(store: ActStore) -> None:
    await store.consents.add([consent(index) for index in range(1, 50)], by="camille")
    await store.suppressions.add([suppression(60)])
    await seal_some(store, limit=1)
    assert [entry.kind for entry in await store.ledger.entries()] == [Kind.OPPOSITION]


async def test_what_concerns_one_person_keeps_its_order(store: ActStore) -> None:
    """A decision rests on earlier entries, and an erasure is of earlier ones."""
    await store.consents.add([consent(index) for index in range(1, 50)], by="camille")
    await store.suppressions.add([suppression(30)])
    await store.subjects.erase(fingerprint(40), by="camille", at=NOW)
    await seal_all(store)
    told = [(entry.kind, entry.subject) for entry in await store.ledger.entries()]
    for index, after in ((30, Kind.OPPOSITION), (40, Kind.SUBJECT_ERASE)):
        subject = subject_of(fingerprint(index), STAMP.subject_key)
        assert told.index((Kind.CONSENT, subject)) < told.index((after, subject)) < 10


async def test_two_who_seal_at_once_make_one_chain(url: str) -> None:
    async with ActStore.open(url) as one, ActStore.open(url) as other:
        for index in range(5):
            await one.consents.add(
                [consent(index) for index in range(index * 40, index * 40 + 40)], by="camille"
            )
            await asyncio.gather(*(seal_some(store, limit=15) for store in (one, other) * 3))
        await seal_all(other)
        heads, findings = check_heads(await lines(one), PUBLIC)
        entries = Entries(heads)
        for entry in await one.ledger.entries():
            entries.feed(entry.text)
        assert [*findings, *entries.finish()] == []
        assert entries.size == 200


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entries SET kind = 'token.create'",
        "UPDATE ledger_entries SET text = text WHERE position = 1",
        "DELETE FROM ledger_entries WHERE position = 2",
        "DELETE FROM ledger_heads",
        "UPDATE ledger_heads SET line = ''",
        "UPDATE ledger_tiles SET number = 7",
        "DELETE FROM ledger_tiles",
        "UPDATE ledger_pending SET body = '{}'",
        (
            "INSERT INTO ledger_entries SELECT 500, text, hash, kind, subject, about FROM ledger_entries"
            " WHERE position = 0"
        ),
        (
            "INSERT INTO ledger_entries SELECT 0, text, hash, kind, subject, about FROM ledger_entries"
            " WHERE position = 0"
        ),
    ],
)
async def test_the_database_itself_refuses_to_change_what_is_sealed(
    store: ActStore, url: str, change: str
) -> None:
    await store.consents.add([consent(index) for index in range(300)], by="camille")
    await seal_all(store)
    await store.consents.add([consent(1)], by="camille")
    database = connect(parse_url(url))
    with pytest.raises((IntegrityError, Conflict)):
        async with database.write() as connection:
            await connection.execute(text(change))
    await database.close()
