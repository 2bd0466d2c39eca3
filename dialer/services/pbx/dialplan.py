"""Prove a dialplan, and say whether it is the approved one: that of this program."""

from dataclasses import dataclass

from dialer.dialplan_checker.model import Dialplan
from dialer.dialplan_checker.proof import Proof, prove
from dialer.ports.pbx import DialplanSource


@dataclass(frozen=True, slots=True)
class DialplanVerdict:
    """A proof. `approved`: Asterisk would execute exactly this program's own files."""

    source: str
    approved: bool
    proof: Proof


class ProofMemory:
    """A memory of the last proof.

    Following every path takes seconds, and the same dialplan, line for line, proves the same.
    """

    def __init__(self) -> None:
        self._known: tuple[Dialplan, Proof] | None = None

    def of(self, dialplan: Dialplan) -> Proof:
        if self._known is None or self._known[0] != dialplan:
            self._known = (dialplan, prove(dialplan))
        return self._known[1]


PROOFS = ProofMemory()


async def verify(source: DialplanSource, approved: DialplanSource) -> DialplanVerdict:
    """Read and prove `source`. Raise as `DialplanSource.read`."""
    dialplan = await source.read()
    ours = await approved.read()
    return DialplanVerdict(source.name, dialplan.hash == ours.hash, PROOFS.of(dialplan))
