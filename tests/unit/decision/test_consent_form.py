"""FC-04: an opt-in to sales calls rests on a form with five mentions; the form is on record."""

from dataclasses import replace
from typing import Any, cast

import pytest

from dialer.adapters.sql.db.columns import Form
from dialer.domain.base.canonical_json import plain
from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent import Basis, ConsentForm, ConsentGiven, Mention
from dialer.domain.decision.facts import AuthorisedCallerId, TrunkFacts, facts_from_json, facts_to_json
from dialer.domain.ledger.entries_people import consented
from dialer.domain.ledger.event import digest
from dialer.domain.ledger.row_digests import RecordKind, vouched
from dialer.verifier.agreements import asked_well
from tests.unit.decision.rule_samples import (
    LOOPBACK,
    codes,
    commercial,
    consent,
    facts,
    judged,
    packs,
    paris,
    utc,
)

BEFORE, AFTER = paris("2026-08-10 11:00:00"), paris("2027-02-01 11:00:00")
SHOWN = PhoneNumber("+33162000001")
REAL = TrunkFacts("default", loopback=False, caller_ids=(AuthorisedCallerId(SHOWN, None),))
CALLEE = PhoneNumber("+33162000002")
"""A number in a range for machines: fictional numbers are called on loopback alone."""
WHOLE = ConsentForm("a" * 64, tuple(Mention))


def agreed(form: ConsentForm | None, **changes: Any) -> tuple[ConsentGiven]:
    given = utc("2026-08-01 08:00")
    return (consent(purpose="commercial", given_at=given, form=form, **changes),)


def without(mention: Mention) -> ConsentForm:
    return replace(WHOLE, mentions=tuple(told for told in Mention if told is not mention))


@pytest.mark.parametrize("mention", list(Mention))
@pytest.mark.parametrize("trunk", [LOOPBACK, REAL], ids=["loopback", "real"])
def test_a_form_that_lacks_one_of_the_five_mentions_gives_no_consent(
    mention: Mention, trunk: TrunkFacts
) -> None:
    """FC-04."""
    decision = judged(
        AFTER, campaign=commercial(), consents=agreed(without(mention)), trunk=trunk, number=CALLEE
    )
    assert decision.codes == {"CONSENT_PROOF"}
    assert decision.reasons[0].detail == f"the form of the consent lacks {mention} (FC-04)"


@pytest.mark.parametrize(
    ("form", "trunk", "refused"),
    [
        pytest.param(WHOLE, REAL, set(), id="FC-04-all-five"),
        pytest.param(None, REAL, {"CONSENT_PROOF"}, id="FC-04-unknown-means-no"),
        pytest.param(None, LOOPBACK, set(), id="FC-04-loopback-reaches-nobody"),
    ],
)
def test_a_consent_without_a_form_on_record_is_none_where_people_are_reached(
    form: ConsentForm | None, trunk: TrunkFacts, refused: set[str]
) -> None:
    asked = {"campaign": commercial(), "consents": agreed(form), "trunk": trunk, "number": CALLEE}
    assert codes(AFTER, **asked) == refused
    assert codes(BEFORE, **asked) == set(), "not in force yet"


def test_one_good_form_among_consents_given_at_once_is_enough() -> None:
    both = (*agreed(without(Mention.PERIOD)), *agreed(WHOLE))
    assert codes(AFTER, campaign=commercial(), consents=both, trunk=REAL, number=CALLEE) == set()


def test_politics_contracts_and_requests_need_no_such_form() -> None:
    assert codes(AFTER, trunk=REAL, number=CALLEE) == set()
    customer = agreed(None, basis=Basis.CONTRACT, expires_at=utc("2028-01-01 00:00"))
    told = commercial(basis="contract")
    assert codes(AFTER, campaign=told, consents=customer, trunk=REAL, number=CALLEE) == set()


def test_a_form_survives_its_ways_through_the_store_and_the_stored_inputs() -> None:
    for form in (WHOLE, without(Mention.WITHDRAWAL), replace(WHOLE, mentions=())):
        assert Form.decode(Form.encode(form)) == form
    asked = facts(consents=agreed(WHOLE))
    assert facts_from_json(facts_to_json(asked)) == asked


def test_the_ledger_vouches_for_the_form_and_older_entries_still_hold() -> None:
    (old,), (new,) = agreed(None), agreed(WHOLE)
    fields = {name: getattr(old, name) for name in old.__dataclass_fields__}
    as_before = {name: value for name, value in fields.items() if name not in ("fingerprint", "form")}
    assert vouched(old) == {RecordKind.CONSENT: digest(as_before)}
    assert vouched(new) != vouched(old)
    assert consented(new, by="camille").body["form"] == WHOLE.wording
    assert "form" not in consented(old, by="camille").body


@pytest.mark.parametrize(
    ("form", "well"),
    [
        pytest.param(WHOLE, True, id="all-five"),
        pytest.param(without(Mention.PERIOD), False, id="four"),
        pytest.param(None, True, id="not-told"),
    ],
)
def test_the_recount_of_an_inspection_judges_forms_alike(form: ConsentForm | None, well: bool) -> None:
    (given,) = agreed(form)
    pack = packs().for_day("fr-commercial", AFTER.date())
    assert pack is not None
    written = pack.model_dump(mode="json", exclude_defaults=True)
    told = cast("dict[str, Any]", plain(given))
    assert asked_well(written, told) is well
    assert asked_well(written, told | {"basis": "contract"})
    assert asked_well({"consent": {}}, told)
