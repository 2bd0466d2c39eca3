"""The canonical form of every way of writing a number (T072 to T088).

A number to dial is read without guessing (docs/rules/readings.md#numbers). Of one that opposes,
every possible reading counts (docs/rules/readings.md#oppositions).
"""

import re

from dialer.domain.base.types import PhoneNumber
from dialer.domain.numbers.number_plan import OVERSEAS, number_facts, overseas_code
from dialer.domain.numbers.phone_text import Digits, PhoneError, PhoneErrorCode, quoted, read_digits, visible

__all__ = ["PhoneError", "every_reading", "parse_phone"]

NANP = frozenset({"US", "CA"})
BETWEEN_NUMBERS = re.compile(r"[,;|/\r\n]|(?<![a-zA-Z])(?![oOlI]+(?![a-zA-Z]))[a-zA-Z]{2,}")
"""Marks and words that part several numbers in one cell.

Letters that only look like digits part nothing.
"""
NATIONAL_LENGTH = {"33": 9, **dict.fromkeys(OVERSEAS, 9), "44": 10}
"""Codes after which a trunk zero may wrongly follow, with the digits of a number without it."""


def parse_phone(raw: str, *, region: str = "FR") -> PhoneNumber:
    """Parse a number to be dialled into its canonical form.

    `region` (FR, GB, US, CA) reads national forms. Raise `PhoneError`, whose `reason` is
    INVALID_NUMBER, FORBIDDEN_NUMBER (services, machines, satellites) or JURISDICTION (a country of
    no profile). The campaign's own profile is not asked: `decide` and the import do that.
    """
    read = read_digits(raw)
    international = international_digits(read, region)
    if international is None:
        international = national_digits(raw, read, region)
    number = PhoneNumber("+" + international)
    if len(international) < 7:
        raise short_number(raw)
    number_facts(number)
    return number


def short_number(raw: str) -> PhoneError:
    return PhoneError(
        PhoneErrorCode.FORBIDDEN_NUMBER,
        f"{quoted(raw)} has fewer than seven digits: an emergency or short number, never dialled",
    )


def wrong_shape(raw: str, why: str) -> PhoneError:
    return PhoneError(PhoneErrorCode.INVALID_NUMBER, f"{quoted(raw)} is not a telephone number: {why}")


def international_digits(read: Digits, region: str) -> str | None:
    """Return country code and number, None for a national form.

    A text has a country code where it shows one.
    """
    digits, exit_code = read.digits, "011" if region in NANP else "00"
    if read.plus:
        return without_trunk_zero(digits)
    if digits.startswith(exit_code):
        return without_trunk_zero(digits.removeprefix(exit_code))
    if region == "FR" and digits.startswith("33") and len(digits) in (11, 12):
        return without_trunk_zero(digits)
    return None


def without_trunk_zero(digits: str) -> str:
    for code, length in NATIONAL_LENGTH.items():
        if digits.startswith(code + "0") and len(digits) == len(code) + 1 + length:
            return code + digits[len(code) + 1 :]
    return digits


def national_digits(raw: str, read: Digits, region: str) -> str:
    digits = read.digits
    if len(digits) < 7:
        raise short_number(raw)
    if read.trunk_zero:
        raise wrong_shape(raw, "a zero in brackets belongs after a country code")
    if region in NANP:
        if len(digits) == 10 or (len(digits) == 11 and digits[0] == "1"):
            return "1" + digits[-10:]
        raise wrong_shape(raw, "ten digits are needed")
    if digits[0] != "0":
        raise wrong_shape(raw, "neither a national form with its zero nor a country code with its plus")
    if region == "GB":
        return "44" + digits[1:]
    if len(digits) != 10:
        raise wrong_shape(raw, f"{len(digits)} digits where ten are needed")
    return french_national(digits[1:])


def french_national(national: str) -> str:
    """Return a French national form with its country code; an overseas one gets its own (T077)."""
    code = overseas_code(national)
    if code == "508":
        return national
    return (code or "33") + national


def every_reading(raw: str) -> tuple[PhoneNumber, ...]:
    """Return every number that an opposing person could mean, the likeliest first.

    Empty only where there is no digit at all. Nothing is refused for its spelling: lost zeros,
    letters for digits, extensions, overseas numbers written with +33, several numbers in one cell
    (docs/rules/readings.md#oppositions).
    """
    try:
        return (parse_phone(raw),)
    except PhoneError:
        found: dict[PhoneNumber, None] = {}
    parts = [lookalikes_read(part) for part in BETWEEN_NUMBERS.split(visible(raw))]
    numbers = [digits for digits in parts if len(digits) >= 6] or ["".join(parts)]
    for digits in numbers:
        found.update(dict.fromkeys(readings_of(digits)))
    return tuple(found)


def lookalikes_read(text: str) -> str:
    """Return the digits of a text, letters that are taken for digits included."""
    return re.sub("[^0-9]", "", re.sub("[oO]", "0", re.sub("[lI]", "1", text)))


def readings_of(digits: str) -> list[PhoneNumber]:
    """Read digits without any other mark in every way that makes a number of a profile.

    As they stand where there is none.
    """
    bare = digits.removeprefix("00")
    trunkless = without_trunk_zero(bare)
    candidates = [bare, trunkless]
    national = trunkless.removeprefix("33").removeprefix("0")
    if len(national) == 9:
        candidates += ["33" + national, french_national(national)]
        candidates += [code + national for code in OVERSEAS]
    if len(bare) == 6:
        candidates += [code + bare for code in ("508", "681", "687")]
    if len(bare) == 8:
        candidates.append("689" + bare)
    if len(bare) == 10:
        candidates += ["1" + bare, "44" + bare]
    if len(bare) == 11 and bare[0] == "0":
        candidates.append("44" + bare[1:])
    readings = [PhoneNumber("+" + candidate) for candidate in candidates if dialled_by_someone(candidate)]
    return readings + as_they_stand(bare, national, readings)


def dialled_by_someone(digits: str) -> bool:
    try:
        number_facts("+" + digits)
    except PhoneError:
        return False
    return True


def as_they_stand(bare: str, national: str, readings: list[PhoneNumber]) -> list[PhoneNumber]:
    """Return the literal number: an opposition to an odd spelling outlasts changes of plans."""
    literal = bare.lstrip("0")
    if 9 < len(literal) <= 15 and PhoneNumber("+" + literal) not in readings:
        return [PhoneNumber("+" + literal)]
    if readings or not literal:
        return []
    return [PhoneNumber(f"+33{national or literal}"[:16])]
