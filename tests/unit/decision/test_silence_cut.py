"""The instant at which a call under way is cut (FP-08, T036)."""

from datetime import date

from dialer.domain.decision.cut import silence_begins
from tests.unit.decision.rule_samples import campaign, consent, election, facts, packs, utc

SUNDAY, SATURDAY = date(2027, 4, 18), date(2027, 4, 17)
VOTING = campaign(
    election=election(poll_dates={"default": SUNDAY, "GP": SATURDAY}, freeze_mode="per_territory")
)
BEFORE = utc("2027-04-15 10:00")


def test_a_call_is_cut_when_silence_begins_for_its_callee() -> None:
    guadeloupe = facts(campaign=VOTING, territory="GP", consents=(consent(territory="GP"),))
    assert silence_begins(facts(campaign=VOTING), packs(), BEFORE) == utc("2027-04-16 22:00")
    assert silence_begins(guadeloupe, packs(), BEFORE) == utc("2027-04-16 04:00")


def test_the_earliest_of_all_the_sponsors_elections_counts() -> None:
    assert VOTING.election is not None
    other = VOTING.election.model_copy(update={"poll_dates": {"default": date(2027, 4, 17)}})
    known = facts(campaign=VOTING, silences=(other,))
    assert silence_begins(known, packs(), BEFORE) == utc("2027-04-15 22:00")


def test_without_an_election_no_call_is_cut() -> None:
    assert silence_begins(facts(), packs(), BEFORE) is None


def test_a_silence_that_is_over_cuts_nothing() -> None:
    assert silence_begins(facts(campaign=VOTING), packs(), utc("2027-04-19 10:00")) is None
