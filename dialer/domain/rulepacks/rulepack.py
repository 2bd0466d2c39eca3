"""Rule packs: the law of a profile between two dates, as data (docs/rules/pack-format.md).

An index finds the pack in force on a day. A pack is made to be checked, not to be fast: decisions
read it compiled.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.consent import ConsentAct
from dialer.domain.numbers.number_plan import dialable_number_of
from dialer.domain.numbers.territory import TERRITORIES
from dialer.domain.rulepacks import pack_parts
from dialer.domain.rulepacks.public_holidays import known_entity


class RulePack(pack_parts.PackPart):
    """The law of a profile between two days of the callee's calendar, both included.

    `valid_to` None: until further notice.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.-]{1,40}$")]
    valid_from: date
    valid_to: date | None = None
    region: Literal["FR", "US", "GB", "CA"]
    territories: tuple[str, ...] = Field(min_length=1)
    consent: pack_parts.ConsentRules
    hours: tuple[pack_parts.Hours, ...] = Field(min_length=1)
    hard_bounds: tuple[pack_parts.Hours, ...] = ()
    appointment: pack_parts.Appointment | None = None
    holidays: pack_parts.Holidays
    caps: tuple[pack_parts.Cap, ...]
    min_gap_hours: float = Field(default=0, ge=0)
    min_ring_timeout_s: int = Field(default=5, ge=1)
    caller_id: pack_parts.CallerIdRules
    callback: pack_parts.CallbackRules
    machine_message: Literal["allowed", "forbidden"] = "forbidden"
    """Permission to leave the short text on a machine, where the campaign wants it (FP-28)."""
    forbidden_sectors: tuple[pack_parts.PackText, ...] = ()
    denied_numbers: tuple[pack_parts.PackText, ...] = ()
    required_lists: tuple[pack_parts.PackText, ...] = ()
    """External lists that must be valid at the instant of the call, or no call is made."""
    regions: tuple[pack_parts.Region, ...] = ()
    retention: pack_parts.RetentionRules = pack_parts.RetentionRules()
    silent_calls: pack_parts.SilenceRules = pack_parts.SilenceRules()
    script: pack_parts.ScriptRules = pack_parts.ScriptRules()
    reminders: tuple[pack_parts.Reminder, ...] = ()
    own: bool = False
    """Origin in the user's folder, not in the program.

    A campaign under it needs a sign-off by name.
    """
    rules: dict[pack_parts.RuleName, pack_parts.PackText]
    sources: tuple[pack_parts.RuleSource, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def check_whole(self) -> "RulePack":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to: is before valid_from")
        shown = [code for group in self.caller_id.ranges for code in group.territories]
        for key, codes in (("territories", self.territories), ("caller_id.ranges", shown)):
            if unknown := [code for code in codes if code not in TERRITORIES]:
                raise ValueError(f"{key}: {unknown[0]!r} is unknown")
        if not known_entity(self.holidays.national):
            raise ValueError(f"holidays.national: {self.holidays.national!r} is unknown")
        strange = [part.name for part in self.regions if not known_entity(self.holidays.national, part.name)]
        if self.holidays.regional and strange:
            raise ValueError(f"regions: no holidays are known of {strange[0]!r}")
        if missing := [name.value for name in pack_parts.RuleName if name not in self.rules]:
            raise ValueError(f"rules: no rule id for {', '.join(missing)}")
        if self.region == "FR" and any(hours.crosses_midnight for hours in (*self.hours, *self.hard_bounds)):
            raise ValueError("hours: no French window crosses midnight (T011)")
        if self.hard_bounds and (
            outside := [slot for slot in self.hours if not slot.within(self.hard_bounds)]
        ):
            raise ValueError(f"hours: {outside[0]} passes the hard bounds")
        return self

    @cached_property
    def title(self) -> str:
        return f"{self.name}@{self.version}"

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical content, without defaults.

        So a pack of the past keeps its hash when packs learn to say more.
        """
        content = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def min_gap(self) -> timedelta:
        return timedelta(hours=self.min_gap_hours)

    @property
    def gaps(self) -> tuple[timedelta, ...]:
        """The times since an earlier call at which a rule changes its answer, caps apart.

        Forecasts ask at each.
        """
        return (self.min_gap,)

    @cached_property
    def regions_by_area(self) -> dict[str, pack_parts.Region]:
        return {area: region for region in self.regions for area in region.area_codes}

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class RulePackIndex:
    """An index of packs, immutable once built.

    An overriding pack hides the shipped ones of its name on the days it is in force.
    """

    def __init__(self, shipped: Iterable[RulePack], overriding: Iterable[RulePack] = ()) -> None:
        """Raise `InvalidInput` where two packs of one layer claim the same day or title."""
        self.shipped = ordered(shipped)
        self.overriding = ordered(overriding)
        self.by_title = {pack.title: pack for pack in (*self.shipped, *self.overriding)}
        if len(self.by_title) < len(self.shipped) + len(self.overriding):
            raise InvalidInput(
                "two rule packs have the same name and version", hint="give one another version"
            )

    def for_day(self, profile: str, day: date) -> RulePack | None:
        """Return the pack of `profile` in force on a local date of the callee, None without one."""
        return in_force(self.overriding, profile, day) or in_force(self.shipped, profile, day)

    @property
    def profiles(self) -> frozenset[str]:
        return frozenset(pack.name for pack in (*self.shipped, *self.overriding))

    def serves(self, pack: RulePack) -> bool:
        """Return whether `for_day` returns `pack` all through its validity.

        False where another pack hides a day of it.
        """
        hiding = [other for other in self.overriding if other is not pack and other.name == pack.name]
        return pack in self.overriding or not any(overlap(pack, other) for other in hiding)

    def with_pack(self, pack: RulePack) -> "RulePackIndex":
        """Return this index with `pack` in place of every pack that claims a day of it."""
        shipped = [other for other in self.shipped if not overlap(pack, other)]
        overriding = [other for other in self.overriding if not overlap(pack, other)]
        return RulePackIndex([*shipped, pack], overriding)

    def titled(self, title: str) -> RulePack | None:
        """Return the pack `name@version`, for replay."""
        return self.by_title.get(title)


def in_force(packs: tuple[RulePack, ...], profile: str, day: date) -> RulePack | None:
    return next((pack for pack in packs if pack.name == profile and pack.in_force(day)), None)


def overlap(one: RulePack, other: RulePack) -> bool:
    """Return whether two packs of one name are ever in force on the same day."""
    first, second = sorted((one, other), key=lambda pack: pack.valid_from)
    return one.name == other.name and (first.valid_to is None or second.valid_from <= first.valid_to)


def ordered(packs: Iterable[RulePack]) -> tuple[RulePack, ...]:
    found = tuple(sorted(packs, key=lambda pack: (pack.name, pack.valid_from)))
    for earlier, later in pairwise(found):
        if overlap(earlier, later):
            problem = Problem(later.title, f"valid_from {later.valid_from} falls into {earlier.title}")
            raise InvalidInput("two rule packs claim the same day", (problem,))
    return found


@dataclass(frozen=True, slots=True)
class CompiledCap:
    rule: str
    max: int
    window_days: int
    window: timedelta


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRulePack:
    """The parts of a pack that decisions read; the names are the pack's own.

    Compared by identity, for speed: an equal one made again costs time and changes no answer.
    `latest_speaks`: of several consents, the latest alone counts.
    """

    pack: RulePack
    title: str
    hash: str
    own: bool
    rules: dict[pack_parts.RuleName, str]
    max_age: timedelta | None
    window_required: bool
    latest_speaks: bool
    unfit_acts: tuple[ConsentAct, ...]
    form: pack_parts.FormRules | None
    caps: tuple[CompiledCap, ...]
    min_gap: timedelta
    caller_id_margin: timedelta
    denied_numbers: tuple[str, ...]
    forbidden_sectors: tuple[str, ...]
    required_lists: tuple[str, ...]


def compile_pack(pack: RulePack) -> CompiledRulePack:
    return CompiledRulePack(
        pack=pack,
        title=pack.title,
        hash=pack.hash,
        own=pack.own,
        rules=dict(pack.rules),
        max_age=pack.consent.max_age,
        window_required=pack.consent.window_required,
        latest_speaks=pack.consent.of_several == "latest",
        unfit_acts=pack.consent.unfit_acts,
        form=pack.consent.form,
        caps=tuple(
            CompiledCap(rule=cap.rule, max=cap.max, window_days=cap.window_days, window=cap.window)
            for cap in pack.caps
        ),
        min_gap=pack.min_gap,
        caller_id_margin=pack.caller_id.margin,
        denied_numbers=pack.denied_numbers,
        forbidden_sectors=pack.forbidden_sectors,
        required_lists=pack.required_lists,
    )


def presentable(number: str, territory: str, pack: RulePack, at: datetime) -> bool:
    """Tell whether the pack lets `number` be presented in `territory` at `at` (FP-16).

    Its class and its range count.
    """
    rules = pack.caller_id
    if number.startswith(rules.forbidden_prefixes) or not dialable_number_of(number, pack.territories):
        return False
    if not rules.ranges:
        return True
    today = at.date()
    return any(
        territory in group.territories
        and group.since <= today
        and (group.until is None or today <= group.until)
        and number.startswith(group.prefixes)
        for group in rules.ranges
    )
