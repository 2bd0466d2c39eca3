"""Lists of oppositions kept by others, held against every decision."""

from datetime import timedelta

import pytest

from dialer.domain.decision import decide
from dialer.domain.decision_record import Decision, ReasonCode
from dialer.domain.opposition_list import ListStanding
from dialer.domain.retry import Closed, Due, after_refusal
from dialer.domain.rulepack import PackShelf, RulePack
from tests.unit.rule_samples import facts, packs, paris

AT = paris("2027-02-01 11:00:00")


def standing(*, holds: bool, since: float = -10, until: float = 10) -> ListStanding:
    return ListStanding("national", AT + timedelta(days=since), AT + timedelta(days=until), holds)


def requiring() -> PackShelf:
    """The packs, had fr-political required the national list."""
    (pack,) = (pack for pack in packs().shipped if pack.name == "fr-political")
    return PackShelf([RulePack.model_validate(pack.model_dump() | {"required_lists": ("national",)})])


def judged(*lists: ListStanding, shelf: PackShelf | None = None) -> Decision:
    return decide(facts(lists=lists), shelf or packs(), AT)


@pytest.mark.parametrize("until", [10, -1, 0])
def test_who_is_on_a_list_is_not_called_even_when_the_list_has_expired(until: float) -> None:
    refusal = judged(standing(holds=True, until=until))
    assert [(reason.code, "the list national" in reason.detail) for reason in refusal.reasons] == [
        (ReasonCode.SUPPRESSED, True)
    ]
    assert after_refusal(refusal) == Closed("SUPPRESSED")


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


def test_a_missing_list_does_not_hide_that_the_number_is_on_it() -> None:
    refusal = judged(standing(holds=True, until=-1), shelf=requiring())
    assert len(refusal.reasons) == 2
    assert after_refusal(refusal) == Closed("SUPPRESSED")


def test_what_packs_learn_to_say_does_not_change_the_hash_of_those_that_do_not_say_it() -> None:
    (pack,) = (pack for pack in packs().shipped if pack.name == "fr-political")
    said = RulePack.model_validate(pack.model_dump() | {"required_lists": ()})
    assert said.hash == pack.hash
    assert requiring().shipped[0].hash != pack.hash
