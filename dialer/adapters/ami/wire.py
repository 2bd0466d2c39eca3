"""Headers of the manager interface (AMI) as plain values, in both directions, and its errors. Pure.

There is an error for each conclusion that the caller may draw: nothing was sent, nothing was done,
or it may have been done.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dialer.domain.base.errors import InvalidInput, Unavailable


class LinkDown(Unavailable):
    """There is no link: surely nothing was sent."""

    code = "LINK_DOWN"


class NoAnswer(Unavailable):
    """The action was sent, and no answer came in time or before the loss of the link.

    Unknown: it may have been done.
    """

    code = "NO_ANSWER"


class ActionRefused(Unavailable):
    """Asterisk answered with an error: surely nothing was done."""

    code = "ACTION_REFUSED"


class LoginRefused(LinkDown):
    """User or secret are wrong. Another try helps only after a person has mended it."""

    code = "LOGIN_REFUSED"


class ContractBroken(LinkDown):
    """An Asterisk not to rely on, by its version, its dialplan, or the rights of its AMI user."""

    code = "CONTRACT_BROKEN"


class UnsafeValue(InvalidInput):
    """A value of the wrong shape, or one that could end its AMI header and begin another."""

    code = "UNSAFE_VALUE"


Header = str | tuple[str, ...]
"""Value of a header. A tuple where Asterisk repeated the header."""
Headers = Mapping[str, Header]
"""Headers that Asterisk sent, by name in lower case."""
Action = Mapping[str, str | Sequence[str]]
"""Headers that we send. A sequence repeats its header."""

TRANSPORT_ENCODING = "latin-1"
"""Latin-1 makes a byte a character: a chunk that ends inside a UTF-8 character loses nothing.

`fields_of` puts the characters together.
"""

LONGEST_LINE = 1000
"""Asterisk reads lines of up to 1024 bytes (`inbuf` in main/manager.c) and drops longer ones."""

_UNSAFE = re.compile(r"[^\x20-\x7e]")
_NAME = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one action.

    `items` are the events of a list, in order, without the one that ends it.
    """

    success: bool
    message: str
    fields: Headers
    items: tuple[Headers, ...] = ()


def check_safe(action: Action) -> None:
    """Check an action before it is sent. Every action passes here.

    Raise `UnsafeValue` for anything but printable ASCII on lines that Asterisk reads whole.
    """
    for name, value in action.items():
        if not _NAME.fullmatch(name):
            raise UnsafeValue(f"{name!r} is no AMI header name")
        for line in [value] if isinstance(value, str) else value:
            if _UNSAFE.search(line) or len(name) + len(line) > LONGEST_LINE:
                # Not the value itself: it may be a number or a secret, and errors are logged.
                raise UnsafeValue(
                    f"AMI header {name} would carry a control or non-ASCII character, or is too long"
                )


def legible(text: str, limit: int = 200) -> str:
    """Make free text fit for a header. Never refuse it: a halt must not fail over its reason."""
    return _UNSAFE.sub("?", text)[:limit].strip() or "-"


def fields_of(headers: Iterable[tuple[str, str | list[str]]]) -> dict[str, Header]:
    """Headers decoded with `TRANSPORT_ENCODING`, in their real characters."""
    return {
        name.lower(): real(value) if isinstance(value, str) else tuple(map(real, value))
        for name, value in headers
    }


def real(value: str) -> str:
    return value if value.isascii() else value.encode(TRANSPORT_ENCODING).decode("utf-8", "replace")
