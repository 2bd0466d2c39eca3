"""The facts a path must have found before it speaks to the answering party (T111).

That the call was not forwarded, or only to where it may be.
"""

from collections.abc import Collection

from dialer.dialplan_checker.outcomes import Fact
from dialer.dialplan_checker.protocol import value_of
from dialer.dialplan_checker.values import unknown

SIGNS = ("REDIRECTING(", "PJSIP_RESPONSE_HEADER(")
"""Functions through which Asterisk shows the network's word on a forwarding."""

_NUMBER = value_of("NUMBER")
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
