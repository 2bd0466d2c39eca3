"""The proof: every claim, its evidence, and where it fails the path that shows it.

`ASSUMPTIONS` are the ones that the proof does not show itself: an auditor should know them.
"""

from dataclasses import dataclass, field

from dialer.dialplan_checker.claims import CLAIMS, gate
from dialer.dialplan_checker.effects import ChannelMove, DialplanClaim, Effect
from dialer.dialplan_checker.model import Dialplan
from dialer.dialplan_checker.state import State
from dialer.dialplan_checker.walk import Walk

ASSUMPTIONS = (
    "Asterisk runs every application and function as documented, and after each step looks whether the channel was hung up.",
    "No two living channels have one unique id: Asterisk refuses the second.",
    "Calls enter as docker/asterisk says: the service's at dialer-permit and dialer-probe, the trunks' at dialer-inbound; autofallthrough is on.",
    "Only the service logs in to AMI; what it originates carries the values of a permit, or of a probe, and no other variables of ours.",
    "A 9 that is followed within two steps by the hang-up, while no prompt plays, is kept by docker/asterisk/key-down.pl, as is one that never comes up.",
    "Of a forwarding Asterisk shows a 181 and the headers of the answer; one that is told in a 180 or 183 alone, or not at all, is not seen.",
    "The prompts say what their names promise; that is the script compiler's part.",
)


UNTRIED = "not tried, since not all of the dialplan is understood"
MOST_SHOWN = 5
"""Faults of one claim that are named in full."""
NOTHING = "nothing in this dialplan is of the kind that this claim is about, so nothing is shown"


@dataclass(frozen=True, slots=True)
class ClaimProof:
    """The proof of one claim.

    `examined` moments at the steps of `evidence` (`file:line`). `objection` is empty where the
    claim holds, and `path` leads to it.
    """

    name: str
    statement: str
    examined: int
    evidence: tuple[str, ...]
    objection: str = ""
    path: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.objection


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of a dialplan, with its hash, and how many states and steps were examined."""

    hash: str
    steps: int
    states: int
    claims: tuple[ClaimProof, ...]

    @property
    def holds(self) -> bool:
        return all(claim.holds for claim in self.claims)


@dataclass(slots=True)
class Trial:
    """A claim, as it is tried along the walk. The first objection has the shortest path."""

    claim: DialplanClaim
    examined: int = 0
    evidence: dict[str, None] = field(default_factory=dict)
    objected: tuple[str, State, str] | None = None

    def witness(self, dialplan: Dialplan, state: State, move: ChannelMove, effect: Effect) -> None:
        objection = self.claim.objection(state, effect)
        if objection is None:
            return
        self.examined += 1
        self.evidence[_where(dialplan, state)] = None
        if objection and self.objected is None:
            self.objected = (objection, state, move.how)

    def proof(self, walk: Walk) -> ClaimProof:
        objection, state, how = self.objected or ("" if self.examined else NOTHING, None, "")
        path = walk.path(state, how) if state else ()
        return ClaimProof(
            self.claim.name,
            self.claim.statement,
            self.examined,
            tuple(sorted(self.evidence)),
            objection,
            path,
        )


def prove(dialplan: Dialplan, only: str = "") -> Proof:
    """Follow every path and try every claim.

    Never raises: a part that is not understood is an objection. `only`: beside the claim that
    everything is understood, the claim of this name alone is tried, up to the first objection to
    it.
    """
    trials = [Trial(claim) for claim in CLAIMS if only in ("", claim.name)]
    walk = Walk(dialplan)
    if dialplan.faults:
        # A part that could not be read may stand anywhere: a proof of the rest would be one of
        # another dialplan.
        claims = (trial.claim for trial in trials)
        untried = (ClaimProof(claim.name, claim.statement, 0, (), UNTRIED) for claim in claims)
        return Proof(dialplan.hash, 0, 0, (_closed(dialplan, walk), *untried))

    def witness(state: State, move: ChannelMove, effect: Effect) -> None:
        for trial in trials:
            trial.witness(dialplan, state, move, effect)

    def enough() -> bool:
        met = bool(walk.stuck) if only == gate.NAME else any(trial.objected for trial in trials)
        return bool(only) and met

    walk.go(witness, enough)
    tried = (_closed(dialplan, walk), *(trial.proof(walk) for trial in trials))
    return Proof(dialplan.hash, len(walk.reached), len(walk.came_from), tried)


def _closed(dialplan: Dialplan, walk: Walk) -> ClaimProof:
    found = gate.faults(dialplan, walk)
    shown = [*dict.fromkeys(str(fault) for fault, _ in found)]
    more = [f"and {len(shown) - MOST_SHOWN} more"] if len(shown) > MOST_SHOWN else []
    objection = "; ".join([*shown[:MOST_SHOWN], *more]) or ("" if dialplan.steps else NOTHING)
    sources = dict.fromkeys(step.source.partition(":")[0] for step in dialplan.steps.values())
    path = found[0][1] if found else ()
    return ClaimProof(gate.NAME, gate.STATEMENT, len(walk.reached), tuple(sources), objection, path)


def _where(dialplan: Dialplan, state: State) -> str:
    """Return the step of the script: where a subroutine does the work, the one that calls it."""
    callers = (frame.caller for frame in state.stack if frame.caller)
    step = dialplan.steps.get(next(callers, state.place))
    return step.source if step else str(state.place)
