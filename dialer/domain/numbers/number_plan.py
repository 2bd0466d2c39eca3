"""The kind and territory of a canonical number, from its digits alone; some are never dialled.

`phonenumbers` is asked where its data is good; the tables here decide where it is wrong.
Cases T081 to T088, docs/rules/readings.md#zones and docs/rules/readings.md#numbers.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from dialer.domain.numbers.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.numbers.territory import TERRITORIES

SHAPE = re.compile(r"\+[1-9][0-9]{5,14}")
DIALABLE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
NOT_A_COUNTRY = frozenset({"800", "808", "870", "878", "881", "882", "883", "888", "979"})
"""Global toll-free, satellite, machine and premium codes of the ITU: never dialled."""

OVERSEAS: dict[str, dict[str, tuple[str, ...]]] = {
    "262": {
        "262": ("RE",),
        "263": ("RE",),
        "2688": ("RE",),
        "9479": ("RE",),
        "269": ("YT",),
        "2689": ("YT",),
        "9478": ("YT",),
        **dict.fromkeys(("639", "692", "693", "7092", "70935", "70936", "70937"), ("RE", "YT")),
        **dict.fromkeys(("9762", "9763", "9769"), ("RE", "YT")),
    },
    "590": dict.fromkeys(
        ("590", "5987", "690", "691", "7090", "9475", "9760", "9761", "9768"), ("GP", "MF", "BL")
    ),
    "594": dict.fromkeys(
        ("594", "5988", "694", "70930", "70931", "70932", "70933", "9476", "9764", "9765"), ("GF",)
    ),
    "596": dict.fromkeys(("596", "5989", "696", "697", "7091", "9477", "9766", "9767"), ("MQ",)),
}
"""National prefixes of the overseas departments, by country code, all with nine digits.

Each with the territories its numbers may belong to without a further statement.
"""

SMALL: dict[str, tuple[str, tuple[int, ...]]] = {
    "508": ("PM", (6, 9)),
    "681": ("WF", (6,)),
    "687": ("NC", (6,)),
    "689": ("PF", (8,)),
}
FRENCH_CODES = ("33", *OVERSEAS, *SMALL)
PLATFORM = ("937", "938", "939")
"""Numbers of technical platforms (docs/rules/readings.md#number-shown): no person answers there."""
MACHINES = ("700",)
"""Machine-to-machine (ARCEP's 07 00)."""
ARCEP_FICTION = frozenset({"19900", "26191", "35301", "46571", "53649"})
"""National prefixes set aside for fiction in France: test numbers (T087).

The mobile ones collide with Mayotte's (docs/rules/readings.md#numbers), and are not here.
"""
FICTION = re.compile(
    r"\+(?:44(?:11[3-8]|121|131|141|151|161)4960\d{3}|442079460\d{3}|442890180\d{3}|442920180\d{3}|441632960\d{3}|447700900\d{3}"
    r"|1[2-9]\d\d55501\d\d)"
)
"""Numbers set aside for fiction by Ofcom and the NANPA."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberFacts:
    """The facts about a number: one object for all numbers of a kind, compared by identity.

    `territories`: those it may belong to; `zones`: their clocks; `area`: NANP area code;
    `fictional`: a test number.
    """

    country_code: str
    territories: tuple[str, ...]
    zones: tuple[str, ...]
    area: str | None = None
    fictional: bool = False


def forbidden(number: str, why: str) -> PhoneError:
    return PhoneError(PhoneErrorCode.FORBIDDEN_NUMBER, f"{number} is never dialled: {why}")


def invalid(number: str, why: str) -> PhoneError:
    return PhoneError(PhoneErrorCode.INVALID_NUMBER, f"{number} is not a number to call: {why}")


def zones_of(territories: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({zone for code in territories for zone in TERRITORIES[code].zones}))


@lru_cache(maxsize=64)
def dialable_pattern(regions: tuple[str, ...]) -> re.Pattern[str]:
    """Return the library's own patterns of fixed, mobile and VoIP numbers.

    Its data without its slow and lenient parser.
    """
    known = [data for region in regions if (data := PhoneMetadata.metadata_for_region(region))]
    kinds = [kind for data in known for kind in (data.fixed_line, data.mobile, data.voip) if kind]
    patterns = [kind.national_number_pattern for kind in kinds if kind.national_number_pattern]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def overseas_code(national: str) -> str | None:
    """Return the country code of a national form without its zero, None for a metropolitan one."""
    for size in (3, 4, 5):
        for code, prefixes in OVERSEAS.items():
            if national[:size] in prefixes:
                return code
    return "508" if national.startswith("508") else None


def french(number: str, code: str) -> NumberFacts:
    national = number[len(code) + 1 :]
    found = french_range(code, national[:5], len(national))
    if code not in OVERSEAS and not dialable_pattern(found.territories).fullmatch(national):
        raise invalid(number, "no such range")
    return found


@lru_cache(maxsize=65536)
def french_range(code: str, prefix: str, length: int) -> NumberFacts:
    """Return the facts of a French number by its first five national digits and its length.

    Raise `PhoneError` where it must not be dialled.
    """
    number = f"+{code}{prefix}..."
    if length < 7 and length not in SMALL.get(code, ("", ()))[1]:
        raise forbidden(number, "short numbers are services, not people")
    if length not in (SMALL[code][1] if code in SMALL else (9,)):
        raise invalid(number, f"{length} digits after the country code")
    if length > 8 and prefix[0] == "8":
        raise forbidden(number, "numbers in 8 are special-rate or free services")
    if length == 9 and prefix.startswith(PLATFORM):
        raise forbidden(number, "a technical platform")
    if code == "33" and prefix.startswith(MACHINES):
        raise forbidden(number, "a machine")
    if code == "33" and overseas_code(prefix):
        raise invalid(
            number, "an overseas number has its own country code, and a typed one is never rewritten"
        )
    territories = french_territories(code, prefix, number)
    return kind_of(code, territories, zones_of(territories), None, code == "33" and prefix in ARCEP_FICTION)


def french_territories(code: str, prefix: str, number: str) -> tuple[str, ...]:
    if code == "33":
        return ("FR",)
    if code in SMALL:
        return (SMALL[code][0],)
    for size in (5, 4, 3):
        if prefix[:size] in OVERSEAS[code]:
            return OVERSEAS[code][prefix[:size]]
    raise invalid(number, "no such range")


@lru_cache(maxsize=4096)
def kind_of(
    code: str, territories: tuple[str, ...], zones: tuple[str, ...], area: str | None, fictional: bool
) -> NumberFacts:
    """Return the one object for all numbers of a kind."""
    return NumberFacts(code, territories, zones, area, fictional)


@lru_cache(maxsize=65536)
def foreign(number: str) -> NumberFacts:
    """Return the facts of a number in +1 or +44.

    The library decides, except for Ofcom's fiction, which it does not know. Raise `PhoneError`
    where it must not be dialled; any other country belongs to no profile (T085).
    """
    code = country_code(number)
    if code not in ("1", "44"):
        raise PhoneError(PhoneErrorCode.JURISDICTION, f"{number}: country code +{code} belongs to no profile")
    national = number[len(code) + 1 :]
    if len(national) < 7:
        raise forbidden(number, "short numbers are services, not people")
    parsed = phonenumbers.PhoneNumber(country_code=int(code), national_number=int(national))
    fictional = FICTION.fullmatch(number) is not None
    unlisted = fictional and code == "44"
    if national.startswith("0") or not (unlisted or phonenumbers.is_valid_number(parsed)):
        raise invalid(number, "no such range")
    island = island_of(national) if code == "44" else None
    region = island or ("GB" if unlisted else phonenumbers.region_code_for_number(parsed)) or "ZZ"
    if not unlisted and phonenumbers.number_type(parsed) not in DIALABLE:
        raise forbidden(number, "not a fixed, mobile or VoIP number")
    if code == "1" and national[3:6] == "976":
        raise forbidden(number, "a premium exchange")
    if region not in TERRITORIES:
        raise PhoneError(PhoneErrorCode.JURISDICTION, f"{number}: {region} belongs to no profile")
    territory = TERRITORIES[region]
    zones = tuple(sorted(time_zones_for_number(parsed))) if territory.by_number else territory.zones
    known = tuple(zone for zone in zones if zone in territory.zones)
    return kind_of(code, (region,), known, national[:3] if code == "1" else None, fictional)


def island_of(national: str) -> str | None:
    """Return the island among +44's other jurisdictions that a number may belong to (UK-09).

    Asked first, since the library prefers Great Britain where both claim a range.
    """
    for region in ("JE", "GG", "IM"):
        data = PhoneMetadata.metadata_for_region(region)
        for kind in (data.fixed_line, data.mobile) if data else ():
            if kind and kind.national_number_pattern and re.fullmatch(kind.national_number_pattern, national):
                return region
    return None


def country_code(number: str) -> str:
    """Return the country code. Raise `PhoneError` for a code of no country, or not a country's."""
    for size in (1, 2, 3):
        code = number[1 : 1 + size]
        if code in NOT_A_COUNTRY:
            raise forbidden(number, f"+{code} is a satellite, machine or service code")
        if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code
    raise invalid(number, "no country has this code")


def number_facts(number: str) -> NumberFacts:
    """Return the facts of `number` (E.164 with plus).

    Raise `PhoneError` where it must not be dialled, in any region.
    """
    if not SHAPE.fullmatch(number):
        raise invalid(ascii(number), "not written as plus, country code and number")
    code = number[1:3] if number[1:3] == "33" else number[1:4]
    if code in FRENCH_CODES:
        return french(number, code)
    if len(number) < 8:
        raise forbidden(number, "short numbers are services, not people")
    return foreign(number)


def territories_of(number: str) -> tuple[str, ...]:
    """Return the territories it may belong to; none where it is no number to call."""
    try:
        return number_facts(number).territories
    except PhoneError:
        return ()


def dialable_number_of(number: str, territories: tuple[str, ...]) -> bool:
    """Tell whether it is a whole number of one of these territories that people can call back."""
    try:
        found = number_facts(number)
    except PhoneError:
        return False
    return any(code in territories for code in found.territories)
