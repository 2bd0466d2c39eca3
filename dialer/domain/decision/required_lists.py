"""Lists that others keep and without which a pack lets nobody be called (US-12, US-13, CA-01, CA-08)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dialer.domain.base.intervals import shown
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.oppositions.external_list import ListStanding
from dialer.domain.rulepacks.rulepack import RulePack


def missing_lists(
    pack: RulePack, trunk: TrunkFacts, known: Sequence[ListStanding], at: datetime
) -> Iterator[str]:
    """A sentence for each that is not valid at `at`. A loopback trunk reaches nobody, and needs none."""
    for name in () if trunk.loopback else pack.required_lists:
        named = [entry for entry in known if entry.name == name]
        if not any(entry.in_force(at) for entry in named):
            ends = f"is valid until {shown(named[0].valid_to)} only" if named else "was never imported"
            yield f"the list {name}, which {pack.name} requires, {ends}"
