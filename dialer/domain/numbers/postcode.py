"""The territory of a French postcode.

Alone it shows Alsace and Moselle, whose holidays differ (docs/rules/readings.md#holidays).
"""

import re

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
"""By their first digits, the longest that fits; any other department is metropolitan."""
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
