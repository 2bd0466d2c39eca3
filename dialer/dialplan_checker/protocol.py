"""What the dialplan shares with the service and with `docker/asterisk`: where calls enter, and the names that mean something."""

from dialer.dialplan_checker.model import ChannelPosition
from dialer.dialplan_checker.values import unknown

GATE = ChannelPosition("dialer-permit", "call", 1)
"""Where the service's Originate enters. A callee is called from there only."""
PROBE_GATE = ChannelPosition("dialer-probe", "call", 1)
"""Where its order of a call-back probe enters. An INVITE may leave from there, too, but only to a number of ours."""
INBOUND = "dialer-inbound"
"""The context of every trunk (`pjsip.conf.j2`): who calls us enters at any of its extensions."""

PERMIT = (
    *("ATTEMPT", "NUMBER", "FINGERPRINT", "SPONSOR", "CAMPAIGN", "EXPIRES", "TRUNK", "RING", "SCRIPT"),
    *("MAX", "CUT", "CALLER"),
)
"""The values of a permit, in the order in which the seal takes them."""
PROBE = ("PROBE", "NUMBER", "CALLER", "EXPIRES", "TRUNK", "RING", "LISTEN")
"""The same of a probe."""


def value_of(name: str) -> str:
    """What the permit says, of which nothing is known but that it is the same throughout."""
    return unknown(f"DIALER_{name}")


ATTEMPT, FINGERPRINT, SPONSOR, LONGEST = map(value_of, ("ATTEMPT", "FINGERPRINT", "SPONSOR", "MAX"))
PROMPTS = "/var/lib/dialer/prompts/"
FOLDER = f"{PROMPTS}{value_of('SCRIPT')}"
NOTICE = "notice"
NEUTRAL = frozenset(
    {NOTICE, "invitation", "legal", "no-key", "wrong-key", "closing", "opposed", "not-recorded"}
    | {"callback", "callback-silent", "callback-number"}
)
"""Prompts that persuade of nothing. Any other is treated as the message, a new one too until it is listed here."""
VOICEMAIL = "voicemail"
"""What is left on an answering machine, and said to nobody else."""
MACHINE = f"DB_EXISTS(dialer-machine/{ATTEMPT})"
"""Did the service find that a machine answered?"""
SILENCE = "dialer-silence/"
"""AstDB family that says when the message is withheld from who calls us: electoral silence, with the service up or down."""
OPPOSED = f"dialer-opposed/{ATTEMPT}"
SUPPRESSED = f"dialer-suppressed/{SPONSOR}/{FINGERPRINT}"
OPPOSITION = frozenset({OPPOSED, SUPPRESSED})
"""What a 9 must leave in AstDB when the callee presses it."""
OPPOSED_FAMILY, OBJECTED_FAMILY = "dialer-opposed/", "dialer-objected/"
LINE_OPPOSITION = frozenset({OPPOSED_FAMILY, OBJECTED_FAMILY})
"""Where it must leave something when who calls us presses it: there is no attempt to name."""
CHANNEL_NAME = unknown("CHANNEL(name)", empty=False)
NINE_HERE = f"a 9 on {CHANNEL_NAME} is "
"""What the log of keys says for `docker/asterisk/key-down.pl`, and before what it says of the entry that a 9 must leave."""
NINE_OF_ATTEMPT = f"{NINE_HERE}{ATTEMPT} {FINGERPRINT} {SPONSOR}"
NINE_ON_LINE = f"{NINE_HERE}line-"
CONFIRMATION = "opposed"
"""The prompt that says that an opposition is recorded."""
ASTDB = "/var/lib/asterisk/astdb/astdb.sqlite3"
"""The file that all of this is in."""
USED = f"dialer-used/{ATTEMPT}"
ENDED = f"dialer-ended/{ATTEMPT}"
DIALLING_EVENT, ENDED_EVENT, REFUSED_EVENT = "DialerDialing", "DialerEnded", "DialerRefused"
TRACE = "DIALER_TRACE"
