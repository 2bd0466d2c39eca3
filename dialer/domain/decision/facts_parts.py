"""The inputs of a decision in two halves: what all callees of a campaign share, and what is about one person and will be sealed."""

import hashlib
import json
from dataclasses import dataclass, fields

from dialer.domain.base.errors import InvalidInput
from dialer.domain.decision.decision_record import Decision
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.facts_json import Plain, canonical

SHARED = frozenset({"campaign_id", "campaign", "silences", "trunk", "system"})
OF_SUBJECT = tuple(field.name for field in fields(Facts) if field.name not in SHARED)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was asked and answered: the facts as JSON, whole again, and the decision as plain values by field.

    `hash` is that of the text as it was stored: it stays true when the program learns to look at more.
    """

    facts: str
    decision: dict[str, Plain]
    hash: str


def shared_part(facts: Facts) -> str:
    """Canonical JSON of what is the same for every callee of the campaign at that time."""
    return canonical({name: getattr(facts, name) for name in sorted(SHARED)})


def subject_part(facts: Facts, decision: Decision) -> str:
    """Canonical JSON of what is about the callee, with the answer: its sentences may tell what they consented to."""
    return canonical({"decision": decision, "facts": {name: getattr(facts, name) for name in OF_SUBJECT}})


def whole(shared: str, subject: str) -> Remembered:
    """The two halves put together again. Raise `InvalidInput` where they are not what was stored."""
    try:
        kept = json.loads(subject)
        facts, decision = json.loads(shared) | kept["facts"], kept["decision"]
        digest = hashlib.sha256(canonical({"facts": facts, "decision": decision}).encode()).hexdigest()
        return Remembered(json.dumps(facts), decision, digest)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"the stored inputs of a decision are damaged: {error}") from error
