"""Decisions a second on one core, all rules on: `python -m tests.bench.bench_decisions [count]`.

Every contact is another number of ARCEP's fiction ranges with objects of its own, as a store would give them; nobody is decided twice at one instant.
"""

import gc
import sys
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count, islice

from dialer.domain.consent import ConsentedWindow
from dialer.domain.contact import PhoneNumber
from dialer.domain.decision import decide
from dialer.domain.facts import AuthorisedCallerId, Facts, TrunkFacts
from dialer.domain.facts_json import decision_hash, facts_to_json
from dialer.domain.replay import StoredDecision, replay
from tests.unit.rule_samples import (
    attempt,
    campaign,
    commercial,
    consent,
    election,
    facts,
    opposition,
    packs,
    paris,
)

RANGES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
TOLD = campaign(election=election(), retry={"max_attempts": 9, "min_gap_hours": 24})
TRUNK = TrunkFacts(
    "default", loopback=True, caller_ids=(AuthorisedCallerId(PhoneNumber("+33162000001"), None),)
)
OPEN, LUNCH = paris("2027-02-01 10:00:00"), paris("2027-02-01 13:30:00")


def callees() -> Iterator[Facts]:
    """Permitted ones: two earlier attempts, a consent with two windows."""
    for index in count():
        number = PhoneNumber(f"{RANGES[index // 10_000 % 5]}{index % 10_000:04d}")
        days = frozenset(range(5))
        windows = (ConsentedWindow(days, time(9), time(13)), ConsentedWindow(days, time(14), time(20)))
        made = (attempt(OPEN - timedelta(days=20)), attempt(OPEN - timedelta(days=9)))
        yield facts(
            number=number, consents=(consent(windows=windows),), attempts=made, campaign=TOLD, trunk=TRUNK
        )


def mixed() -> Iterator[Facts]:
    """Of ten, five permitted; the others without consent, opposed, on a Tuesday, capped, and of a territory without a number to show."""
    tuesday = (ConsentedWindow(frozenset({1}), time(18), time(19)),)
    for index, known in enumerate(callees()):
        match index % 10:
            case 1:
                yield replace(known, consents=())
            case 3:
                yield replace(known, suppressions=(opposition(),))
            case 5:
                yield replace(known, consents=(consent(windows=tuesday),))
            case 7:
                yield replace(known, attempts=(attempt(OPEN - timedelta(hours=9)),))
            case 9:
                yield replace(known, territory="MQ")
            case _:
                yield known


def measure(name: str, questions: list[Facts], at: Callable[[int], datetime]) -> None:
    shelf, instants = packs(), [at(index) for index in range(len(questions))]
    decide(questions[0], shelf, instants[0])
    found: Counter[bool] = Counter()
    gc.freeze()  # the questions are the store's, not garbage that decisions make
    begin = clock.process_time()
    for asked, instant in zip(questions, instants, strict=True):
        found[decide(asked, shelf, instant).permitted] += 1
    spent = clock.process_time() - begin
    print(
        f"{name:34s}{len(questions) / spent:10,.0f} /s   permitted {found[True]:,}, refused {found[False]:,}"
    )


def measure_replay(size: int) -> None:
    """Store decisions over the change of the commercial pack, then make them again."""
    shelf, first = packs(), paris("2026-06-01 10:00:00")
    agreed = (consent(purpose="commercial", given_at=paris("2026-05-01 10:00:00")),)
    told, stored = commercial(), []
    for index, known in enumerate(islice(callees(), size)):
        asked = replace(known, campaign=told, consents=agreed)
        at = first + timedelta(minutes=index * 200_000 // size)
        decision = decide(asked, shelf, at)
        stored.append(
            StoredDecision(
                facts_to_json(asked),
                at,
                decision.rule_pack,
                decision.pack_hash,
                decision_hash(asked, decision),
            )
        )
    begin = clock.process_time()
    same = sum(replay(entry, shelf, {}).same for entry in stored)
    spent = clock.process_time() - begin
    used = Counter(entry.rule_pack for entry in stored)
    print(f"{'replay':34s}{size / spent:10,.0f} /s   same {same:,} of {size:,}; {dict(used)}")


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    measure("permits", list(islice(callees(), size)), lambda index: OPEN + timedelta(milliseconds=index * 10))
    measure(
        "half permits, five refusals",
        list(islice(mixed(), size)),
        lambda index: OPEN + timedelta(milliseconds=index * 10),
    )
    measure("lunch", list(islice(callees(), size)), lambda index: LUNCH + timedelta(milliseconds=index))
    measure_replay(size)


if __name__ == "__main__":
    main()
