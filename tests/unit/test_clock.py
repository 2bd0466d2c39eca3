"""The machine's clock is watched against the one that only goes on (T030)."""

import time
from datetime import timedelta

import pytest

from dialer.adapters.clock import SystemClock, pretending
from dialer.domain.campaign import CampaignState
from dialer.domain.facts import SystemFacts
from tests.unit.rule_samples import codes, paris


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
    assert clock.trusted()
    monkeypatch.setattr(time, "time", lambda: real() + step)
    assert clock.trusted() is trusted


def test_a_clock_that_stepped_once_is_not_trusted_even_when_it_steps_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, real = SystemClock(), time.time
    monkeypatch.setattr(time, "time", lambda: real() - 600)
    assert not clock.trusted()
    monkeypatch.undo()
    assert not clock.trusted()


def test_a_pretended_time_goes_on_and_is_watched_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    at = paris("2027-02-01 10:00:00")
    clock, real = pretending(at), time.time
    assert timedelta(0) <= clock.now() - at < timedelta(minutes=1)
    monkeypatch.setattr(time, "time", lambda: real() - 600)
    assert not clock.trusted()


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
