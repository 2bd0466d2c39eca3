"""The decider: from stored data to a decision, its archived inputs and the contact's next state.

Of the inputs, the part that a campaign's callees share is stored once, by its hash. The part about
one person is stored under their key.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.base.types import AttemptId, PhoneNumber
from dialer.domain.calls.attempt import ORIGINATE_LIFE, Attempt, AttemptState
from dialer.domain.calls.retry import after_refusal
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Election
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide, silence_cutoff
from dialer.domain.decision.facts import (
    Facts,
    SystemFacts,
    TrunkFacts,
    decision_hash,
    shared_part,
    subject_part,
)
from dialer.domain.decision.record import Decision, ReasonCode
from dialer.domain.oppositions.suppression import ListStanding, Suppression
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.access import Vault
from dialer.ports.clock import Clock
from dialer.ports.records import (
    ArchivedInputs,
    CampaignSnapshot,
    ClaimDecision,
    ContactFacts,
    InputKind,
    SharedInput,
)


@dataclass(frozen=True, slots=True)
class Context:
    """A context and its sources: the same definition object and equal others make it again."""

    campaign: CampaignDefinition
    silences: Sequence[Election]
    system: SystemFacts | None
    input: SharedInput


class DecisionArchive:
    def __init__(self, vault: Vault, packs: RulePackIndex) -> None:
        self.vault = vault
        self._packs = packs
        self._contexts: dict[str, Context] = {}
        self._archived: dict[str, SharedInput] = {}

    def inputs(self, dossier: ContactFacts, facts: Facts, decision: Decision) -> ArchivedInputs:
        fingerprint = dossier.contact.fingerprint
        new_key = None if dossier.key else self.vault.new_key(fingerprint)
        key = dossier.key or new_key or b""
        return ArchivedInputs(
            context=self._context(facts),
            pack=self._pack(decision),
            sealed=self.vault.seal(fingerprint, key, subject_part(facts, decision)),
            new_key=new_key,
        )

    def _context(self, facts: Facts) -> SharedInput:
        """Return the context, written out only after a change: a campaign file is long.

        It is the same for millions of callees.
        """
        known = self._contexts.get(facts.campaign_id)
        same = known is not None and known.campaign is facts.campaign and known.system == facts.system
        if known is not None and same and known.silences == facts.silences:
            return known.input
        content = shared_part(facts)
        made = SharedInput(hashlib.sha256(content.encode()).hexdigest(), InputKind.CONTEXT, content)
        self._contexts[facts.campaign_id] = Context(facts.campaign, facts.silences, facts.system, made)
        return made

    def _pack(self, decision: Decision) -> SharedInput | None:
        """Return the rule pack, None where none was in force."""
        if not decision.pack_hash:
            return None
        if decision.pack_hash not in self._archived:
            pack = self._packs.by_title[decision.rule_pack]
            self._archived[pack.hash] = SharedInput(pack.hash, InputKind.PACK, pack.model_dump_json())
        return self._archived[decision.pack_hash]


@dataclass(frozen=True, slots=True)
class TrunkPlan:
    """A trunk for the service: its PBXs and its limits (calls a second, calls at once)."""

    facts: TrunkFacts
    pbxs: tuple[str, ...]
    calls_per_second: float
    max_concurrent: int


class LedgerState(Protocol):
    @property
    def writable(self) -> bool:
        """Tell whether decisions made now will be sealed, and their head exported (T130)."""
        ...

    @property
    def why(self) -> str:
        """Return in one line why it is not writable; empty where it is."""
        ...


class Decider:
    """The only way to an attempt.

    It is pure but for the clock. An unknown trunk counts as one that may present no number.
    """

    def __init__(
        self,
        packs: RulePackIndex,
        trunks: Mapping[str, TrunkPlan],
        clock: Clock,
        archive: DecisionArchive,
        ledger: LedgerState,
    ) -> None:
        self.cache = DecisionCache(packs)
        self.trunks = trunks
        self.clock = clock
        self.archive = archive
        self.ledger = ledger

    @property
    def packs(self) -> RulePackIndex:
        return self.cache.packs

    def claimed(self, standing: CampaignSnapshot, dossier: ContactFacts, *, pbx: str) -> ClaimDecision:
        """Judge a due contact for an attempt on `pbx`, now."""
        facts = self.facts(standing, dossier, self.system(standing))
        now = self.clock.now()
        decision = decide(facts, now, self.cache)
        fingerprint = decision_hash(facts, decision, self.cache.campaign_text)
        outcome = (
            self._attempt(standing.campaign, dossier, decision, fingerprint, pbx)
            if decision.permitted
            else after_refusal(decision)
        )
        cut_at = silence_cutoff(facts, now, self.cache) if decision.permitted else None
        return ClaimDecision(
            decision, fingerprint, self.archive.inputs(dossier, facts, decision), outcome, cut_at
        )

    def facts(self, standing: CampaignSnapshot, dossier: ContactFacts, system: SystemFacts | None) -> Facts:
        contact = dossier.contact
        return Facts(
            number=contact.number,
            on_list=True,
            territory=contact.details.territory,
            timezone=contact.details.timezone,
            source_class=dossier.source_class,
            consents=dossier.consents,
            suppressions=dossier.suppressions,
            attempts=dossier.attempts,
            campaign_id=standing.campaign.id,
            campaign=standing.campaign.definition,
            silences=standing.silences,
            trunk=self.trunk_facts(standing.campaign.definition.trunk),
            system=system,
            lists=dossier.lists,
        )

    def facts_of_unlisted(
        self,
        standing: CampaignSnapshot,
        number: PhoneNumber,
        suppressions: tuple[Suppression, ...],
        lists: tuple[ListStanding, ...],
        system: SystemFacts | None,
    ) -> Facts:
        """Return the facts about a number off the campaign's list, which has no consent there."""
        return Facts(
            number=number,
            on_list=False,
            territory=None,
            timezone=None,
            source_class=None,
            consents=(),
            suppressions=suppressions,
            attempts=(),
            campaign_id=standing.campaign.id,
            campaign=standing.campaign.definition,
            silences=standing.silences,
            trunk=self.trunk_facts(standing.campaign.definition.trunk),
            system=system,
            lists=lists,
        )

    def region(self, profile: str) -> str:
        """Return the country whose national numbering is read for a campaign of `profile`."""
        return next((pack.region for pack in self.packs.by_title.values() if pack.name == profile), "FR")

    @property
    def all_loopback(self) -> bool:
        """Tell whether there are trunks and every one leads to this machine."""
        return bool(self.trunks) and all(plan.facts.loopback for plan in self.trunks.values())

    def trunk_facts(self, name: str) -> TrunkFacts:
        plan = self.trunks.get(name)
        return plan.facts if plan else TrunkFacts(name, loopback=False, caller_ids=())

    def troubles(self) -> frozenset[ReasonCode]:
        """Return the reasons for which this machine may make no call for any campaign."""
        troubles = {ReasonCode.CLOCK: bool(self.clock.doubt()), ReasonCode.LEDGER: not self.ledger.writable}
        return frozenset(code for code, troubled in troubles.items() if troubled)

    def system(self, standing: CampaignSnapshot) -> SystemFacts:
        troubles = self.troubles()
        return SystemFacts(
            campaign_state=standing.campaign.state,
            halted=standing.halted,
            clock_trusted=ReasonCode.CLOCK not in troubles,
            ledger_writable=ReasonCode.LEDGER not in troubles,
        )

    def _attempt(
        self, campaign: Campaign, dossier: ContactFacts, decision: Decision, fingerprint: str, pbx: str
    ) -> Attempt:
        contact, until = dossier.contact, decision.permit_until
        assert until is not None, "a permit has an end"
        assert decision.caller_id is not None, "a permit names the number to present"
        return Attempt(
            id=AttemptId(uuid.uuid4().hex),
            campaign_id=campaign.id,
            contact_id=contact.id,
            number=contact.number,
            fingerprint=contact.fingerprint,
            sponsor=campaign.definition.sponsor.id,
            state=AttemptState.PERMITTED,
            decided_at=decision.at,
            permit_until=until,
            expires_at=min(until, decision.at + ORIGINATE_LIFE),
            decision_hash=fingerprint,
            rule_pack=decision.rule_pack,
            trunk=campaign.definition.trunk,
            pbx=pbx,
            caller_id=PhoneNumber(decision.caller_id),
            script=campaign.script or "",
            open_until=decision.open_until,
        )
