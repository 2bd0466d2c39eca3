"""A call that began in time and outlasts its window is not cut; its record says so (T008)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dialer.domain.calls.attempt import AttemptState, Result
from dialer.domain.consent import ConsentedWindow
from dialer.services.calls.call_records import CallRecord
from dialer.views.calls import CallView
from tests.samples.calls import an_attempt
from tests.unit.decision.rule_samples import commercial, consent, judged, paris

LUNCH = paris("2027-02-01 13:00:00")
ANSWERED = paris("2027-02-01 12:59:58")


def over(ended_at: datetime | None, **changes: Any) -> Any:
    keys = {"state": AttemptState.ENDED, "answered_at": ANSWERED, "open_until": LUNCH}
    return an_attempt(**(keys | {"result": Result.MESSAGE_PLAYED, "ended_at": ended_at} | changes))


@pytest.mark.parametrize(
    ("attempt", "outside"),
    [
        pytest.param(over(paris("2027-02-01 13:00:40")), True, id="T008"),
        pytest.param(over(LUNCH + timedelta(milliseconds=1)), True, id="just-after-the-end"),
        pytest.param(over(LUNCH), False, id="at-the-end"),
        pytest.param(over(LUNCH, open_until=None), False, id="of-before-it-was-kept"),
        pytest.param(over(paris("2027-02-01 13:00:40"), answered_at=None), False, id="never-answered"),
        pytest.param(over(None), False, id="still-going-on"),
    ],
)
def test_a_call_that_ends_after_its_window_is_marked(attempt: Any, outside: bool) -> None:
    record = CallRecord(attempt, None, attempt.number, {}, None)
    assert CallView.of(record).ended_outside_window is outside


def test_a_permit_says_until_when_it_was_open() -> None:
    sold = (consent(purpose="commercial", windows=()),)
    assert judged(paris("2027-02-01 12:00:00"), campaign=commercial(), consents=sold).open_until == LUNCH
    narrow = (ConsentedWindow(frozenset({0}), LUNCH.replace(hour=11).time(), LUNCH.replace(hour=12).time()),)
    at = paris("2027-02-01 11:30:00")
    assert judged(at, consents=(consent(windows=narrow),)).open_until == LUNCH - timedelta(hours=1)
    assert judged(LUNCH).open_until is None
