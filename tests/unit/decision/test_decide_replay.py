"""Decisions are stored as canonical JSON and come out the same when they are made again."""

import hashlib
from dataclasses import replace

from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.types import PhoneNumber
from dialer.domain.decision.decide import StoredDecision, decide, replay
from dialer.domain.decision.facts import decision_hash, facts_from_json, facts_to_json
from tests.unit.decision.rule_samples import (
    attempt,
    cache,
    campaign,
    consent,
    election,
    facts,
    opposition,
    paris,
    withdrawal,
)

AT = paris("2027-02-01 11:00:00")
RICH = facts(
    consents=(consent(appointment_at=AT), withdrawal(AT), consent(territory="RE")),
    suppressions=(opposition(),),
    attempts=(attempt(AT),),
    campaign=campaign(
        election=election(), prompts={"message": {"file": "message.wav"}, "identity": "Bonjour"}
    ),
)


def test_facts_survive_the_way_through_json() -> None:
    assert facts_from_json(facts_to_json(RICH)) == RICH


def test_the_hash_depends_on_every_part_of_question_and_answer() -> None:
    decision = decide(facts(), AT, cache())
    other = decide(facts(), paris("2027-02-01 11:00:01"), cache())
    hashes = {decision_hash(facts(), decision), decision_hash(RICH, decision), decision_hash(facts(), other)}
    assert len(hashes) == 3


def test_a_stored_decision_replays_to_the_same_hash() -> None:
    decision = decide(RICH, AT, cache())
    stored = StoredDecision(
        facts_to_json(RICH), AT, decision.rule_pack, decision.pack_hash, decision_hash(RICH, decision)
    )
    again = replay(stored, cache(), {})
    assert again.same
    assert again.decision == decision


def test_the_campaigns_text_is_kept_and_the_hash_stays_that_of_the_whole() -> None:
    """Written out once for a definition, for any question about it.

    Another definition has another text.
    """
    decision = decide(RICH, AT, cache())
    for asked in (RICH, replace(RICH, number=PhoneNumber("+33199000002")), facts(), RICH):
        assert facts_to_json(asked) == canonical(asked)
        whole = canonical({"facts": asked, "decision": decision})
        assert decision_hash(asked, decision) == hashlib.sha256(whole.encode()).hexdigest()
