"""The verdict on whether the demo's campaign ended as its callees were scripted.

The calls that each callee received are judged first, then the service's records.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dialer.demo.cast import Member
from dialer.domain.calls.attempt import Result
from dialer.domain.decision.record import ReasonCode
from dialer.simulated_callees.received import ReceivedCall

IN_WORDS: dict[Result, str] = {
    Result.MESSAGE_PLAYED: "heard the message",
    Result.MESSAGE_CUT: "hung up in the message",
    Result.OPTED_OUT: "opposed",
    Result.NO_KEY: "pressed no key",
    Result.HANGUP_IN_NOTICE: "hung up in the notice",
    Result.LEGAL_NOTICE: "heard the legal notice",
    Result.MACHINE: "answering machine",
    Result.MACHINE_MESSAGE: "answering machine, told how to object",
    Result.NOT_ANSWERED: "not reached",
    Result.LOST: "lost",
}
WHY: dict[str, str] = {
    ReasonCode.NO_CONSENT: "never agreed",
    ReasonCode.CONSENT_SPONSOR: "agreed to somebody else's calls",
    ReasonCode.CONSENT_PURPOSE: "agreed to another purpose",
    ReasonCode.CONSENT_EXPIRED: "consent expired",
    ReasonCode.SUPPRESSED: "opposed before",
    ReasonCode.OUT_OF_CONSENT_WINDOW: "not at this hour",
}
"""The reasons for which the cast is refused."""


@dataclass(frozen=True, slots=True)
class ContactOutcome:
    """A contact after the campaign: the calls received, and the service's record of it."""

    member: Member
    received: tuple[ReceivedCall, ...]
    result: Result | None
    refusals: frozenset[str]
    suppressed: bool

    @property
    def what(self) -> str:
        if self.result is None:
            return f"not called: {', '.join(WHY.get(code, code) for code in sorted(self.refusals))}"
        return IN_WORDS[self.result]

    @property
    def faults(self) -> list[str]:
        """Every way in which this contact was treated wrongly. Empty when all is well."""
        return [*self._call_faults(), *self._sound_faults(), *self._opposition_faults()]

    def _call_faults(self) -> list[str]:
        member = self.member
        expected = 0 if member.result is None else 1
        faults = []
        if len(self.received) != expected:
            faults.append(f"received {len(self.received)} calls instead of {expected}")
        if self.result != member.result:
            faults.append(f"result {self.result} instead of {member.result}")
        if member.refusal and member.refusal not in self.refusals:
            faults.append(
                f"refused for {', '.join(sorted(self.refusals)) or 'nothing'} instead of {member.refusal}"
            )
        return faults

    def _sound_faults(self) -> list[str]:
        faults = []
        for call in self.received:
            prompts = [heard.prompt for heard in call.heard]
            if call.heard and prompts[0] != "notice":
                faults.append(f"heard {prompts[0]} before the notice")
            if "message" in prompts and not any(key.key == "1" for key in call.keys):
                faults.append("heard the message without pressing 1")
            faults.extend(_after_nine(call))
        return faults

    def _opposition_faults(self) -> list[str]:
        opposed = self.member.result is Result.OPTED_OUT
        return ["opposed, but is not on the suppression list"] if opposed and not self.suppressed else []


def _after_nine(call: ReceivedCall) -> list[str]:
    """Find prompts started after a 9. Only the confirmation may."""
    nines = [key.down_ms for key in call.keys if key.key == "9"]
    late = [
        heard.prompt
        for heard in call.heard
        if nines and heard.started_ms > nines[0] and heard.prompt != "opposed"
    ]
    return [f"heard {late[0]} after the 9"] if late else []


@dataclass(frozen=True, slots=True)
class DemoVerdict:
    outcomes: Sequence[ContactOutcome]
    seconds: float
    strays: Mapping[str, int] = field(default_factory=dict)
    """Calls to numbers that are on no list, by number."""

    @property
    def faults(self) -> list[str]:
        wrong = [
            f"{o.member.external_id} ({o.member.persona}): {fault}"
            for o in self.outcomes
            for fault in o.faults
        ]
        return wrong + [f"{number}: called, and on no list" for number in self.strays]

    def groups(self) -> dict[str, list[str]]:
        """Group contacts by what became of them: a result, or why they were not called."""
        groups: dict[str, list[str]] = {}
        for outcome in self.outcomes:
            groups.setdefault(outcome.what, []).append(outcome.member.external_id)
        return groups

    def report(self) -> dict[str, object]:
        """Content of `report.json`."""
        results = Counter(str(o.result) for o in self.outcomes if o.result)
        refusals = Counter(code for o in self.outcomes if o.result is None for code in o.refusals)
        return {
            "contacts": len(self.outcomes),
            "calls": sum(len(o.received) for o in self.outcomes),
            "seconds": round(self.seconds, 1),
            "results": dict(sorted(results.items())),
            "refusals": dict(sorted(refusals.items())),
            "oppositions": sum(o.suppressed for o in self.outcomes),
            "faults": self.faults,
            "pretended_time": True,
        }
