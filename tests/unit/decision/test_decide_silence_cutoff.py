"""The instant at which a call under way is cut (FP-08, T036)."""

from datetime import date

from dialer.domain.decision.decide import silence_cutoff
from tests.unit.decision.rule_samples import cache, campaign, consent, election, facts, utc

SUNDAY, SATURDAY = date(2027, 4, 18), date(2027, 4, 17)
VOTING = campaign(
    election=election(poll_dates={"default": SUNDAY, "GP": SATURDAY}, freeze_mode="per_territory")
)
BEFORE = utc("2027-04-15 10:00")


def test_a_call_is_cut_when_silence_begins_for_its_callee() -> None:
    guadeloupe = facts(campaign=VOTING, territory="GP", consents=(consent(territory="GP"),))
    assert silence_cutoff(facts(campaign=VOTING), BEFORE, cache()) == utc("2027-04-16 22:00")
    assert silence_cutoff(guadeloupe, BEFORE, cache()) == utc("2027-04-16 04:00")


def test_the_earliest_of_all_the_sponsors_elections_counts() -> None:
    assert VOTING.election is not None
    other = VOTING.election.model_copy(update={"poll_dates": {"default": date(2027, 4, 17)}})
    known = facts(campaign=VOTING, silences=(other,))
    assert silence_cutoff(known, BEFORE, cache()) == utc("2027-04-15 22:00")


def test_without_an_election_no_call_is_cut() -> None:
    assert silence_cutoff(facts(), BEFORE, cache()) is None


def test_a_silence_that_is_over_cuts_nothing() -> None:
    assert silence_cutoff(facts(campaign=VOTING), utc("2027-04-19 10:00"), cache()) is None
