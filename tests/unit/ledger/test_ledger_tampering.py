"""Any change in a ledger of 100,000 entries is found (T113, T114, T115).

The first wrong entry is named.
"""

import json
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.tree import leaf_hash
from dialer.verifier.verify_ledger import Entries, LedgerFinding, check_heads
from tests.unit.ledger.ledger_samples import PUBLIC, SampleLedger, event, sealed, signed_quickly

LARGE, SMALL = 100_000, 60
Tamper = Callable[[list[str], int], int]
"""Changes the lines near a place; returns the index that must be named."""


@pytest.fixture(scope="module")
def large() -> SampleLedger:
    return sealed([event(number) for number in range(LARGE)], cycle([1900, 1, 99]))


@pytest.fixture(scope="module")
def small() -> SampleLedger:
    return sealed([event(number) for number in range(SMALL)], cycle([7, 1, 4]))


def findings(ledger: SampleLedger, lines: list[str], heads: list[str] | None = None) -> list[LedgerFinding]:
    good, found = check_heads(ledger.heads if heads is None else heads, PUBLIC, signed_quickly)
    entries = Entries(good)
    for line in lines:
        entries.feed(line)
    return [*found, *entries.finish()]


def first(ledger: SampleLedger, lines: list[str]) -> int:
    found = findings(ledger, lines)
    assert found, "nothing was noticed"
    return found[0].index


def with_body(line: str, text: str) -> str:
    entry = json.loads(line) | {"body": {"decision_hash": text}}
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))


def change_a_character(lines: list[str], place: int) -> int:
    at = lines[place].index("decision_hash") + 20
    lines[place] = f"{lines[place][:at]}f{lines[place][at + 1 :]}"
    return place


def break_the_form(lines: list[str], place: int) -> int:
    lines[place] = lines[place][1:]
    return place


def change_what_it_names(lines: list[str], place: int) -> int:
    previous = json.loads(lines[place])["previous"]
    lines[place] = lines[place].replace(previous, leaf_hash(b"another").hex())
    return place


def delete(lines: list[str], place: int) -> int:
    del lines[place]
    return place


def truncate(lines: list[str], place: int) -> int:
    del lines[place:]
    return place


def repeat(lines: list[str], place: int) -> int:
    lines.insert(place + 1, lines[place])
    return place + 1


def insert_a_forgery_that_fits(lines: list[str], place: int) -> int:
    lines.insert(place, with_body(lines[place], "forged"))
    return place


def append_after_the_end(lines: list[str], place: int) -> int:
    end = {"index": len(lines), "previous": leaf_hash(lines[-1].encode()).hex()}
    lines.append(with_body(json.dumps(json.loads(lines[place]) | end), "forged"))
    return len(lines) - 1


def swap_with_the_next(lines: list[str], place: int) -> int:
    other = place + 1 if place + 1 < len(lines) else place - 1
    lines[place], lines[other] = lines[other], lines[place]
    return min(place, other)


TAMPERINGS: list[Tamper] = [
    change_a_character,
    break_the_form,
    change_what_it_names,
    delete,
    truncate,
    repeat,
    insert_a_forgery_that_fits,
    append_after_the_end,
    swap_with_the_next,
]


def test_a_ledger_as_it_was_sealed_is_right(large: SampleLedger) -> None:
    assert findings(large, large.lines) == []


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_among_a_hundred_thousand_is_found_and_named(large: SampleLedger, tamper: Tamper) -> None:
    place = 7919 * (TAMPERINGS.index(tamper) + 3) % LARGE
    lines = list(large.lines)
    named = tamper(lines, place)
    assert first(large, lines) == named


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tamper=st.sampled_from(TAMPERINGS), place=st.integers(0, SMALL - 1))
def test_tampering_anywhere_is_found_and_named(small: SampleLedger, tamper: Tamper, place: int) -> None:
    lines = list(small.lines)
    named = tamper(lines, place)
    assert first(small, lines) == named


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, SMALL - 1))
def test_a_chain_rewritten_from_some_entry_on_is_found_from_the_last_good_head_on(
    small: SampleLedger, place: int
) -> None:
    """A forger who rewrites everything that follows cannot sign it.

    The named entry is at most a head's length before the first forged one.
    """
    lines = small.lines[:place]
    for number in range(place, SMALL):
        previous = leaf_hash(lines[-1].encode()).hex() if lines else "0" * 64
        lines.append(json.dumps(json.loads(small.lines[number]) | {"previous": previous, "at": "then"}))
    sizes = [0, *(json.loads(line)["size"] for line in small.heads)]
    assert max(size for size in sizes if size <= place) <= first(small, lines) <= place


def heads_with(ledger: SampleLedger, place: int, **changes: object) -> list[str]:
    heads = list(ledger.heads)
    heads[place] = json.dumps(json.loads(heads[place]) | changes)
    return heads


@pytest.mark.parametrize(
    "changes",
    [
        {"root": "0" * 64},
        {"last": "0" * 64},
        {"at": "2027-02-01T00:00:00+00:00"},
        {"signature": "00" * 64},
        {"signature": ""},
        {"pretended": True},
    ],
)
def test_a_doctored_head_is_named_by_its_size(large: SampleLedger, changes: dict[str, object]) -> None:
    size = json.loads(large.heads[40])["size"]
    found = findings(large, large.lines, heads_with(large, 40, **changes))
    assert {finding.index for finding in found} == {size, json.loads(large.heads[41])["size"]}
    assert found[0] == LedgerFinding(size, f"the head of size {size} has not the right signature")


def test_a_head_left_out_is_missed_by_the_next(small: SampleLedger) -> None:
    heads = [*small.heads[:3], *small.heads[4:]]
    assert [finding.index for finding in findings(small, small.lines, heads)] == [
        json.loads(small.heads[4])["size"]
    ]


def test_heads_of_nobody_cover_nothing(small: SampleLedger) -> None:
    assert (
        first(small, small.lines) == 0 if not small.heads else findings(small, small.lines, [])[0].index == 0
    )


def test_a_line_that_is_no_head_is_said_to_be_none(small: SampleLedger) -> None:
    found = findings(small, small.lines, [*small.heads, "{}", "no"])
    assert [finding.index for finding in found] == [0, 0]


def calls(*kinds: tuple[Kind, str]) -> SampleLedger:
    events = [event(60_000 * number, kind, about) for number, (kind, about) in enumerate(kinds)]
    one: Iterator[int] = cycle([1])
    return sealed(events, one)


A, B = "a" * 32, "b" * 32


def test_a_decision_before_and_an_outcome_after_is_as_it_should_be() -> None:
    ledger = calls((Kind.PERMIT, A), (Kind.PERMIT, B), (Kind.OUTCOME, B), (Kind.OUTCOME, A))
    assert findings(ledger, ledger.lines) == []


def test_an_outcome_without_a_decision_is_an_alarm() -> None:
    ledger = calls((Kind.PERMIT, A), (Kind.OUTCOME, B), (Kind.OUTCOME, A), (Kind.OUTCOME, A))
    assert [finding.index for finding in findings(ledger, ledger.lines)] == [1, 3]


def test_a_decision_whose_outcome_never_came_is_an_alarm_after_an_hour() -> None:
    others = [(Kind.REFUSAL, "c000000000001")] * 59
    recent = calls((Kind.PERMIT, A), *others)
    assert findings(recent, recent.lines) == []
    old = calls((Kind.PERMIT, A), *others, *others[:3])
    assert [finding.index for finding in findings(old, old.lines)] == [0]
