"""The proof of a dialplan as JSON."""

from dataclasses import asdict
from typing import Any

from dialer.dialplan_checker.assumptions import ASSUMPTIONS
from dialer.services.pbx.dialplan import DialplanVerdict


def dialplan_view(verdict: DialplanVerdict) -> dict[str, Any]:
    """`holds` stands beside every claim."""
    proof = verdict.proof
    claims = [asdict(claim) | {"holds": claim.holds} for claim in proof.claims]
    return {
        "source": verdict.source,
        "holds": proof.holds,
        "approved": verdict.approved,
        "hash": proof.hash,
        "steps": proof.steps,
        "states": proof.states,
        "claims": claims,
        "assumptions": list(ASSUMPTIONS),
    }
