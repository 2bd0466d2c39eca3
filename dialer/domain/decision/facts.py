"""The facts a decision looks at, and their stored form.

They are read in one transaction, kept with the decision, and replayable (E1).
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from dialer.domain.base.canonical_json import Plain, canonical
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import CampaignId, PhoneNumber
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Election
from dialer.domain.consent import ConsentEvent, SourceClass
from dialer.domain.decision.record import Decision
from dialer.domain.oppositions.suppression import ListStanding, Suppression


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An earlier attempt on this number for this sponsor, in any campaign.

    `at`: when its INVITE left, or was permitted to. `alive`: not yet ended.
    `counts`: False only where our own side refused before anything left (T065).
    """

    campaign_id: CampaignId
    at: datetime
    counts: bool
    delivered: bool
    alive: bool


@dataclass(frozen=True, slots=True)
class AuthorisedCallerId:
    """A number that the trunk's operator lets us present, until its holder's mandate ends.

    `mandate_ends_at`: None where the mandate has no end.
    """

    number: PhoneNumber
    mandate_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrunkFacts:
    name: str
    loopback: bool
    caller_ids: tuple[AuthorisedCallerId, ...]

    def caller_id_problem(self, number: str, at: datetime, margin: timedelta) -> str | None:
        """Say why this trunk may not present `number` at `at`, or return None.

        Only a loopback trunk needs no list. A mandate ends at its instant, and must last for
        `margin` more.
        """
        if not self.caller_ids:
            return None if self.loopback else f"trunk {self.name!r} has no list of authorised numbers"
        problem = f"{number} is not on the list of trunk {self.name!r}"
        for entry in self.caller_ids:
            if entry.number == number:
                if entry.mandate_ends_at is None or at < entry.mandate_ends_at - margin:
                    return None
                problem = f"the mandate for {number} on trunk {self.name!r} has ended"
                if margin:
                    problem += f", or does within {margin.days} days"
        return problem


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The present state of the machine, judged only when dialling or asked `live`."""

    campaign_state: CampaignState
    halted: bool
    clock_trusted: bool
    ledger_writable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A question: may this number be called for this campaign? Times are aware, UTC.

    `on_list`: False for a number that was not imported for this campaign, so it has no consent
    here.
    `consents`, `suppressions`: complete for this number, of any sponsor.
    `silences`: the elections of the sponsor's other approved or running campaigns (T042).
    `system`: None to judge as if the campaign were running and the machine well.
    """

    number: PhoneNumber
    on_list: bool
    territory: str | None
    timezone: str | None
    source_class: SourceClass | None
    consents: tuple[ConsentEvent, ...]
    suppressions: tuple[Suppression, ...]
    attempts: tuple[PastAttempt, ...]
    campaign_id: CampaignId
    campaign: CampaignDefinition
    silences: tuple[Election, ...]
    trunk: TrunkFacts
    system: SystemFacts | None
    lists: tuple[ListStanding, ...] = ()
    """Every external opposition list that covers this sponsor, valid or not."""


_READER = TypeAdapter(Facts)
_FIELDS = tuple(sorted(field.name for field in fields(Facts)))
SHARED = frozenset({"campaign_id", "campaign", "silences", "trunk", "system"})
"""Fields that all callees of a campaign share; the others are about one person, and sealed."""
OF_SUBJECT = tuple(field.name for field in fields(Facts) if field.name not in SHARED)
CampaignText = Callable[[CampaignDefinition], str]


def facts_to_json(facts: Facts, campaign_text: CampaignText = canonical) -> str:
    """Return `canonical(facts)`.

    `campaign_text`: a remembered `canonical`, as all callees share the campaign.
    """
    texts = [
        campaign_text(facts.campaign) if name == "campaign" else canonical(getattr(facts, name))
        for name in _FIELDS
    ]
    return "{" + ",".join(f'"{name}":{text}' for name, text in zip(_FIELDS, texts, strict=True)) + "}"


def facts_from_json(text: str) -> Facts:
    """Read stored facts. Raise `InvalidInput` for text that is not the facts of a decision."""
    try:
        return _READER.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"stored facts cannot be read: {where}: {first['msg']}") from error


def decision_hash(facts: Facts, decision: Decision, campaign_text: CampaignText = canonical) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON of question and answer."""
    text = f'{{"decision":{canonical(decision)},"facts":{facts_to_json(facts, campaign_text)}}}'
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A question and its answer as they were stored.

    `facts`: as JSON. `decision`: plain values by field.
    `hash`: that of the stored text. It stays true when the program learns to look at more.
    """

    facts: str
    decision: dict[str, Plain]
    hash: str


def shared_part(facts: Facts) -> str:
    """Return canonical JSON of the half that all callees of the campaign share at that time."""
    return canonical({name: getattr(facts, name) for name in sorted(SHARED)})


def subject_part(facts: Facts, decision: Decision) -> str:
    """Return canonical JSON of the callee's half, with the answer.

    The sentences of the answer may tell what the callee consented to.
    """
    return canonical({"decision": decision, "facts": {name: getattr(facts, name) for name in OF_SUBJECT}})


def join_parts(shared: str, subject: str) -> StoredAnswer:
    """Put the two halves together again.

    Raise `InvalidInput` where they are not as they were stored.
    """
    try:
        kept = json.loads(subject)
        facts, decision = json.loads(shared) | kept["facts"], kept["decision"]
        digest = hashlib.sha256(canonical({"facts": facts, "decision": decision}).encode()).hexdigest()
        return StoredAnswer(facts=json.dumps(facts), decision=decision, hash=digest)
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"the stored inputs of a decision are damaged: {error}") from error
