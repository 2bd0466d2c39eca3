"""The place of a callee, for the clock and the calendar, and the place that a postcode shows.

The territory stated with the consent beats the number (docs/rules/readings.md#zones).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.numbers.number_plan import NumberFacts, number_facts, zones_of
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.numbers.territory import AREAS, TERRITORIES, territory_of

SHAPE = re.compile(r"[0-9]{5}")
PLACES = {
    "57": "FR-57",
    "67": "FR-67",
    "68": "FR-68",
    "971": "GP",
    "97133": "BL",
    "97150": "MF",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""Places by first digits, the longest that fits; any other department is metropolitan."""
LAST_DEPARTMENT = 95


def place_of(postcode: str) -> str:
    """Return the ISO 3166 code of a postcode's territory, or of the area of one.

    Raise `ValueError`, with the reason, where it is no French postcode.
    """
    if not SHAPE.fullmatch(postcode):
        raise ValueError("is not written with five digits")
    for size in (5, 3, 2):
        if found := PLACES.get(postcode[:size]):
            return found
    if not 1 <= int(postcode[:2]) <= LAST_DEPARTMENT:
        raise ValueError("is of no French department or territory")
    return "FR"


Statement = tuple[str | None, str | None]
"""A territory (ISO 3166), or an area of one, and an IANA zone, as stated with a consent.

Either may be absent.
"""


@dataclass(frozen=True, slots=True, eq=False)
class CalleeLocation:
    """Every territory and zone that is possible: all of them must allow the call.

    `area`: NANP area code. `parts`: areas of the territories (`AREAS`) that were stated. Compared
    by identity, since `resolve` returns the same object for the same statements.
    """

    territories: tuple[str, ...]
    zones: tuple[str, ...]
    area: str | None = None
    parts: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def resolve(stated: tuple[Statement, ...], number: NumberFacts) -> CalleeLocation:
    """Return the place of a callee after all statements about them.

    Several territories stated mean all of them. Raise `InvalidInput` for an unknown territory, and
    for a zone that the territory (or, without one, the number) does not have.
    """
    with_territory = [(territory_of(code), zone) for code, zone in stated if code is not None]
    if not with_territory:
        zones = {zone for _, zone in stated if zone is not None}
        return CalleeLocation(
            number.territories, refined(number.territories, number.zones, zones), number.area
        )
    zones_found: set[str] = set()
    for code, zone in with_territory:
        if code not in TERRITORIES:
            raise unknown("territory", f"{code!r} is not a territory of any profile")
        zones_found.update(refined((code,), zones_in(code, number), {zone} if zone else set()))
    territories = tuple(sorted({code for code, _ in with_territory}))
    area = number.area if territories == number.territories else None
    parts = tuple(sorted({code for code, _ in stated if code in AREAS}))
    return CalleeLocation(territories, tuple(sorted(zones_found)), area, parts)


def zones_in(code: str, number: NumberFacts) -> tuple[str, ...]:
    """Return the zones of a territory that are possible for a number.

    A territory as wide as a continent is narrowed by the area code of a number of that territory
    (T029).
    """
    if TERRITORIES[code].by_number and number.territories == (code,) and number.zones:
        return number.zones
    return TERRITORIES[code].zones


def refined(territories: tuple[str, ...], zones: tuple[str, ...], stated: set[str]) -> tuple[str, ...]:
    """Return the stated zones, or all where none is stated.

    Raise `InvalidInput` for a stated zone that does not belong to these territories.
    """
    if not stated:
        return zones
    of_territories = [TERRITORIES[code] for code in territories]
    allowed = set(zones) | set(zones_of(territories))
    allowed |= {alias for territory in of_territories for alias in territory.aliases}
    for zone in stated:
        if zone not in allowed:
            listed = ", ".join(sorted(allowed)) or "none is known"
            raise unknown("timezone", f"{zone!r} is not a zone of {' or '.join(territories)} ({listed})")
    return tuple(sorted(stated))


def unknown(field: str, detail: str) -> InvalidInput:
    return InvalidInput("the place of the callee is unknown", (Problem(field, detail),))


def check_zone(territory: str | None, timezone: str | None, number: str) -> CalleeLocation:
    """Return the place that an imported row states.

    Raise `InvalidInput` where the row must be rejected, `PhoneError` for the number.
    """
    return resolve(((territory, timezone),), number_facts(number))


def place_or_none(
    stated: tuple[Statement, ...], number: NumberFacts | PhoneError
) -> CalleeLocation | str | None:
    """Return the place, a sentence saying why it is unknown, or None for an unreadable number."""
    if isinstance(number, PhoneError):
        return None
    try:
        place = resolve(stated, number)
    except InvalidInput as error:
        return error.detail
    return place if place.zones else "no time zone is known for this number"
