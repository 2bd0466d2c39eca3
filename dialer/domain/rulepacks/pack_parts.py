"""The parts of a rule pack, each checked by itself (docs/rules/pack-format.md).

A new key needs a default that changes nothing: then every pack of the past keeps its hash. A new
`RuleName` cannot have one, as every pack gives each an id: a new rule takes a present name or none.
"""

from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from dialer.domain.consent import Basis, ConsentAct, Mention


class RuleName(StrEnum):
    """Names of the rules of a decision; each pack maps them to the ids of its own text."""

    NUMBER = "number"
    OWN_NUMBER = "own_number"
    TEST_NUMBER = "test_number"
    DENIED_NUMBER = "denied_number"
    JURISDICTION = "jurisdiction"
    TIMEZONE = "timezone"
    PROVENANCE = "provenance"
    SECTOR = "sector"
    CALLER_ID = "caller_id"
    SUPPRESSED = "suppressed"
    CONSENT = "consent"
    CONSENT_SPONSOR = "consent_sponsor"
    CONSENT_PURPOSE = "consent_purpose"
    CONSENT_CHANNEL = "consent_channel"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_PROOF = "consent_proof"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_WINDOW = "consent_window"
    OUTSIDE_CONSENT_WINDOW = "outside_consent_window"
    HOURS = "hours"
    HOLIDAY = "holiday"
    RING = "ring"
    SILENCE = "silence"
    CAP = "cap"
    GAP = "gap"
    DELIVERED = "delivered"


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PackText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]

Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{1,9}$")]
"""The beginning of an E.164 number."""


class PackPart(BaseModel):
    """The base of every part: frozen, and strict about keys. A misspelt rule must not vanish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(PackPart):
    """A daily range of local time, half-open; an end of 00:00 is midnight.

    It belongs to the day it starts on.
    """

    days: tuple[Day, ...] = Field(min_length=1)
    start: time
    end: time
    crosses_midnight: bool = False

    @field_validator("start", "end")
    @classmethod
    def refuse_offsets(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("hours are the callee's local time, without offset")
        return value

    @model_validator(mode="after")
    def check_order(self) -> "Hours":
        if self.crosses_midnight != (self.end <= self.start and self.end != time(0)):
            raise ValueError(
                f"{self} with crosses_midnight = {str(self.crosses_midnight).lower()} is contradictory"
            )
        return self

    @field_validator("days")
    @classmethod
    def refuse_repetition(cls, value: tuple[Day, ...]) -> tuple[Day, ...]:
        if len(set(value)) < len(value):
            raise ValueError("names a day twice")
        return value

    @cached_property
    def weekdays(self) -> frozenset[int]:
        """The days as numbers; 0 is Monday."""
        return frozenset(DAYS.index(day) for day in self.days)

    def within(self, bounds: "tuple[Hours, ...]") -> bool:
        """Return whether one of `bounds` holds all of it on each of its days.

        None of `bounds` crosses midnight.
        """
        return all(
            any(day in slot.days and slot.start <= self.start and self.ends <= slot.ends for slot in bounds)
            for day in self.days
        )

    @property
    def ends(self) -> timedelta:
        """The end, since the midnight before its start."""
        end = timedelta(hours=self.end.hour, minutes=self.end.minute, seconds=self.end.second)
        return end if self.start < self.end else end + timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} on {', '.join(self.days)}"


class ContractBasis(PackPart):
    """A running contract may stand in place of an opt-in; `rule` is its id."""

    rule: PackText


class RequestBasis(PackPart):
    """A request to be called back may stand in place of an opt-in, for so many working days."""

    rule: PackText
    working_days: int = Field(ge=1, le=30)


class FormRules(PackPart):
    """Mentions that the form of an opt-in must have made; `rule` is its id.

    A loopback trunk, which reaches no person, asks for no form.
    """

    rule: PackText
    mentions: tuple[Mention, ...] = Field(min_length=1)


class ConsentRules(PackPart):
    """Demands on consents.

    `max_age_days` are of 24 hours. `purpose`: the family that a campaign's purpose must be of.
    `of_several`: of several consents that fit a campaign, any that holds is enough, or the latest
    statement alone speaks. `unfit_acts`: ways of agreeing that this pack does not take for consent.
    """

    channel: PackText
    purpose: Literal["political", "not_political", "any"]
    max_age_days: int | None = Field(default=None, ge=1)
    window_required: bool = False
    of_several: Literal["any", "latest"] = "any"
    unfit_acts: tuple[ConsentAct, ...] = ()
    contract: ContractBasis | None = None
    request: RequestBasis | None = None
    form: FormRules | None = None

    @cached_property
    def max_age(self) -> timedelta | None:
        return None if self.max_age_days is None else timedelta(days=self.max_age_days)

    @property
    def ages(self) -> tuple[timedelta, ...]:
        """The ages of a consent at which a rule changes its answer; forecasts ask at each."""
        return () if self.max_age is None else (self.max_age,)

    def takes(self, basis: Basis) -> bool:
        """Return whether people may be called on this basis at all."""
        other = {Basis.CONTRACT: self.contract, Basis.REQUEST: self.request}
        return basis is Basis.OPT_IN or other[basis] is not None


class Appointment(PackPart):
    """The opening by an exact appointment, around its instant.

    Any day and hour within the hard bounds, never electoral silence. `other_hours` false: legal
    hours alone, so that it only limits the consent to its moment.
    """

    tolerance_minutes: int = Field(ge=0, le=60)
    other_hours: bool = True


class Holidays(PackPart):
    """Holidays that block calls.

    `national`: ISO 3166 entity whose holidays block everywhere. `local`: also those of every
    territory the callee may be in. `regional`: also those of the pack's region that an area code
    shows, named as a subdivision of the nation.
    """

    national: PackText
    local: bool
    regional: bool = False


class Cap(PackPart):
    rule: PackText
    max: int = Field(ge=1)
    window_days: int = Field(ge=1, le=366)

    @cached_property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)


class CallerIdRange(PackPart):
    """Ranges of verified numbers in some territories, as E.164 prefixes, from a day on (FP-16).

    See docs/rules/readings.md#number-shown.
    """

    territories: tuple[str, ...] = Field(min_length=1)
    prefixes: tuple[Prefix, ...] = Field(min_length=1)
    since: date
    until: date | None = None


class CallerIdRules(PackPart):
    """Demands on the number shown.

    `ranges` absent: any number of the profile's territories that does not start with a forbidden
    prefix. `valid_days_after`: days after a call for which the number must still be ours, by the
    mandate that the trunk knows.
    """

    ranges: tuple[CallerIdRange, ...] = ()
    forbidden_prefixes: tuple[Prefix, ...] = ()
    valid_days_after: int = Field(default=0, ge=0)

    @cached_property
    def margin(self) -> timedelta:
        return timedelta(days=self.valid_days_after)


class CallbackRules(PackPart):
    """Demands on call-back numbers.

    Toll-free ones with an election, and where a message may reach a voicemail; premium ones never.
    `local_or_tollfree`: no others than toll-free ones and those of the profile's own territories
    (CA-04).
    """

    local_or_tollfree: bool = False
    tollfree_with_election: Literal["forbidden", "optional"] = "optional"
    tollfree_with_machine: Literal["required", "optional"] = "optional"
    tollfree_prefixes: tuple[Prefix, ...] = Field(min_length=1)
    premium_prefixes: tuple[Prefix, ...] = Field(min_length=1)


class Region(PackPart):
    """A part of a territory, known by NANP area code, with its stricter hours.

    They are intersected with the pack's; none: it has no own.
    """

    name: PackText
    area_codes: tuple[Annotated[str, StringConstraints(pattern=r"^[2-9][0-9]{2}$")], ...] = Field(
        min_length=1
    )
    hours: tuple[Hours, ...] = ()


class ScriptRules(PackPart):
    """Demands on the texts of a call, beyond those on every script.

    `offer`: the goods or services, with the name (FC-17). `objection_at_once`: how to object,
    within two seconds of the name (US-06). `callback`: the number to call back, in the closing
    words (US-05, CA-04). `name_again_after_s`: the sponsor's name there, after so long a message
    (CA-05).
    """

    offer: bool = False
    objection_at_once: bool = False
    callback: bool = False
    name_again_after_s: int | None = Field(default=None, ge=1)


class SilenceRules(PackPart):
    """The share of silent calls that pauses a campaign (T104).

    Of the answered ones in a campaign and 30 days; silent means nothing heard for two seconds.
    """

    most_percent: float = Field(default=1, ge=0, le=100)


class RetentionRules(PackPart):
    """Retention of personal data.

    Contacts stay from import or last round, the proof of a consent from its giving.
    `consent_proof_from`: or from its last use, where that came later (UK-08). `call_record_years`:
    the callees stay so long after the campaign and its election, with the record of the calls
    (US-15, CA-11); None: no longer than everybody else.
    """

    contact_days: int = Field(default=60, ge=1)
    consent_proof_years: int = Field(default=3, ge=1)
    consent_proof_from: Literal["giving", "last_use"] = "giving"
    call_record_years: int | None = Field(default=None, ge=1)


class Reminder(PackPart):
    """A rule that no machine can keep for people: shown to them before they approve.

    `with_election`: only where there is one.
    """

    rule: PackText
    text: PackText
    with_election: bool = False


class Mark(StrEnum):
    """Certainty of a source (docs/rules/README.md#how-sure-a-rule-is)."""

    PRESS = "S"
    SEEN = "P"
    THIRD_PARTY = "T"
    MEASURED = "M"
    GENERAL = "G"
    DECIDED = "D"


class RuleSource(PackPart):
    """The source of a rule.

    `note` says which reading was chosen where sources disagree or are silent.
    """

    rule: PackText
    cite: PackText
    marks: tuple[Mark, ...] = Field(min_length=1)
    note: PackText | None = None
