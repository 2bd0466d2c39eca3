"""Decisions a second on one core, all rules on.

    python -m tests.bench.bench_decisions [count]

Every contact is another number of ARCEP's fiction ranges with objects of its own, as a store would
give them. No contact is decided on twice at one instant.
"""

import gc
import sys
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count, cycle, islice

from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent import ConsentedWindow
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import StoredDecision, decide, replay
from dialer.domain.decision.facts import AuthorisedCallerId, Facts, TrunkFacts, decision_hash, facts_to_json
from tests.unit.decision.rule_samples import (
    attempt,
    campaign,
    commercial,
    consent,
    election,
    facts,
    opposition,
    packs,
    paris,
    withdrawal,
)

RANGES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
TOLD = campaign(election=election(), retry={"max_attempts": 9, "min_gap_hours": 24})
TRUNK = TrunkFacts(
    "default", loopback=True, caller_ids=(AuthorisedCallerId(PhoneNumber("+33162000001"), None),)
)
OPEN = paris("2027-02-01 10:00:00")


def callees() -> Iterator[Facts]:
    """Yield permitted contacts: two earlier attempts, a consent with two windows."""
    for index in count():
        number = PhoneNumber(f"{RANGES[index // 10_000 % 5]}{index % 10_000:04d}")
        days = frozenset(range(5))
        windows = (ConsentedWindow(days, time(9), time(13)), ConsentedWindow(days, time(14), time(20)))
        made = (attempt(OPEN - timedelta(days=20)), attempt(OPEN - timedelta(days=9)))
        yield facts(
            number=number, consents=(consent(windows=windows),), attempts=made, campaign=TOLD, trunk=TRUNK
        )


def listed(**changes: object) -> Iterator[Facts]:
    for known in callees():
        yield replace(known, **changes)  # type: ignore[arg-type]


def mixed() -> Iterator[Facts]:
    """Yield contacts: five of ten are permitted.

    The others are without consent, opposed, on a Tuesday, capped, and of a territory without a
    number to show.
    """
    kinds = (None, NO_CONSENT, None, OPPOSED, None, ON_TUESDAYS, None, CALLED_TODAY, None, NOTHING_TO_SHOW)
    for changes, known in zip(cycle(kinds), callees(), strict=False):
        yield replace(known, **changes) if changes else known


TUESDAY = (ConsentedWindow(frozenset({1}), time(18), time(19)),)
WINDOWS = (ConsentedWindow(frozenset(range(5)), time(9), time(13)),)
NO_CONSENT = {"consents": ()}
OPPOSED = {"suppressions": (opposition(),)}
ON_TUESDAYS = {"consents": (consent(windows=TUESDAY),)}
CALLED_TODAY = {"attempts": (attempt(OPEN - timedelta(hours=9)),)}
NOTHING_TO_SHOW = {"territory": "MQ"}
SEVERAL = tuple(
    consent(windows=WINDOWS, purpose=purpose) for purpose in ("political", "other", "political:x")
)
TURNS = 5
SITUATIONS: dict[str, tuple[Callable[[], Iterator[Facts]], datetime]] = {
    "permit": (callees, OPEN),
    "permit, one of three consents": (partial(listed, consents=SEVERAL), OPEN),
    "half permits, five refusals": (mixed, OPEN),
    "no consent": (partial(listed, **NO_CONSENT), OPEN),
    "consent for another sponsor": (partial(listed, consents=(consent(sponsor="x", windows=WINDOWS),)), OPEN),
    "consent ended": (
        partial(listed, consents=(consent(windows=WINDOWS, expires_at=OPEN - timedelta(days=1)),)),
        OPEN,
    ),
    "consent withdrawn": (
        partial(listed, consents=(consent(windows=WINDOWS), withdrawal(OPEN - timedelta(days=1)))),
        OPEN,
    ),
    "opposed": (partial(listed, **OPPOSED), OPEN),
    "window of another day": (partial(listed, **ON_TUESDAYS), OPEN),
    "called today": (partial(listed, **CALLED_TODAY), OPEN),
    "no number to show": (partial(listed, **NOTHING_TO_SHOW), OPEN),
    "lunch": (callees, paris("2027-02-01 13:30:00")),
    "Saturday": (callees, paris("2027-02-06 11:00:00")),
    "holiday": (callees, paris("2027-03-29 11:00:00")),
    "electoral silence": (callees, paris("2027-04-17 11:00:00")),
    "no number": (partial(listed, number=PhoneNumber("+3319900")), OPEN),
    "not on the list": (partial(listed, on_list=False, consents=()), OPEN),
}


def measure(questions: list[Facts], begins: datetime) -> float:
    """Decisions a second. No two questions are asked at the same instant."""
    cache = DecisionCache(packs())
    instants = [begins + timedelta(milliseconds=index) for index in range(len(questions))]
    decide(questions[0], instants[0], cache)
    gc.freeze()  # the questions are the store's, not garbage that decisions make
    begin = clock.process_time()
    for asked, instant in zip(questions, instants, strict=True):
        decide(asked, instant, cache)
    return len(questions) / (clock.process_time() - begin)


def measure_decisions(size: int) -> None:
    """Measure each situation beside permits, the best of several turns.

    Other work on the machine slows both.
    """
    usual = list(islice(callees(), size))
    for name, (ask, at) in SITUATIONS.items():
        asked = list(islice(ask(), size))
        turns = [(measure(usual, OPEN), measure(asked, at)) for _ in range(TURNS)]
        beside, speed = (max(speeds) for speeds in zip(*turns, strict=True))
        print(f"{name:34s}{speed:10,.0f} /s   {speed / beside:5.2f} x permits")


def measure_replay(size: int) -> None:
    """Store decisions over the change of the commercial pack, then make them again."""
    cache, first = DecisionCache(packs()), paris("2026-06-01 10:00:00")
    agreed = (consent(purpose="commercial", given_at=paris("2026-05-01 10:00:00")),)
    told, stored = commercial(), []
    for index, known in enumerate(islice(callees(), size)):
        asked = replace(known, campaign=told, consents=agreed)
        at = first + timedelta(minutes=index * 200_000 // size)
        decision = decide(asked, at, cache)
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
    same = sum(replay(entry, cache, {}).same for entry in stored)
    spent = clock.process_time() - begin
    used = Counter(entry.rule_pack for entry in stored)
    print(f"{'replay':34s}{size / spent:10,.0f} /s   same {same:,} of {size:,}; {dict(used)}")


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    measure_decisions(size)
    measure_replay(size)


if __name__ == "__main__":
    main()
