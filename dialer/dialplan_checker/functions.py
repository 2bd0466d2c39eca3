"""The dialplan functions that are understood.

None of them starts a program, opens a file or leaves Asterisk.
"""

import re
from collections.abc import Callable

from dialer.dialplan_checker.expression import true
from dialer.dialplan_checker.protocol import CHANNEL_NAME
from dialer.dialplan_checker.state import State
from dialer.dialplan_checker.values import NotUnderstood, TextOutcome, either, known, sure, unknown

_OPAQUE = frozenset(
    {"CALLERID", "CUT", "DB", "FILTER", "GLOBAL", "HANGUPCAUSE", "HANGUPCAUSE_KEYS", "STAT"}
    | {"PJSIP_RESPONSE_HEADER", "REDIRECTING"}
)
"""Only the source of their values is known."""
_NEVER_EMPTY = frozenset({"AES_ENCRYPT", "GROUP_COUNT", "LEN", "SHA1", "STRFTIME"})
_BUILT_IN = frozenset({"EPOCH", "HANGUPCAUSE", "UNIQUEID"})
"""Variables that Asterisk sets itself, never empty."""


def variable(name: str, state: State) -> str:
    if name == "EXTEN":
        return state.exten
    return unknown(name, empty=False) if name in _BUILT_IN else state.value(name)


def call(name: str, arguments: str, state: State) -> list[TextOutcome]:
    """Return the possible values of a function. Raise `NotUnderstood` for an unknown one."""
    if name in _OPAQUE:
        return sure(unknown(f"{name}({arguments})"))
    if name in _NEVER_EMPTY:
        return sure(unknown(f"{name}({arguments})", empty=False))
    if name not in _CASES:
        raise NotUnderstood(f"function {name}")
    return _CASES[name](arguments, state)


def _regex(arguments: str, _state: State) -> list[TextOutcome]:
    parts = re.fullmatch(r'"([^"]*)"\s+(.*)|"([^"]*)"\s*', arguments, re.DOTALL)
    if parts is None or not known(parts[1] or parts[3] or ""):
        return either(f"REGEX({arguments})")
    pattern, text = parts[1] or parts[3] or "", parts[2] or ""
    if not known(text):
        return either(f"REGEX({arguments})")
    try:
        return sure(str(int(re.search(pattern, text) is not None)))
    except re.error:
        raise NotUnderstood(f"regular expression {pattern}") from None


def _if(arguments: str, _state: State) -> list[TextOutcome]:
    condition, _, branches = arguments.partition("?")
    yes, _, no = branches.partition(":")
    return [TextOutcome(yes if answer else no) for answer in true(condition)]


def _channel(arguments: str, state: State) -> list[TextOutcome]:
    if arguments == "state":
        return sure("Up" if state.up else "Ring")
    if arguments == "name":
        return sure(CHANNEL_NAME)
    raise NotUnderstood(f"CHANNEL({arguments})")


_CASES: dict[str, Callable[[str, State], list[TextOutcome]]] = {
    "CHANNEL": _channel,
    "CHANNEL_EXISTS": lambda arguments, _state: either(f"CHANNEL_EXISTS({arguments})"),
    "DB_EXISTS": lambda arguments, _state: either(f"DB_EXISTS({arguments})"),
    "IF": _if,
    "REGEX": _regex,
}
