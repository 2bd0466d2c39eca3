"""Territories by ISO 3166 code: their clocks, their local holidays, their voting day (FP-10).

See docs/rules/readings.md#zones and docs/rules/readings.md#holidays.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory of some profile.

    `zones` are judged; `aliases` are other IANA names of the same clock that a consent record may
    state. `holiday_entities` are (entity, subdivision) of the `holidays` package; `local_days` are
    further (month, day). `saturday_vote`: votes on the eve of the metropolitan poll (FP-10).
    `by_number`: a number narrows the zones of the territory.
    """

    code: str
    zones: tuple[str, ...]
    holiday_entities: tuple[tuple[str, str | None], ...] = ()
    local_days: tuple[tuple[int, int], ...] = ()
    aliases: tuple[str, ...] = ()
    saturday_vote: bool = False
    by_number: bool = False


US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Boise",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Juneau",
    "America/Adak",
    "America/Detroit",
    "America/North_Dakota/Center",
    "Pacific/Honolulu",
)
CA_ZONES = (
    "America/St_Johns",
    "America/Halifax",
    "America/Toronto",
    "America/Winnipeg",
    "America/Regina",
    "America/Edmonton",
    "America/Vancouver",
    "America/Fort_Nelson",
    "America/Whitehorse",
)
CA_PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
GB_NATIONS = ("ENG", "NIR", "SCT", "WLS")
GUADELOUPE = "America/Guadeloupe"

TABLE = (
    Territory("FR", ("Europe/Paris",)),
    Territory("GP", (GUADELOUPE,), (("GP", None),), ((5, 27),), saturday_vote=True),
    Territory("MF", (GUADELOUPE,), (("MF", None),), ((5, 27),), ("America/Marigot",), saturday_vote=True),
    Territory(
        "BL", (GUADELOUPE,), (("BL", None),), ((10, 9),), ("America/St_Barthelemy",), saturday_vote=True
    ),
    Territory("MQ", ("America/Martinique",), (("MQ", None),), ((5, 22),), saturday_vote=True),
    Territory("GF", ("America/Cayenne",), (("GF", None),), ((6, 10),), saturday_vote=True),
    Territory("PM", ("America/Miquelon",), (("PM", None),), saturday_vote=True),
    Territory("RE", ("Indian/Reunion",), (("RE", None),), ((12, 20),)),
    Territory("YT", ("Indian/Mayotte",), (("YT", None),), ((4, 27),)),
    Territory(
        "PF", ("Pacific/Gambier", "Pacific/Marquesas", "Pacific/Tahiti"), (("PF", None),), saturday_vote=True
    ),
    Territory("NC", ("Pacific/Noumea",), (("NC", None),)),
    Territory("WF", ("Pacific/Wallis",), (("WF", None),)),
    Territory("US", US_ZONES, (("US", None),), by_number=True),
    Territory("PR", ("America/Puerto_Rico",), (("US", "PR"),)),
    Territory("VI", ("America/St_Thomas",), (("US", "VI"),)),
    Territory("GU", ("Pacific/Guam",), (("US", "GU"),)),
    Territory("MP", ("Pacific/Saipan",), (("US", "MP"),)),
    Territory("AS", ("Pacific/Pago_Pago",), (("US", "AS"),)),
    Territory("GB", ("Europe/London",), tuple(("GB", nation) for nation in GB_NATIONS)),
    Territory("GG", ("Europe/Guernsey",)),
    Territory("JE", ("Europe/Jersey",)),
    Territory("IM", ("Europe/Isle_of_Man",)),
    Territory("CA", CA_ZONES, tuple(("CA", province) for province in CA_PROVINCES), by_number=True),
)
TERRITORIES: dict[str, Territory] = {territory.code: territory for territory in TABLE}
"""A code that is not here is unknown: the row that states it is rejected."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the territory `of` with holidays beside its territory's.

    They are those of `subdivision` in the `holidays` package.
    """

    of: str
    subdivision: str


AREAS = {"FR-57": Area("FR", "57"), "FR-67": Area("FR", "6AE"), "FR-68": Area("FR", "6AE")}
"""Moselle and the two departments of Alsace, by ISO 3166-2 code. No number shows them.

They keep Good Friday and 26 December (docs/rules/readings.md#holidays).
"""


def territory_of(code: str) -> str:
    """Return the territory of `code`, itself a territory or an area."""
    return AREAS[code].of if code in AREAS else code
