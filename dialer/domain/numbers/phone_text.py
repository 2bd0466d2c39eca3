"""Numbers as people and spreadsheets write them, reduced to digits.

See docs/rules/readings.md#numbers.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.base.errors import DialerError

MAX_TEXT = 64
SEPARATORS = frozenset(
    ".-/()[]\t\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\uff0e\uff0f\uff08\uff09"
)
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+"}
TRUNK_ZERO = re.compile(r"[(\[]\s*0\s*[)\]]")
TEL_SCHEME = re.compile(r"^\s*tel:", re.IGNORECASE)


class PhoneErrorCode(StrEnum):
    INVALID_NUMBER = "INVALID_NUMBER"
    FORBIDDEN_NUMBER = "FORBIDDEN_NUMBER"
    JURISDICTION = "JURISDICTION"


class PhoneError(DialerError):
    """A number that cannot be dialled. `reason` is the code that imports and decisions give."""

    code = "PHONE"

    def __init__(self, reason: PhoneErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits of a number as written.

    `digits` are ASCII. `plus`: written with a plus. `trunk_zero`: a zero stood alone in brackets
    and was left out.
    """

    digits: str
    plus: bool
    trunk_zero: bool


def quoted(raw: str) -> str:
    """Return the offending value as one short printable line."""
    return ascii(raw if len(raw) <= MAX_TEXT else raw[:MAX_TEXT] + "...")


def visible(raw: str) -> str:
    """Read full-width digits, drop invisible marks (Unicode Cf: bidi marks, zero-width space)."""
    if raw.isascii():
        return raw
    return "".join(char for char in raw.translate(FULL_WIDTH) if unicodedata.category(char) != "Cf")


def is_separator(char: str) -> bool:
    return char in SEPARATORS or unicodedata.category(char) == "Zs"


def read_digits(raw: str) -> Digits:
    """Read a text as digits, without guessing.

    Raise `PhoneError` for any character that is neither digit, leading plus nor separator.
    """
    if len(raw) > MAX_TEXT:
        raise PhoneError(PhoneErrorCode.INVALID_NUMBER, f"{quoted(raw)} is too long for a number")
    text = TEL_SCHEME.sub("", visible(raw))
    head, bracketed, tail = text, False, ""
    if found := TRUNK_ZERO.search(text):
        head, bracketed, tail = text[: found.start()], True, text[found.end() :]
    bracketed = bracketed and any(char.isdigit() for char in head)
    kept = [char for char in (head + tail if bracketed else text) if not is_separator(char)]
    plus = bool(kept) and kept[0] == "+"
    digits = "".join(kept[1:] if plus else kept)
    if not re.fullmatch("[0-9]+", digits):
        raise PhoneError(PhoneErrorCode.INVALID_NUMBER, f"{quoted(raw)} is not a telephone number")
    return Digits(digits, plus, bracketed)
