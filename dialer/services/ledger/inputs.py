"""Inputs of decisions, checked against the hashes in the ledger.

They are contexts, rule packs, and the sealed part of each person.
"""

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from dialer.domain.base.errors import InvalidInput
from dialer.domain.decision.facts import join_parts
from dialer.domain.ledger.reconciliation import Discrepancy
from dialer.domain.rulepacks.rulepack import RulePack
from dialer.ports.access.vault import Vault
from dialer.ports.ledger.recorded import RecordedRepository, SealedInputs, StoredRow
from dialer.ports.records import InputKind


class InputCheck:
    def __init__(self, snapshot: RecordedRepository, vault: Vault) -> None:
        self._snapshot = snapshot
        self._vault = vault
        self._contexts: dict[str, str] = {}
        self._packs: set[str] = set()

    async def fetch(self, inputs: Sequence[SealedInputs]) -> None:
        """The contexts of these, as many as are not known yet."""
        self._packs |= {one.pack_hash for one in inputs if one.pack_hash}
        wanted = {one.context_hash for one in inputs if one.context_hash}
        if missing := wanted - self._contexts.keys():
            found = await self._snapshot.inputs(InputKind.CONTEXT, sorted(missing))
            for named in missing:
                content = found.get(named, "")
                whole_one = hashlib.sha256(content.encode()).hexdigest() == named
                self._contexts[named] = content if whole_one else ""

    def right(self, stored: StoredRow) -> bool:
        """Tell whether context and sealed half together have the hash of the decision."""
        inputs, person = stored.inputs, stored.fingerprint
        if inputs is None or inputs.key is None or inputs.sealed is None or person is None:
            return False
        try:
            subject = self._vault.open(person, inputs.key, inputs.sealed)
            return join_parts(self._contexts.get(inputs.context_hash or "", ""), subject).hash == inputs.hash
        except InvalidInput:
            return False

    async def damaged_packs(self) -> list[Discrepancy]:
        """Return the damaged ones of the rule packs that any decision names."""
        found = await self._snapshot.inputs(InputKind.PACK, sorted(self._packs))
        return [
            Discrepancy(None, f"decision_inputs {named}: the rule pack is gone, or was changed")
            for named in sorted(self._packs)
            if _pack_hash(found.get(named, "")) != named
        ]


def _pack_hash(content: str) -> str:
    try:
        return RulePack.model_validate_json(content).hash
    except ValidationError:
        return ""
