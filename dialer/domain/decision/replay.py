"""A past decision, made again from its stored inputs with the rule pack of its day: it must come out the same (E1, T126, T127)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.errors import NotFound
from dialer.domain.decision.decision import decide
from dialer.domain.decision.decision_record import Decision
from dialer.domain.decision.facts_json import decision_hash, facts_from_json
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What was kept: the canonical facts, the instant, and the title and hash of the pack, empty where none applied."""

    facts: str
    at: datetime
    rule_pack: str
    pack_hash: str
    decision_hash: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """`same` is the proof: the hash over facts and decision is that of the day."""

    decision: Decision
    same: bool


def replay(stored: StoredDecision, packs: RulePackIndex, archive: Mapping[str, RulePack]) -> Replayed:
    """Decide again. `archive` holds every pack ever used, by hash.

    Raise `NotFound` where the pack of that day is in neither, `InvalidInput` where the facts cannot be read.
    """
    facts = facts_from_json(stored.facts)
    decision = decide(facts, shelf_of_the_day(stored, packs, archive), stored.at)
    return Replayed(decision, decision_hash(facts, decision) == stored.decision_hash)


def shelf_of_the_day(
    stored: StoredDecision, packs: RulePackIndex, archive: Mapping[str, RulePack]
) -> RulePackIndex:
    """Today's shelf where it still holds the very pack, else today's with that pack in the place of what replaced it."""
    if not stored.pack_hash:
        return packs
    present = packs.titled(stored.rule_pack)
    if present is not None and present.hash == stored.pack_hash and packs.serves(present):
        return packs
    past = archive.get(stored.pack_hash, present)
    if past is None or past.hash != stored.pack_hash:
        raise NotFound(f"rule pack {stored.rule_pack} ({stored.pack_hash[:12]}) is not in the archive")
    return packs.with_pack(past)
