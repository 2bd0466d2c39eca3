"""The machine's clock is watched against the one that only goes on (T030)."""

import ctypes
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from dialer.adapters.clock import KernelClock, SystemClock, kernel_clock, pretending
from dialer.bootstrap import home
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.decision.facts import SystemFacts
from dialer.settings import read_settings
from tests.unit.decision.rule_samples import codes, paris

TIME_ERROR = 5
RIGHT = KernelClock(synchronised=True, offset=0.0, max_error=0.05)
UNSYNCHRONISED = KernelClock(synchronised=False, offset=0.0, max_error=16.0)


class NtpTime(ctypes.Structure):
    """`struct ntptimeval`."""

    _fields_ = (
        ("time", ctypes.c_long * 2),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("tai", ctypes.c_long),
        ("reserved", ctypes.c_long * 4),
    )


@pytest.mark.parametrize(
    ("step", "trusted"),
    [
        pytest.param(-600.0, False, id="T030-ten-minutes-back"),
        pytest.param(-2.5, False, id="more-than-two-seconds-back"),
        pytest.param(2.5, False, id="more-than-two-seconds-ahead"),
        pytest.param(1.0, True, id="a-second-of-slewing"),
    ],
)
def test_a_clock_that_steps_is_not_trusted(
    step: float, trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, real = SystemClock(), time.time
    assert clock.doubt() == ""
    monkeypatch.setattr(time, "time", lambda: real() + step)
    assert (clock.doubt() == "") is trusted


@dataclass
class TurnedByHand:
    """The machine's clocks and its kernel's word on them; `wait` lets real time pass."""

    wall: float = 1_800_000_000.0
    passed: float = 1000.0
    kernel: KernelClock | None = RIGHT

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds

    def evenly(self, clock: SystemClock, seconds: int) -> list[bool]:
        """Return whether it was trusted, minute by minute."""
        trusted = []
        for _ in range(seconds // 60):
            self.wait(60)
            trusted.append(clock.doubt() == "")
        return trusted


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> TurnedByHand:
    made = TurnedByHand()
    monkeypatch.setattr(time, "time", lambda: made.wall)
    monkeypatch.setattr(time, "monotonic", lambda: made.passed)
    return made


@pytest.mark.parametrize("asked", [True, False])
def test_a_clock_that_stepped_is_trusted_again_after_ten_even_minutes(
    machine: TurnedByHand, asked: bool
) -> None:
    clock = SystemClock(kernel=(lambda: machine.kernel) if asked else None)
    assert clock.doubt() == ""
    machine.wall -= 600
    assert "stepped" in clock.doubt()
    assert machine.evenly(clock, 300) == [False] * 5
    machine.wall += 600
    assert "stepped" in clock.doubt()
    assert machine.evenly(clock, 600) == [False] * 9 + [True]


def test_the_ten_minutes_begin_when_the_clock_is_synchronised(machine: TurnedByHand) -> None:
    """As after `date -s`: the kernel takes back its word.

    The time service has to give its own again.
    """
    clock = SystemClock(kernel=lambda: machine.kernel)
    assert clock.doubt() == ""
    machine.wall += 300
    machine.kernel = UNSYNCHRONISED
    assert machine.evenly(clock, 1200) == [False] * 20
    machine.wall -= 300
    machine.kernel = RIGHT
    assert "stepped" in clock.doubt()
    assert machine.evenly(clock, 600) == [False] * 9 + [True]


def test_started_before_the_time_was_set_it_is_trusted_as_soon_as_it_is_synchronised(
    machine: TurnedByHand,
) -> None:
    """A machine without a battery clock after a reboot."""
    machine.kernel = UNSYNCHRONISED
    clock = SystemClock(kernel=lambda: machine.kernel)
    assert "not synchronised" in clock.doubt()
    machine.wall += 300
    assert "not synchronised" in clock.doubt()
    machine.wall += 86_400
    machine.kernel = RIGHT
    assert clock.doubt() == ""
    machine.wall -= 600
    assert "stepped" in clock.doubt()


def test_small_corrections_never_add_up_to_a_step(machine: TurnedByHand) -> None:
    clock = SystemClock(kernel=lambda: machine.kernel)
    for _ in range(20):
        machine.wall += 0.5
        assert machine.evenly(clock, 600) == [True] * 10
    for _ in range(5):
        machine.wall += 0.5
        machine.wait(10)
        told = clock.doubt()
    assert "stepped" in told


def test_a_pretended_time_goes_on_and_is_watched_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    at = paris("2027-02-01 10:00:00")
    clock, real = pretending(at), time.time
    assert timedelta(0) <= clock.now() - at < timedelta(minutes=1)
    monkeypatch.setattr(time, "time", lambda: real() - 600)
    assert "stepped" in clock.doubt()


@pytest.mark.parametrize(
    ("known", "doubt"),
    [
        pytest.param(KernelClock(True, 0.001, 0.05), "", id="right"),
        pytest.param(KernelClock(True, -2.0, 2.0), "", id="T030-two-seconds"),
        pytest.param(KernelClock(True, -2.1, 0.05), "more than 2 s off", id="T030-offset"),
        pytest.param(KernelClock(True, 0.0, 2.1), "more than 2 s off", id="T030-error"),
        pytest.param(KernelClock(False, 0.0, 16.0), "not synchronised", id="T030-nobody-sets-it-right"),
        pytest.param(None, "does not tell", id="unknown-means-no"),
    ],
)
def test_a_clock_that_may_be_off_is_trusted_no_more_than_one_that_stepped(
    known: KernelClock | None, doubt: str
) -> None:
    told = SystemClock(kernel=lambda: known).doubt()
    assert doubt in told
    assert bool(told) is bool(doubt)


def test_a_clock_is_trusted_again_once_it_is_synchronised() -> None:
    states = iter((KernelClock(False, 0, 16), KernelClock(True, 0, 0.1)))
    clock = SystemClock(kernel=lambda: next(states))
    assert [bool(clock.doubt()), bool(clock.doubt())] == [True, False]


def test_the_kernel_is_asked_as_it_answers_others() -> None:
    """Compare with the C library: `ntp_gettime` returns state and largest error by another call."""
    told = kernel_clock()
    assert told is not None
    reading = NtpTime()
    state = ctypes.CDLL(None).ntp_gettime(ctypes.byref(reading))
    assert told.synchronised is (state != TIME_ERROR)
    assert told.max_error == pytest.approx(reading.maxerror / 1e6, abs=0.1)


@pytest.mark.parametrize(("host", "asked"), [("127.0.0.1:5080", False), ("192.0.2.1:5060", True)])
def test_only_where_a_trunk_leaves_the_machine_must_the_clock_be_synchronised(
    host: str, asked: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dialer.toml").write_text(f'[[trunk]]\npbx = []\nhost = "{host}"\n')
    monkeypatch.setenv("DIALER_HOME", str(tmp_path))
    monkeypatch.setattr(home, "kernel_clock", lambda: KernelClock(False, 0, 16))
    assert bool(home.clock_of(read_settings()).doubt()) is asked


def test_nobody_is_called_by_a_clock_that_is_not_trusted() -> None:
    well = {"halted": False, "clock_trusted": True, "ledger_writable": True}
    at = paris("2027-02-01 11:00:00")
    assert codes(at, system=SystemFacts(CampaignState.RUNNING, **well)) == set()
    for fault, code in (
        ({"clock_trusted": False}, "CLOCK"),
        ({"halted": True}, "HALTED"),
        ({"ledger_writable": False}, "LEDGER"),
    ):
        assert codes(at, system=SystemFacts(CampaignState.RUNNING, **(well | fault))) == {code}
    for state in (CampaignState.DRAFT, CampaignState.APPROVED, CampaignState.PAUSED):
        assert codes(at, system=SystemFacts(state, **well)) == {"CAMPAIGN_NOT_RUNNING"}
    for state in (CampaignState.STOPPED, CampaignState.COMPLETED):
        ended = codes(at, system=SystemFacts(state, **well))
        assert ended == {"CAMPAIGN_NOT_RUNNING", "CAMPAIGN_ENDED"}
