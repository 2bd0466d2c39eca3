"""The answers of an inspection pack as values, and the facts about the world in its `terms.json`.

There are nineteen points to answer (E1 to E19); their words and layout are the report's. The terms
hold the clocks, holidays and electoral silences that the recount of a campaign needs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialer.domain.base.canonical_json import plain
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_terms import CampaignTerms, campaign_terms
from dialer.domain.campaigns.electoral_silence import silence_for
from dialer.domain.ledger.event import redacted
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.territory import AREAS, TERRITORIES
from dialer.domain.rulepacks.public_holidays import local_holiday, national_holiday, regional_holiday
from dialer.domain.rulepacks.rulepack import RulePack

CODES = tuple(f"E{number}" for number in range(1, 20))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer: `key` names it, `values` are put into it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an answer: `key` names it, `columns` name their headings.

    Cells are numbers, text, or None for nothing.
    """

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram: each bar with its label. `heading` stands beside the words for `key`."""

    key: str
    heading: str
    bars: tuple[tuple[str, int], ...]


SectionAnswer = Sentence | Table | Bars


@dataclass(frozen=True, slots=True)
class PackSection:
    """The answer to one point, with the files of the pack that hold its data.

    `faults`: how many there are of each forbidden kind; looked for, even where zero.
    """

    code: str
    answers: tuple[SectionAnswer, ...]
    files: tuple[str, ...] = ()
    faults: tuple[tuple[str, int], ...] = ()
    attachments: tuple[str, ...] = ()
    """The user's own documents, as they lie in the pack."""
    needs: bool = False
    """A document of the user's own belongs here, too."""

    @property
    def wrong(self) -> int:
        return sum(count for _, count in self.faults)


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVERYWHERE = "*"
Terms = dict[str, Any]


def terms_of(campaign: Campaign, packs: Iterable[RulePack], zones: Iterable[str], head_at: datetime) -> Terms:
    """Return the terms as JSON, as `dialer.verifier` reads it.

    `zones` are those of the campaign's decisions.
    """
    packs, terms = tuple(packs), campaign_terms(campaign.definition)
    days = _days(campaign.definition.starts_at.date(), campaign.definition.ends_at.date())
    codes = sorted({code for pack in packs for code in pack.territories})
    return {
        "campaign": campaign.id,
        "sponsor": terms.sponsor,
        "sponsor_in_ledger": redacted(terms.sponsor),
        "purposes": sorted(terms.purposes),
        "script": campaign.script,
        "starts_at": plain(terms.starts_at),
        "ends_at": plain(campaign.definition.ends_at),
        "head_at": plain(head_at),
        "zones": {zone: _offsets(zone, days) for zone in sorted(set(zones))},
        "holidays": _holidays(packs, codes, days),
        "silences": _silences(terms, codes),
    }


def _days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, and one on either side: the date varies by place."""
    count = (last - first).days + 3
    return [first - DAY + number * DAY for number in range(count)]


def _offsets(zone: str, days: list[date]) -> list[list[int]]:
    """Return pairs: the UTC second at which an offset begins, and the offset in seconds.

    Clocks change at full hours of UTC.
    """
    clock, found = ZoneInfo(zone), list[list[int]]()
    at, end = (datetime.combine(day, datetime.min.time(), UTC) for day in (days[0], days[-1] + DAY))
    while at < end:
        offset = round((at.astimezone(clock).utcoffset() or timedelta()).total_seconds())
        if not found or found[-1][1] != offset:
            found.append([round(at.timestamp()), offset])
        at += HOUR
    return found


def _holidays(packs: Iterable[RulePack], codes: list[str], days: list[date]) -> dict[str, dict[str, str]]:
    nations = sorted({pack.holidays.national for pack in packs})
    found = {
        EVERYWHERE: {str(day): name for day in days for n in nations if (name := national_holiday(n, day))}
    }
    areas = [code for code, area in AREAS.items() if area.of in codes]
    for code in (*codes, *areas):
        found[code] = {str(day): name for day in days if (name := local_holiday(code, day))}
    for nation, part in sorted({named for pack in packs for named in _parts(pack)}):
        told = {str(day): name for day in days if (name := regional_holiday(nation, part, day))}
        found[f"{nation}-{part}"] = told
    return {code: named for code, named in found.items() if named}


def _parts(pack: RulePack) -> list[tuple[str, str]]:
    nation = pack.holidays.national
    return [(nation, region.name) for region in pack.regions] if pack.holidays.regional else []


def _silences(terms: CampaignTerms, codes: list[str]) -> dict[str, Any]:
    """Return silences by territory.

    None where the campaign is of no election, or a by-election does not concern the territory.
    """
    if terms.election is None:
        return {}
    found = {
        code: silence_for(terms.election, CalleeLocation((code,), TERRITORIES[code].zones)) for code in codes
    }
    return {
        code: {"limit": plain(silence.limit), "ends_at": plain(silence.ends_at)}
        for code, silence in found.items()
        if silence is not None
    }
