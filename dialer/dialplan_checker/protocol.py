"""Names that the dialplan shares with the service and with `docker/asterisk`, and its entrances."""

from dialer.dialplan_checker.model import ChannelPosition
from dialer.dialplan_checker.values import unknown

GATE = ChannelPosition("dialer-permit", "call", 1)
"""The entrance of the service's Originate. A callee is called from there only."""
PROBE_GATE = ChannelPosition("dialer-probe", "call", 1)
"""The entrance of its order of a call-back probe.

An INVITE may leave from there, too, but only to a number of ours.
"""
INBOUND = "dialer-inbound"
"""The context of every trunk (`pjsip.conf.j2`): a call to us enters at any of its extensions."""

PERMIT = (
    *("ATTEMPT", "NUMBER", "FINGERPRINT", "SPONSOR", "CAMPAIGN", "EXPIRES", "TRUNK", "RING", "SCRIPT"),
    *("MAX", "CUT", "CALLER"),
)
"""The values of a permit, in the order in which the seal takes them."""
PROBE = ("PROBE", "NUMBER", "CALLER", "EXPIRES", "TRUNK", "RING", "LISTEN")
"""The values of a probe, in the order in which the seal takes them."""


def value_of(name: str) -> str:
    """Return a value of the permit, about which only its sameness throughout is known."""
    return unknown(f"DIALER_{name}")


ATTEMPT, FINGERPRINT, SPONSOR, LONGEST = map(value_of, ("ATTEMPT", "FINGERPRINT", "SPONSOR", "MAX"))
PROMPTS = "/var/lib/dialer/prompts/"
FOLDER = f"{PROMPTS}{value_of('SCRIPT')}"
NOTICE = "notice"
NEUTRAL = frozenset(
    {NOTICE, "invitation", "legal", "no-key", "wrong-key", "closing", "opposed", "not-recorded"}
    | {"callback", "callback-silent", "callback-number"}
)
"""Prompts that persuade of nothing.

Any other is treated as the message, a new one too until it is listed here.
"""
VOICEMAIL = "voicemail"
"""Left on an answering machine, and never said to a person."""
MACHINE = f"DB_EXISTS(dialer-machine/{ATTEMPT})"
"""Did the service find that a machine answered?"""
SILENCE = "dialer-silence/"
"""AstDB family that withholds the message from callers on our line during electoral silence.

It does so with the service up or down.
"""
OPPOSED = f"dialer-opposed/{ATTEMPT}"
SUPPRESSED = f"dialer-suppressed/{SPONSOR}/{FINGERPRINT}"
OPPOSITION = frozenset({OPPOSED, SUPPRESSED})
"""The entries that a 9 must leave in AstDB when the callee presses it."""
OPPOSED_FAMILY, OBJECTED_FAMILY = "dialer-opposed/", "dialer-objected/"
LINE_OPPOSITION = frozenset({OPPOSED_FAMILY, OBJECTED_FAMILY})
"""Families in which a 9 of a caller on our line must leave an entry: it has no attempt."""
CHANNEL_NAME = unknown("CHANNEL(name)", empty=False)
NINE_HERE = f"a 9 on {CHANNEL_NAME} is "
"""The words of the log of keys for `docker/asterisk/key-down.pl`.

The entry that a 9 must leave is named behind them.
"""
NINE_OF_ATTEMPT = f"{NINE_HERE}{ATTEMPT} {FINGERPRINT} {SPONSOR}"
NINE_ON_LINE = f"{NINE_HERE}line-"
CONFIRMATION = "opposed"
"""The prompt that says that an opposition is recorded."""
ASTDB = "/var/lib/asterisk/astdb/astdb.sqlite3"
"""The file of AstDB."""
USED = f"dialer-used/{ATTEMPT}"
ENDED = f"dialer-ended/{ATTEMPT}"
DIALLING_EVENT, ENDED_EVENT, REFUSED_EVENT = "DialerDialing", "DialerEnded", "DialerRefused"
TRACE = "DIALER_TRACE"
