"""Several consents of one person: the latest one speaks, as the shipped packs read the law."""

from datetime import time, timedelta
from typing import Any

import pytest

from dialer.domain.consent import ConsentAct, ConsentedWindow
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import facts_from_json, facts_to_json
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from tests.unit.decision.rule_samples import (
    cache,
    campaign,
    codes,
    consent,
    facts,
    judged,
    packs,
    paris,
    utc,
    withdrawal,
)

AT = paris("2027-02-01 11:00:00")
LATER = utc("2026-11-01 08:00")
TUESDAY = (ConsentedWindow(frozenset({1}), time(18), time(19)),)


def later(**changes: Any) -> Any:
    return consent(**({"given_at": LATER} | changes))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(later(), set(), id="renewed"),
        pytest.param(later(windows=TUESDAY), {"OUT_OF_CONSENT_WINDOW"}, id="narrower-hours"),
        pytest.param(later(windows=()), {"CONSENT_NO_WINDOW"}, id="no-hours-any-more"),
        pytest.param(later(expires_at=AT), {"CONSENT_EXPIRED"}, id="a-shorter-time"),
        pytest.param(later(proof=""), {"CONSENT_PROOF"}, id="without-proof"),
        pytest.param(
            later(windows=(), appointment_at=AT + timedelta(days=1)),
            {"OUT_OF_CONSENT_WINDOW"},
            id="one-moment",
        ),
        pytest.param(later(purpose="political:leg-2027"), set(), id="about-other-calls"),
        pytest.param(later(sponsor="other", windows=TUESDAY), set(), id="to-somebody-else"),
        pytest.param(later(given_at=AT + timedelta(days=1), windows=TUESDAY), set(), id="not-said-yet"),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_the_latest_statement_speaks_whatever_the_order_on_record(
    second: Any, expected: set[str], reverse: bool
) -> None:
    given = (second, consent()) if reverse else (consent(), second)
    assert codes(AT, consents=given) == expected


def test_statements_of_the_same_instant_are_one() -> None:
    both = (consent(windows=TUESDAY), consent())
    assert codes(AT, consents=both) == set()
    assert (
        codes(paris("2027-02-02 18:30:00"), consents=(consent(windows=TUESDAY), consent(windows=()))) == set()
    )


def test_what_was_withdrawn_says_nothing_any_more() -> None:
    """A later row without a positive act ends with the withdrawal.

    The positive act between them speaks.
    """
    events = (
        consent(),
        withdrawal(utc("2026-10-01 08:00")),
        consent(given_at=utc("2026-10-02 08:00")),
        later(windows=TUESDAY, act=None),
    )
    assert codes(AT, consents=events) == set()
    assert codes(AT, consents=(*events, withdrawal(AT))) == {"CONSENT_WITHDRAWN"}


def test_a_statement_to_come_ends_what_is_allowed_now() -> None:
    given = (consent(), later(given_at=AT + timedelta(hours=1), windows=TUESDAY))
    decision = judged(AT, consents=given)
    assert decision.permit_until == AT + timedelta(hours=1)
    after = judged(AT + timedelta(hours=1), consents=given)
    assert (after.permitted, after.next_open) == (False, paris("2027-02-02 18:00:00"))


def test_the_next_opening_is_not_that_of_a_withdrawn_consent_before_one_to_come() -> None:
    to_come = later(given_at=AT + timedelta(hours=1), windows=TUESDAY)
    decision = judged(AT, consents=(consent(given_at=AT), withdrawal(AT), to_come))
    assert (decision.permitted, decision.next_open) == (False, paris("2027-02-02 18:00:00"))


def test_the_next_opening_is_that_of_the_consent_which_will_be_heard() -> None:
    """Of two of one instant, the one without proof opens no day for the other."""
    decision = judged(AT, consents=(consent(proof=""), consent(windows=TUESDAY)))
    assert decision.codes == {"OUT_OF_CONSENT_WINDOW"}
    assert decision.next_open == paris("2027-02-02 18:00:00")


def test_the_next_opening_is_not_put_off_by_a_later_consent_without_a_positive_act() -> None:
    """What a withdrawal took away ends no consent to come, either."""
    to_come = later(given_at=AT + timedelta(hours=12), windows=TUESDAY)
    actless = consent(given_at=AT + timedelta(hours=13), act=None)
    given = (withdrawal(AT), to_come, actless)
    opens = paris("2027-02-02 18:00:00")
    assert judged(AT, consents=given).next_open == opens
    assert codes(opens, consents=given) == set()


def test_of_two_to_come_at_one_instant_the_one_with_a_source_opens_the_calendar() -> None:
    at, at_once = paris("2027-02-01 08:00:00"), AT
    given = (consent(given_at=at_once, source=""), consent(given_at=at_once, windows=TUESDAY))
    opens = paris("2027-02-02 18:00:00")
    assert judged(at, consents=given).next_open == opens
    assert codes(opens, consents=given) == set()


def test_a_pack_that_hears_any_consent_still_does_for_the_decisions_of_its_days() -> None:
    (pack,) = (pack for pack in packs().shipped if pack.name == "fr-political")
    content = pack.model_dump()
    content["consent"]["of_several"] = "any"
    told = facts(consents=(consent(), later(windows=TUESDAY)))
    assert decide(told, AT, DecisionCache(RulePackIndex([RulePack.model_validate(content)]))).permitted
    assert not decide(told, AT, cache()).permitted


def test_inputs_stored_before_there_were_bases_are_read_as_opt_ins() -> None:
    text = facts_to_json(facts()).replace('"basis":"opt_in",', "")
    assert '"basis"' not in text
    assert decide(facts_from_json(text), AT, cache()) == judged(AT)


@pytest.mark.parametrize("act", list(ConsentAct))
def test_american_consent_is_in_writing(act: ConsentAct) -> None:
    """US-01."""
    told = campaign(profile="us-tcpa", caller_id="+12025550199", purpose="survey")
    agreed = (consent(purpose="survey", act=act),)
    spoken = {ConsentAct.SPOKEN_RECORDED, ConsentAct.INBOUND_REQUEST}
    expected = {"CONSENT_PROOF"} if act in spoken else set()
    assert codes(utc("2027-02-02 18:00"), campaign=told, consents=agreed, number="+12125550123") == expected
