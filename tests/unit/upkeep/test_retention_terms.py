"""Retention terms: exact on the sixtieth day, over leap days and clock changes (T120)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.domain.rulepacks.pack_parts import RetentionRules
from dialer.domain.upkeep import (
    BLOCKS_AFTER,
    ProofTerm,
    RetentionRun,
    blocked,
    called_limit,
    contacts_due,
    contacts_limit,
    failing_since,
    next_run,
    proof_horizon,
    proof_terms,
)
from tests.unit.decision.rule_samples import packs


def proof_limit(given_at: datetime, years: int) -> datetime:
    """Return the end (exclusive) of a consent's proof, to hold the horizon against."""
    try:
        return given_at.replace(year=given_at.year + years)
    except ValueError:
        return datetime(given_at.year + years, 3, 1, tzinfo=UTC)


DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 2, 1, 3, tzinfo=UTC)
TIMES = st.timedeltas(timedelta(0), timedelta(days=7305)).map(
    lambda since: datetime(2020, 1, 1, tzinfo=UTC) + since
)
WELL = RetentionRun(NOW, NOW)
FAILED = RetentionRun(NOW + DAY, NOW + DAY, error="no room")


def age_when_erased(imported_at: datetime, run_at: datetime) -> timedelta:
    """Return the age at the first daily run that erases, where every run comes a minute late."""
    limit = contacts_limit(imported_at, None, RetentionRules().contact_days)
    while not contacts_due(limit, run_at):
        run_at += DAY + timedelta(minutes=1)
    return run_at - imported_at


@pytest.mark.parametrize(
    "imported_at",
    [
        datetime(2028, 1, 15, 12, tzinfo=UTC),  # over 29 February
        datetime(2027, 2, 20, 12, tzinfo=PARIS),  # the night of 28 March is an hour short
        datetime(2027, 10, 1, 12, tzinfo=PARIS),  # that of 31 October an hour long
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=PARIS),
        datetime(2027, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_contacts_are_gone_after_sixty_days_whatever_the_clocks_do(
    imported_at: datetime,
) -> None:
    limit = contacts_limit(imported_at, None, 60)
    assert limit - imported_at.astimezone(UTC) == 60 * DAY
    assert contacts_due(limit, limit - DAY - HOUR)
    assert not contacts_due(limit, limit - DAY - HOUR - TICK)


@given(imported_at=TIMES, offset=st.timedeltas(timedelta(0), DAY - TICK))
@example(imported_at=datetime(2028, 2, 29, tzinfo=UTC), offset=timedelta(0))
def test_the_daily_run_erases_before_sixty_days_are_over_and_hardly_sooner(
    imported_at: datetime, offset: timedelta
) -> None:
    assert 59 * DAY - HOUR <= age_when_erased(imported_at, imported_at + offset) <= 60 * DAY


@given(imported_at=TIMES, last_round=TIMES)
def test_import_or_last_round_whichever_is_first(imported_at: datetime, last_round: datetime) -> None:
    assert contacts_limit(imported_at, last_round, 60) == min(imported_at, last_round) + 60 * DAY


@pytest.mark.parametrize(
    ("given_at", "limit"),
    [
        (datetime(2024, 3, 10, 9, 30, tzinfo=UTC), datetime(2027, 3, 10, 9, 30, tzinfo=UTC)),
        (datetime(2024, 2, 29, 9, 30, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)),
        (datetime(2025, 2, 28, 9, 30, tzinfo=UTC), datetime(2028, 2, 28, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_proof_is_kept_for_three_years_by_the_calendar(given_at: datetime, limit: datetime) -> None:
    assert proof_limit(given_at, 3) == limit


LEAP = datetime(2024, 2, 29, 12, tzinfo=UTC)


@given(given_at=TIMES, now=TIMES, years=st.integers(1, 8))
@example(given_at=LEAP, now=datetime(2027, 2, 28, 23, 59, 59, 999999, tzinfo=UTC), years=3)
@example(given_at=LEAP, now=datetime(2027, 3, 1, tzinfo=UTC), years=3)
@example(given_at=LEAP, now=datetime(2028, 2, 29, 12, tzinfo=UTC), years=4)
@example(given_at=LEAP - TICK, now=datetime(2028, 2, 29, 12, tzinfo=UTC), years=4)
@example(given_at=datetime(2025, 3, 1, tzinfo=UTC), now=datetime(2028, 2, 29, 12, tzinfo=UTC), years=3)
@example(given_at=datetime(2025, 2, 28, 23, tzinfo=UTC), now=datetime(2028, 2, 29, 12, tzinfo=UTC), years=3)
def test_the_horizon_parts_exactly_what_has_passed_its_limit(
    given_at: datetime, now: datetime, years: int
) -> None:
    assert (given_at < proof_horizon(now, years)) == (proof_limit(given_at, years) <= now)


def test_the_job_runs_daily_and_sooner_after_a_failure() -> None:
    assert next_run(None) is None
    assert next_run(WELL) == NOW + DAY
    assert next_run(FAILED) == FAILED.started_at + timedelta(hours=1)
    assert next_run(RetentionRun(NOW)) == NOW + timedelta(hours=1)


def test_a_failure_lasts_until_a_run_goes_well() -> None:
    later = RetentionRun(NOW + 2 * DAY, NOW + 2 * DAY, error="no room")
    assert failing_since([]) is None
    assert failing_since([WELL, FAILED, later]) == FAILED.started_at
    assert failing_since([WELL, FAILED, WELL]) is None


def test_campaigns_are_blocked_after_seventy_two_hours_of_failure_and_not_before() -> None:
    assert not blocked(NOW + BLOCKS_AFTER, NOW, [])
    assert blocked(NOW + BLOCKS_AFTER + TICK, NOW, [])
    assert not blocked(NOW, None, [NOW - BLOCKS_AFTER, NOW + DAY])
    assert blocked(NOW, None, [NOW - BLOCKS_AFTER - TICK])


def test_who_was_called_stays_for_years_after_the_campaign_and_its_election() -> None:
    """US-15, CA-11."""
    over = datetime(2027, 10, 15, 21, tzinfo=UTC)
    assert called_limit(over, None, 5) == datetime(2032, 10, 15, 21, tzinfo=UTC)
    assert called_limit(over, date(2027, 10, 18), 3) == datetime(2030, 10, 19, tzinfo=UTC)
    assert called_limit(over, date(2027, 10, 1), 3) == datetime(2030, 10, 15, 21, tzinfo=UTC)
    assert called_limit(datetime(2028, 2, 29, 21, tzinfo=UTC), None, 5) == datetime(2033, 3, 1, tzinfo=UTC)


def test_the_longest_term_of_a_sponsors_profiles_counts_and_no_other_sponsors() -> None:
    """UK-08 beside FP-32b: a British campaign does not keep the proofs of a French one."""
    usual, six = RetentionRules(), RetentionRules(consent_proof_years=6, consent_proof_from="last_use")
    others, british = proof_terms({"french": [usual], "both": [usual, six], "british": [six]}, NOW)
    assert others == ProofTerm(proof_horizon(NOW, 3), False, frozenset({"both", "british"}), others=True)
    assert british == ProofTerm(proof_horizon(NOW, 6), True, frozenset({"both", "british"}), others=False)


@pytest.mark.parametrize(
    ("profile", "day", "terms"),
    [
        pytest.param("fr-political", "2027-02-01", (60, 3, "giving", None), id="FP-32-FP-32b"),
        pytest.param("fr-commercial", "2026-08-10", (60, 3, "giving", None), id="FC-06-FC-25-before"),
        pytest.param("fr-commercial", "2026-08-11", (60, 3, "giving", None), id="FC-06-FC-25"),
        pytest.param("us-tcpa", "2027-02-01", (60, 5, "giving", 5), id="US-15"),
        pytest.param("uk-pecr", "2027-02-01", (60, 6, "last_use", None), id="UK-08"),
        pytest.param("ca-adad", "2027-02-01", (60, 3, "giving", 3), id="CA-11"),
    ],
)
def test_each_profile_states_its_terms(profile: str, day: str, terms: tuple[object, ...]) -> None:
    pack = packs().for_day(profile, date.fromisoformat(day))
    assert pack is not None
    kept = pack.retention
    assert terms == (
        kept.contact_days,
        kept.consent_proof_years,
        kept.consent_proof_from,
        kept.call_record_years,
    )
