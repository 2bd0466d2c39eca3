"""The proof of a dialplan."""

from typing import Annotated, Self

from dialer.dialplan_checker.proof import ASSUMPTIONS
from dialer.services.pbx.dialplan import DialplanVerdict
from dialer.views.base import SHA256, View, about


class ClaimView(View):
    """A claim, the moments it was tried on, and the place where it fails."""

    name: Annotated[str, about("Name of the claim.", "permit-first")]
    statement: Annotated[str, about("What is claimed.", "no call leaves without a permit")]
    examined: Annotated[int, about("Moments examined.", 120)]
    evidence: Annotated[tuple[str, ...], about("The steps examined, `file:line`.", ["10-permit.conf:12"])]
    objection: Annotated[str, about("Where it fails; empty: it holds.", "")]
    path: Annotated[tuple[str, ...], about("The shortest path to the objection, step by step.", [])]
    holds: Annotated[bool, about("Whether it holds.", True)]


class DialplanView(View):
    """A dialplan with its proof."""

    source: Annotated[str, about("Where it was read: a folder, or a running PBX.", "pbx1")]
    holds: Annotated[bool, about("Whether every claim holds.", True)]
    approved: Annotated[bool, about("Whether Asterisk would execute exactly the program's own files.", True)]
    hash: Annotated[str, about("Hash of the dialplan, SHA-256.", SHA256)]
    steps: Annotated[int, about("Steps examined.", 310)]
    states: Annotated[int, about("States examined.", 52000)]
    claims: Annotated[tuple[ClaimView, ...], about("Every claim.")]
    assumptions: Annotated[
        tuple[str, ...], about("What the proof takes for granted.", ["Asterisk executes what it loaded"])
    ]

    @classmethod
    def of(cls, verdict: DialplanVerdict) -> Self:
        proof = verdict.proof
        return cls(
            source=verdict.source,
            holds=proof.holds,
            approved=verdict.approved,
            hash=proof.hash,
            steps=proof.steps,
            states=proof.states,
            claims=tuple(map(ClaimView.mirror, proof.claims)),
            assumptions=tuple(ASSUMPTIONS),
        )
