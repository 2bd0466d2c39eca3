"""The first instant at which a contact could be called."""

from datetime import UTC, date, datetime, time, timedelta

from dialer.domain.consent import ConsentedWindow
from dialer.domain.decision.record import ReasonCode
from dialer.domain.preflight.forecast import Foreseen, foresee, horizon
from tests.unit.decision.rule_samples import (
    attempt,
    cache,
    campaign,
    consent,
    election,
    facts,
    opposition,
    paris,
)

START, END = paris("2027-02-01 08:00:00"), paris("2027-02-06 00:00:00")
WEEK = campaign(starts_at=START, ends_at=END)
TUESDAY = (ConsentedWindow(frozenset({1}), time(18), time(19)),)


def foreseen(start: datetime = START, **changes: object) -> Foreseen:
    return foresee(facts(**{"campaign": WEEK} | changes), start, cache())


def test_before_hours_the_first_instant_is_their_beginning() -> None:
    at = paris("2027-02-01 10:00:00").astimezone(UTC)
    assert foreseen() == Foreseen(at, "Europe/Paris", frozenset(), looked=at)


def test_a_consented_slot_is_waited_for() -> None:
    assert foreseen(consents=(consent(windows=TUESDAY),)).at == paris("2027-02-02 18:00:00")


def test_who_never_agreed_is_not_refused_for_the_hour() -> None:
    assert foreseen(consents=()).codes == {ReasonCode.NO_CONSENT}
    both = foreseen(consents=(), suppressions=(opposition(),))
    assert both.codes == {ReasonCode.NO_CONSENT, ReasonCode.SUPPRESSED}


def test_a_slot_that_never_comes_within_the_campaign_is_named() -> None:
    sunday = (ConsentedWindow(frozenset({6}), time(10), time(11)),)
    never = foreseen(consents=(consent(windows=sunday),))
    assert never == Foreseen(None, "", frozenset({ReasonCode.OUT_OF_CONSENT_WINDOW}), looked=START)


def test_a_consent_that_ends_before_its_slot_comes_to_nothing() -> None:
    short = consent(windows=TUESDAY, expires_at=paris("2027-02-02 12:00:00"))
    assert foreseen(consents=(short,)).at is None


def test_the_gap_after_an_earlier_attempt_is_waited_for() -> None:
    earlier = attempt(paris("2027-01-31 15:30:00"))
    again = foreseen(
        attempts=(earlier,), campaign=campaign(starts_at=START, ends_at=END, retry={"max_attempts": 3})
    )
    assert again.at is not None
    assert paris("2027-02-01 15:30:00") <= again.at <= paris("2027-02-01 16:30:00")


def test_in_electoral_silence_nobody_is_foreseen() -> None:
    told = campaign(starts_at=START, ends_at=END, election=election(poll_dates={"default": date(2027, 2, 2)}))
    assert foreseen(campaign=told).codes == {ReasonCode.ELECTORAL_SILENCE}


def test_nobody_is_judged_after_the_horizon() -> None:
    """A pause that begins in the last minute runs over the end once."""
    last, ends = paris("2027-02-02 15:59:00"), paris("2027-02-02 16:00:00")
    told = campaign(starts_at=START, ends_at=ends, retry={"max_attempts": 3})
    looked = foreseen(last, attempts=(attempt(last - timedelta(minutes=30)),), campaign=told)
    assert ReasonCode.CAMPAIGN_ENDED in looked.codes
    assert horizon(told, last) > last + timedelta(hours=1)
