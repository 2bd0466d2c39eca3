"""A ledger that a backup was restored into.

The lost entries are named as a gap, and nothing else passes for one.
"""

from dataclasses import replace
from itertools import cycle

from dialer.domain.ledger.entries_admin import Gap, restored
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.ledger.sealing import read_head
from dialer.verifier.verify_ledger import Entries, LedgerFinding, check_heads, lost_heads
from tests.unit.ledger.ledger_samples import NOW, PUBLIC, SampleLedger, event, sealed, signed_quickly

HELD = 20
BEFORE = [event(number) for number in range(60)]
AFTER = [event(number) for number in range(100, 130)]
LOST = sealed(BEFORE, cycle([5]))
TIP = read_head(LOST.heads[-1]).head.hash


def restoration(*lost: str) -> LedgerEvent:
    return restored(Gap(NOW, HELD, 60, lost), by="adele", at=NOW)


def grown_anew(*lost: str) -> SampleLedger:
    return sealed([*BEFORE[:HELD], restoration(*lost), *AFTER], cycle([5]))


def findings(ledger: SampleLedger, heads: list[str]) -> list[LedgerFinding]:
    good, found = check_heads(heads, PUBLIC, signed_quickly, lost_heads(ledger.lines))
    entries = Entries(good)
    for line in ledger.lines:
        entries.feed(line)
    return [*found, *entries.finish()]


def test_what_a_restored_backup_did_not_hold_is_told_as_a_gap_and_as_nothing_else() -> None:
    ledger = grown_anew(TIP)
    (gap,) = findings(ledger, [*LOST.heads, *ledger.heads])
    assert (gap.gap, gap.index) == (True, HELD)
    assert gap.detail == f"a backup of {NOW:%Y-%m-%dT%H:%M:%S.%f}+00:00 was restored: entries 20 to 59 lost"


def test_heads_of_entries_that_nobody_owns_to_have_lost_are_wrong() -> None:
    ledger = grown_anew()
    found = [finding for finding in findings(ledger, [*LOST.heads, *ledger.heads]) if not finding.gap]
    assert found[0].index == 25
    assert "does not follow" in found[0].detail


def test_only_the_line_that_was_lost_is_passed_over() -> None:
    another = sealed([*BEFORE[:HELD], *AFTER], cycle([5]))
    ledger = grown_anew(TIP)
    found = findings(ledger, [*LOST.heads, *another.heads, *ledger.heads])
    assert {finding.index for finding in found if not finding.gap} >= {25}


def test_no_entry_that_the_backup_held_can_be_called_lost() -> None:
    ledger = grown_anew(read_head(LOST.heads[2]).head.hash)
    assert [finding.gap for finding in findings(ledger, ledger.heads)] == [True]
    changed = replace(ledger, lines=[*ledger.lines[:10], *ledger.lines[11:]])
    assert [finding.index for finding in findings(changed, ledger.heads) if not finding.gap] == [10]


def test_two_restorations_one_after_the_other_are_two_gaps() -> None:
    once = grown_anew(TIP)
    again = restored(Gap(NOW, 10, 51, (TIP, read_head(once.heads[-1]).head.hash)), by="adele", at=NOW)
    twice = sealed([*BEFORE[:10], again, *AFTER], cycle([5]))
    found = findings(twice, [*LOST.heads, *once.heads, *twice.heads])
    assert [(finding.index, finding.gap) for finding in found] == [(10, True)]
