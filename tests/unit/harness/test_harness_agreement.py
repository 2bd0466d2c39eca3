"""Differences between a record and an ear, and the stalls of the machine that excuse them."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from dialer.simulated_callees.received import Heard
from tests.harness.agreement import Record, Stalled, apart, disagreements
from tests.harness.stalls import watched
from tests.pbx.records import Perceived


def record(started_ms: int, ended_ms: int) -> Record:
    prompt = {"name": "notice", "started_ms": started_ms, "ended_ms": ended_ms, "completed": True}
    return {"prompts": [prompt], "keys": []}


BUSY = ("setpriv", "--pdeathsig", "KILL", "sh", "-c", "while :; do :; done")
HEARD = Perceived((Heard("notice", 2000, 4000, complete=True),), ())


def stall(begin: int, end: int, lasting_ms: float) -> Stalled:
    """A stall, as a reading over all of that time shows it."""
    return lambda first, last: lasting_ms if first <= begin and end <= last else 0.0


def test_times_up_to_a_tenth_of_a_second_apart_agree() -> None:
    assert disagreements(record(1900, 4100), HEARD) == []
    assert [str(each) for each in disagreements(record(1899, 4101), HEARD)] == [
        "notice began at 1899 ms in the record, at 2000 ms at the ear",
        "notice ended at 4101 ms in the record, at 4000 ms at the ear",
    ]


@pytest.mark.parametrize(("begin", "end"), [(1800, 2000), (0, 200)])
def test_a_stall_beside_the_moment_or_after_the_answer_excuses_as_much_as_it_lasted(
    begin: int, end: int
) -> None:
    assert not apart(1750, 2000, stall(begin, end, 150))
    assert apart(1749, 2000, stall(begin, end, 150))


def test_a_stall_at_another_time_excuses_nothing() -> None:
    assert apart(1750, 2000, stall(3000, 3500, 500))


def test_no_stall_excuses_a_prompt_that_was_not_heard_whole() -> None:
    cut = Perceived((Heard("notice", 2000, 3000, complete=False),), ())
    found = disagreements(record(2000, 3000), cut, stall(2000, 3000, 1e6))
    assert [str(each) for each in found] == ["notice: completed True in the record, False at the ear"]


@pytest.mark.skipif(not Path("/proc/pressure/cpu").exists(), reason="this kernel does not tell of stalls")
def test_a_machine_with_more_to_do_than_it_can_is_seen_to_stall() -> None:
    began = time.monotonic()
    with watched() as stalls:
        busy = [subprocess.Popen(BUSY) for _ in range(2 + (os.cpu_count() or 1))]
        try:
            while not stalls.between(began, time.monotonic()):
                time.sleep(0.01)
        finally:
            for each in busy:
                each.kill()
            for each in busy:
                each.wait()
    assert stalls.between(time.monotonic(), time.monotonic()) == 0
