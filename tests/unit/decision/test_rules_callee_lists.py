"""External lists, held against every decision.

They name people who object, or lines that no machine may call.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.base.types import PhoneNumber
from dialer.domain.calls.retry import ContactClosed, Due, after_refusal
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import AuthorisedCallerId, TrunkFacts
from dialer.domain.decision.record import Decision, ReasonCode
from dialer.domain.oppositions.suppression import ListKind, ListStanding
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from tests.unit.decision.rule_samples import cache, campaign, consent, facts, packs, paris, utc

AT = paris("2027-02-01 11:00:00")
PERSON = PhoneNumber("+33612345678")


SHOWN = AuthorisedCallerId(PhoneNumber("+33162000001"), None)
REAL = TrunkFacts("default", loopback=False, caller_ids=(SHOWN,))


def standing(
    *, holds: bool, since: float = -10, until: float = 10, kind: ListKind = ListKind.OPPOSITIONS
) -> ListStanding:
    return ListStanding("national", AT + timedelta(days=since), AT + timedelta(days=until), holds, kind)


def requiring() -> RulePackIndex:
    """Return the packs, had fr-political required the national list."""
    (pack,) = (pack for pack in packs().shipped if pack.name == "fr-political")
    return RulePackIndex([RulePack.model_validate(pack.model_dump() | {"required_lists": ("national",)})])


def judged(*lists: ListStanding, shelf: RulePackIndex | None = None) -> Decision:
    """Decide on a trunk that leaves the machine."""
    return decide(facts(lists=lists, trunk=REAL, number=PERSON), AT, DecisionCache(shelf or packs()))


@pytest.mark.parametrize("until", [10, -1, 0])
def test_who_is_on_a_list_is_not_called_even_when_the_list_has_expired(until: float) -> None:
    refusal = judged(standing(holds=True, until=until))
    assert [(reason.code, "the list national" in reason.detail) for reason in refusal.reasons] == [
        (ReasonCode.SUPPRESSED, True)
    ]
    assert after_refusal(refusal) == ContactClosed(ReasonCode.SUPPRESSED)


def test_a_list_speaks_from_its_first_instant() -> None:
    assert not judged(standing(holds=True, since=0)).permitted
    assert judged(standing(holds=True, since=0.001)).permitted


def test_who_is_not_on_a_list_may_be_called() -> None:
    assert judged(standing(holds=False)).permitted
    assert judged(standing(holds=False), shelf=requiring()).permitted


@pytest.mark.parametrize(
    "lists",
    [
        (),
        (standing(holds=False, until=0),),
        (standing(holds=False, since=1),),
        (ListStanding("another", AT - timedelta(days=1), AT + timedelta(days=1), holds=False),),
    ],
)
def test_without_the_list_that_a_pack_requires_nobody_is_called_for_now(
    lists: tuple[ListStanding, ...],
) -> None:
    refusal = judged(*lists, shelf=requiring())
    assert [reason.code for reason in refusal.reasons] == [ReasonCode.SUPPRESSED]
    assert "requires" in refusal.reasons[0].detail
    assert after_refusal(refusal) == Due(AT + timedelta(hours=1))


def test_on_loopback_where_nobody_is_reached_no_list_is_required() -> None:
    assert decide(facts(), AT, DecisionCache(requiring())).permitted


@pytest.mark.parametrize("kind", list(ListKind))
def test_what_a_list_names_says_why_its_numbers_are_not_called(kind: ListKind) -> None:
    """T086, T088: a line that no machine may call is no opposition."""
    (reason,) = judged(standing(holds=True, kind=kind)).reasons
    expected = {
        ListKind.OPPOSITIONS: ("FP-21", ReasonCode.SUPPRESSED),
        ListKind.LINES: ("FP-31", ReasonCode.FORBIDDEN_NUMBER),
    }
    assert (reason.rule, reason.code) == expected[kind]


AMERICAN = {
    "us-tcpa": ("+12122340123", "+12025550199", "US-13", ["us-national-dnc", "us-protected-lines"]),
    "ca-adad": ("+14162340123", "+14165550199", "CA-08", ["ca-national-dncl", "ca-protected-lines"]),
}


@pytest.mark.parametrize("profile", AMERICAN)
def test_american_packs_call_nobody_who_was_not_held_against_their_lists(profile: str) -> None:
    """T086: hospital and emergency lines stand in no public list, so the user must have one."""
    number, shown, rule, names = AMERICAN[profile]
    trunk = TrunkFacts("default", loopback=False, caller_ids=(AuthorisedCallerId(PhoneNumber(shown), None),))
    at = utc("2027-02-02 18:00")
    known = tuple(ListStanding(name, at - timedelta(1), at + timedelta(1), holds=False) for name in names)
    asked = facts(
        campaign=campaign(profile=profile, caller_id=shown, purpose="survey"),
        consents=(consent(purpose="survey"),),
        number=PhoneNumber(number),
        trunk=trunk,
    )
    refusal = decide(asked, at, cache())
    assert [reason.code for reason in refusal.reasons] == [ReasonCode.SUPPRESSED]
    assert decide(replace(asked, lists=known), at, cache()).permitted
    for missing in names:
        rest = tuple(entry for entry in known if entry.name != missing)
        assert missing in decide(replace(asked, lists=rest), at, cache()).reasons[0].detail
    hospital = tuple(replace(entry, holds="lines" in entry.name, kind=ListKind.LINES) for entry in known)
    (reason,) = decide(replace(asked, lists=hospital), at, cache()).reasons
    assert (reason.rule, reason.code) == (rule, ReasonCode.FORBIDDEN_NUMBER)


def test_a_missing_list_does_not_hide_that_the_number_is_on_it() -> None:
    refusal = judged(standing(holds=True, until=-1), shelf=requiring())
    assert len(refusal.reasons) == 2
    assert after_refusal(refusal) == ContactClosed(ReasonCode.SUPPRESSED)


def test_a_new_key_of_packs_does_not_change_the_hash_of_packs_without_it() -> None:
    (pack,) = (pack for pack in packs().shipped if pack.name == "fr-political")
    said = RulePack.model_validate(pack.model_dump() | {"required_lists": ()})
    assert said.hash == pack.hash
    assert requiring().shipped[0].hash != pack.hash
