"""Events in their place: numbered, chained, canonical, and without identifying a person."""

import json
from datetime import timedelta
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import LedgerEvent, redacted
from dialer.domain.ledger.sealing import Pending, SealStamp, SignedHead, Tail, read_head, seal, subject_of
from dialer.domain.ledger.tree import Frontier, Subtree, inclusion_spans, leaf_hash, runs
from dialer.verifier.verify_ledger import included
from tests.unit.ledger.ledger_samples import NOW, PRIVATE, SUBJECT_KEY, event, sealed

STAMP = SealStamp(NOW, pretended=True, key="0123456789abcdef", subject_key=SUBJECT_KEY)


def pending(*events: LedgerEvent) -> list[Pending]:
    return [Pending(one, pretended=True) for one in events]


def test_an_entry_says_what_happened_in_canonical_json() -> None:
    (entry,) = seal(Tail(None, b""), pending(event(5)), STAMP).entries
    said = json.loads(entry.text)
    assert said == {
        "index": 0,
        "previous": "0" * 64,
        "at": "2027-02-01T09:30:00.128456+00:00",
        "kind": "decision.refusal",
        "subject": subject_of(Fingerprint(f"f{5:063x}"), SUBJECT_KEY),
        "about": "c000000000002",
        "pretended": True,
        "body": {"decision_hash": f"{5:064x}"},
    }
    assert entry.text == json.dumps(said, sort_keys=True, separators=(",", ":"))
    assert entry.hash == leaf_hash(entry.text.encode())
    assert (entry.index, entry.kind, entry.subject, entry.about) == (
        said["index"],
        said["kind"],
        said["subject"],
        said["about"],
    )


def test_a_subject_is_the_same_for_the_same_number_and_not_its_fingerprint() -> None:
    batch = seal(Tail(None, b""), pending(event(1), event(8), event(2)), STAMP)
    same, again, other = (entry.subject for entry in batch.entries)
    assert same == again != other
    assert f"f{1:063x}" not in "".join(entry.text for entry in batch.entries)


def test_sealing_in_many_batches_or_in_one_gives_one_tree() -> None:
    events = [event(number) for number in range(600)]
    once, often = sealed(events, cycle([600])), sealed(events, cycle([1, 3, 250]))
    assert once.lines == often.lines
    assert once.hashes == often.hashes
    assert read_head(once.heads[-1]).head.root == read_head(often.heads[-1]).head.root


def test_a_frontier_that_is_not_the_head_s_is_refused() -> None:
    batch = seal(Tail(None, b""), pending(event(1)), STAMP)
    tail = Tail(SignedHead(batch.head, ""), leaf_hash(b"another"))
    with pytest.raises(ValueError, match="not that of the head"):
        seal(tail, pending(event(2)), STAMP)


def test_a_head_is_read_back_as_it_was_written() -> None:
    head = seal(Tail(None, b""), pending(event(1)), STAMP).head
    signed = SignedHead(head, PRIVATE.sign(head.text.encode()).hex())
    assert read_head(signed.line) == signed


@pytest.mark.parametrize("line", ["", "[]", "{}", "{", '{"format":"another"}', "null"])
def test_a_line_that_is_no_head_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_head(line)


SEVENTY_THOUSAND = sealed([event(number) for number in range(70_000)], cycle([5000]))


@given(st.integers(0, 69_999))
def test_stored_tiles_prove_every_entry(index: int) -> None:
    head = read_head(SEVENTY_THOUSAND.heads[-1]).head
    proof = []
    for span in inclusion_spans(index, head.size):
        part = Frontier()
        for run in runs(span):
            for node in SEVENTY_THOUSAND.hashes[run.level][run.first : run.first + run.count]:
                part.add(Subtree(8 * run.level, node))
        proof.append(part.root())
    leaf = SEVENTY_THOUSAND.hashes[0][index]
    assert included(index, head.size, leaf, proof, bytes.fromhex(head.root))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("asked on +33199000001.", "asked on [number]."),
        ("01 99 00 00 01", "[number]"),
        ("(01) 99-00.00/01 called", "([number] called"),
        ("0033 (0)1 99 00 00 01", "[number]"),
        ("line 12 of 2000", "line 12 of 2000"),
        ("", ""),
    ],
)
def test_numbers_in_free_text_are_left_out(written: str, kept: str) -> None:
    assert redacted(written) == kept


@given(st.text(), st.text())
def test_no_text_brings_a_number_into_the_ledger(before: str, after: str) -> None:
    assert "33199000001" not in redacted(f"{before}+33199000001{after}")


def test_events_keep_their_own_time_to_the_microsecond() -> None:
    (entry,) = seal(Tail(None, b""), pending(event(0)), STAMP).entries
    assert json.loads(entry.text)["at"] == (NOW + timedelta(0)).isoformat()
