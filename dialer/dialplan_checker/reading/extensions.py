"""The choice of an extension for a dialled number: exact before pattern, narrow before wide."""

import re
from collections.abc import Sequence

KEYS = "0123456789*#ABCD"
"""Every key that a telephone can send (RFC 4733, events 0 to 15)."""

_CLASSES = {"X": "0-9", "Z": "1-9", "N": "2-9"}
_RANGE = re.compile(r"(.)-(.)")


class UnknownPattern(ValueError):
    """A pattern that is not written as Asterisk's `_X`, `_[...]`, `_.` or `_!`."""


def match(extens: Sequence[str], dialled: str) -> str | None:
    """Return the extension among `extens` that takes the whole of `dialled`, or None.

    Raise `UnknownPattern`.
    """
    if dialled in extens:
        return dialled
    fitting = [exten for exten in extens if exten.startswith("_") and takes(exten, dialled)]
    return min(fitting, key=breadth) if fitting else None


def takes(pattern: str, dialled: str) -> bool:
    parts = _parts(pattern)
    open_ended = parts[-1:] in ([None], [""])
    fixed = [part for part in parts if part]
    if len(dialled) < len(fixed) + (parts[-1:] == [None]) or (len(dialled) > len(fixed) and not open_ended):
        return False
    return all(key in part for key, part in zip(dialled, fixed, strict=False))


def goes_on(exten: str, dialled: str) -> bool:
    """Return whether `exten` could take more keys after `dialled`: Asterisk would wait for them."""
    if not exten.startswith("_"):
        return len(exten) > len(dialled) and exten.startswith(dialled) and set(exten) <= set(KEYS)
    parts = _parts(exten)
    fixed = [part for part in parts if part]
    fits = all(key in part for key, part in zip(dialled, fixed, strict=False))
    return fits and (len(fixed) > len(dialled) or len(parts) > len(fixed))


def breadth(pattern: str) -> tuple[int, ...]:
    return tuple(len(part) if part else 256 for part in _parts(pattern))


def _parts(pattern: str) -> list[str | None]:
    """Return an entry for each key: the keys it may be.

    At the end None for `.` (one or more), empty for `!` (any number).
    """
    parts: list[str | None] = []
    rest = pattern.removeprefix("_")
    while rest:
        if rest[0] == "[":
            inside, closing, rest = rest[1:].partition("]")
            if not closing or not inside:
                raise UnknownPattern(pattern)
            parts.append(_members(inside))
            continue
        head, rest = rest[0], rest[1:]
        if head in ".!" and rest:
            raise UnknownPattern(pattern)
        parts.append({".": None, "!": ""}.get(head, _members(_CLASSES.get(head, head))))
    return parts


def _members(inside: str) -> str:
    return _RANGE.sub(lambda ends: "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), inside)
