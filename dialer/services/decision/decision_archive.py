"""Storage of the inputs of decisions.

The part that a campaign's callees share is stored once, by its hash. The part about one person is
stored under their key.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Election
from dialer.domain.decision.facts import Facts, SystemFacts, shared_part, subject_part
from dialer.domain.decision.record import Decision
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.access import Vault
from dialer.ports.records import ArchivedInputs, ContactFacts, InputKind, SharedInput


@dataclass(frozen=True, slots=True)
class Context:
    """A context and its sources: the same definition object and equal others make it again."""

    campaign: CampaignDefinition
    silences: Sequence[Election]
    system: SystemFacts | None
    input: SharedInput


class Keeping:
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
