"""The events of a path so far, as far as a claim asks for them.

Among them are the facts that let a path speak to the answering party (T111): that the call was not
forwarded, or only to where it may be.
"""

import re
from collections.abc import Collection, Iterable
from enum import Enum
from typing import NamedTuple

from dialer.dialplan_checker import protocol
from dialer.dialplan_checker.values import CLOSE, OPEN, Fact, never_empty, unknown

SIGNS = ("REDIRECTING(", "PJSIP_RESPONSE_HEADER(")
"""Functions through which Asterisk shows the network's word on a forwarding."""

_NUMBER = protocol.value_of("NUMBER")
_LINES = " ".join(unknown(f"PJSIP_RESPONSE_HEADER(read,History-Info,{line})") for line in (1, 2, 3, 4))
_FRANCE = "[+](33|262|590|594|596)"
_ENTRY, _AFTER_NUMBER = "<(sips?|tel):", "([^0-9<>][^<>]*)?>[^<>]*$"


def _there(header: str, *, true: bool) -> Fact:
    length = unknown(f"LEN({unknown(f'PJSIP_RESPONSE_HEADER(read,{header})')})", empty=False)
    return Fact(f"0 < {length}", true)


def _matching(pattern: str, text: str, *, true: bool) -> Fact:
    return Fact(f'REGEX("{pattern}" {text})', true)


_LAST_IS_THE_NUMBER = f"{_ENTRY}[+]{unknown(f'{_NUMBER}:1:None')}{_AFTER_NUMBER}"
_LAST_IS_IN_FRANCE = f"^{_FRANCE}[0-9]{{9}}>.*{_ENTRY}{_FRANCE}[1-79][0-9]{{8}}{_AFTER_NUMBER}"
_ALL_LINES = _there("History-Info,5", true=False)
_UNMARKED = (
    Fact(f"0 < 0{unknown('REDIRECTING(count)')}", true=False),
    _there("Diversion", true=False),
    _matching("[Cc][Aa][Uu][Ss][Ee]|[Mm][Pp]=", _LINES, true=False),
)
_KEPT = (
    _matching(_LAST_IS_THE_NUMBER, _LINES, true=True),
    _matching(f"{_ENTRY}[+]?[0-9]+{_AFTER_NUMBER}", _LINES, true=False),
)
_MOVED_IN_FRANCE = (
    _matching(_LAST_IS_THE_NUMBER, _LINES, true=False),
    _matching(_LAST_IS_IN_FRANCE, f"{_NUMBER}>{_LINES}", true=True),
)


def of_forwarding(fact: Fact) -> bool:
    return any(sign in fact.text for sign in SIGNS)


def may_be_spoken_to(found: Collection[Fact]) -> bool:
    """Return whether `found` leaves no doubt.

    Nothing marks a forwarding, or it is named and stays in France.
    """
    kept = set(_UNMARKED) <= set(found) and any(fact in found for fact in _KEPT)
    return _ALL_LINES in found and (kept or set(_MOVED_IN_FRANCE) <= set(found))


_TIMED = re.compile(rf"{OPEN}[^{CLOSE}]*!{CLOSE}\|{re.escape(f'{protocol.FINGERPRINT}|{protocol.SPONSOR}')}")
_DONE = re.compile(r" done [a-z-]+$")
_OPPOSITION_ENTRY = f"DB_EXISTS({protocol.OPPOSED_FAMILY}"
_WRITTEN_TO = Fact(f"{unknown('EPOCH', empty=False)} < 0{unknown(f'STAT(M,{protocol.ASTDB})')}")
_COMPANIONS = (f"DB_EXISTS({protocol.SUPPRESSED})", f"DB_EXISTS({protocol.OBJECTED_FAMILY}")
MANY = 2
"""Once too often: more is not counted."""


class OutboxTrace(Enum):
    """The fate of the entry that a 9 left in AstDB, as found since it was written."""

    UNKNOWN = "it is not known whether its entry is on the disk"
    ON_DISK = "the entry is still there, and its file was written to since"
    GONE = "the entry is not there, nor known to be with the service"
    TAKEN = "the service has taken the entry, and left its companion"


class ChannelHistory(NamedTuple):
    """The history of one channel; only `checked` and `passed` come from the half that dials.

    `nine_told`: the log of keys has the meaning of a 9. `since_nine`: steps since a 9 that is in no
    variable yet. `owed`: the entries that a 9 must leave in AstDB. `whole`: the prompt that has
    just ended whole, until noted. `noted`: the trace says that the notice did. `limited`: the
    channel will be cut at its longest time. `looks`: the facts found about a forwarding, until they
    suffice for `direct`: the answering party may be spoken to. `machine`: the answer of a look at
    whether a machine answered, since the last sound. `checked`: the files that were there before
    the INVITE. `passed`: the gate let it through. `cut`: the channel was ended from outside.
    """

    notice: bool = False
    one: bool = False
    nine: bool = False
    nine_told: bool = False
    since_nine: int = MANY
    owed: frozenset[str] = protocol.OPPOSITION
    written: frozenset[str] = frozenset()
    outbox: OutboxTrace = OutboxTrace.UNKNOWN
    whole: str = ""
    noted: bool = False
    limited: bool = False
    looks: tuple[Fact, ...] = ()
    direct: bool = False
    machine: bool | None = None
    checked: frozenset[str] = frozenset()
    passed: bool = False
    cut: bool = False
    answered: bool = False
    reports: int = 0
    stored: int = 0
    refusals: int = 0

    @property
    def opposition_written(self) -> bool:
        return self.owed <= self.written

    @property
    def opposition_owed(self) -> bool:
        return self.nine and not self.opposition_written

    @property
    def _later(self) -> bool | None:
        """True for a known machine, which stays one; else None.

        A party found to be no machine may have turned out to be one since.
        """
        return self.machine or None

    def ending(self) -> "ChannelHistory":
        """Forget everything heard: once the channel has ended, nothing can be heard any more."""
        return self._replace(
            notice=False, one=False, whole="", noted=False, looks=(), machine=None, checked=frozenset()
        )

    def pressed(self, key: str, *, kept: bool) -> "ChannelHistory":
        """Note a key. `kept`: Asterisk has put the key into a variable already."""
        if key == "9":
            return self._replace(nine=True, since_nine=MANY if kept else 0, machine=self._later)
        return self._replace(one=self.one or key == "1", machine=self._later)

    def stepped(self) -> "ChannelHistory":
        return self if self.since_nine == MANY else self._replace(since_nine=self.since_nine + 1)

    def played(self, prompt: str, *, whole: bool) -> "ChannelHistory":
        return self._replace(
            whole=prompt if whole else "",
            machine=self._later,
            notice=self.notice or (whole and prompt == protocol.NOTICE),
        )

    def wrote(self, key: str, value: str) -> "ChannelHistory":
        if key == protocol.ENDED:
            return self._replace(stored=min(self.stored + 1, MANY))
        sound = _TIMED.fullmatch(value) if key == protocol.OPPOSED else never_empty(value)
        kept = {
            family for family in protocol.LINE_OPPOSITION if key.startswith(family) and never_empty(value)
        }
        kept |= {key} if key in protocol.OPPOSITION and sound else set()
        return self._replace(written=self.written | kept, outbox=OutboxTrace.UNKNOWN) if kept else self

    def logged(self, text: str) -> "ChannelHistory":
        told = text == protocol.NINE_OF_ATTEMPT or (
            text.startswith(protocol.NINE_ON_LINE) and self.owed == protocol.LINE_OPPOSITION
        )
        return self._replace(nine_told=told) if told != self.nine_told else self

    def limiting(self, seconds: str) -> "ChannelHistory":
        """Note a time limit.

        Asterisk takes nothing, and zero, for no limit; the shape of the permit's own limit was
        checked.
        """
        limited = seconds == protocol.LONGEST or (never_empty(seconds) and seconds != "0")
        return self._replace(limited=limited)

    def looked_for(self, facts: Iterable[Fact]) -> "ChannelHistory":
        """Note a look at the fate of the opposition.

        File and entry must be looked at in one step: an entry seen earlier may have been taken back
        since.
        """
        outbox, found = self.outbox, tuple(facts)
        for text, true in found:
            if text.startswith(_OPPOSITION_ENTRY):
                there = OutboxTrace.ON_DISK if _WRITTEN_TO in found else OutboxTrace.UNKNOWN
                outbox = there if true else OutboxTrace.GONE
            elif text.startswith(_COMPANIONS) and true and outbox is OutboxTrace.GONE:
                outbox = OutboxTrace.TAKEN
        return self if outbox is self.outbox else self._replace(outbox=outbox)

    def looked(self, facts: Iterable[Fact]) -> "ChannelHistory":
        """Note a look at a forwarding, and at the service's word on the answering party."""
        machine = [fact.true for fact in facts if fact.text == protocol.MACHINE]
        history = self._replace(machine=machine[-1]) if machine else self
        looks = [fact for fact in facts if of_forwarding(fact) and fact not in self.looks]
        if self.direct or not looks:
            return history
        known = (*self.looks, *looks)
        direct = may_be_spoken_to(known)
        return history._replace(looks=() if direct else known, direct=direct)

    def noting(self, trace: str) -> "ChannelHistory":
        if not _DONE.search(trace):
            return self
        return self._replace(whole="", noted=self.noted or trace.endswith(f" done {protocol.NOTICE}"))

    def told(self, event: str) -> "ChannelHistory":
        if event == protocol.DIALLING_EVENT:
            return self._replace(passed=True)
        if event == protocol.ENDED_EVENT:
            return self._replace(reports=min(self.reports + 1, MANY))
        if event == protocol.REFUSED_EVENT:
            return self._replace(refusals=min(self.refusals + 1, MANY))
        return self


NO_HISTORY = ChannelHistory()
