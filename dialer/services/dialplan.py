"""Prove a dialplan, and say whether it is the approved one: that of this program."""

from dataclasses import dataclass

from dialer.domain.dialplan.proof import Proof, prove
from dialer.ports.dialplan import DialplanSource


@dataclass(frozen=True, slots=True)
class Verdict:
    """`approved`: Asterisk would execute exactly what this program's own files say."""

    source: str
    approved: bool
    proof: Proof


async def verify(source: DialplanSource, approved: DialplanSource) -> Verdict:
    """Read and prove `source`. Raises as `DialplanSource.read`."""
    dialplan = await source.read()
    ours = await approved.read()
    return Verdict(source.name, dialplan.hash == ours.hash, prove(dialplan))
