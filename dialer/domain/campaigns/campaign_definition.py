"""What a campaigner writes: the campaign file (TOML) or the same keys as JSON. Unknown keys are refused."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from dialer.domain.base.instant import instant_of
from dialer.domain.consent.basis import Basis

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PART_NAME = r"[a-z][a-z0-9-]{0,31}"
"""The name of a trunk or a PBX, as a regular expression: it goes into Asterisk's configuration, channels and permits."""
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
TerritoryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


Instant = Annotated[
    datetime, BeforeValidator(instant_of), WithJsonSchema({"type": "string", "format": "date-time"})
]


class CampaignSection(BaseModel):
    """Frozen, and strict about keys: a misspelt key is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sponsor(CampaignSection):
    id: Name
    name: Name
    postal_address: Text
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    callback_number: E164


class Election(CampaignSection):
    """Poll dates by ISO 3166 territory, `default` for the rest (FP-08 to FP-11)."""

    id: Name
    poll_dates: dict[str, date] = Field(min_length=1)
    freeze_mode: Literal["earliest_territory", "per_territory"] = "earliest_territory"
    scope: Literal["all", "listed"] = "all"

    @model_validator(mode="after")
    def check_territories(self) -> "Election":
        for key in self.poll_dates:
            if key != "default" and not re.fullmatch("[A-Z]{2}", key):
                raise ValueError(
                    f"poll_dates: {key!r} is neither `default` nor a territory code such as FR or GP"
                )
        if self.scope == "listed" and "default" in self.poll_dates:
            raise ValueError('poll_dates: `default` contradicts scope = "listed"')
        return self


class CallSettings(CampaignSection):
    ring_timeout_s: int = Field(default=25, ge=5, le=120)
    max_duration_s: int | None = Field(default=None, ge=10, le=600)
    longest_message_s: int = Field(default=60, ge=1, le=120)
    """FP-23: more than a minute must be asked for, and more than two are refused."""
    callback_probe: Literal["auto", "required"] = "auto"
    """FP-17: whether the numbers shown must be proved to reach the call-back line. By itself, where the trunk leaves this machine."""


class RetrySettings(CampaignSection):
    max_attempts: int = Field(default=1, ge=1, le=10)
    min_gap_hours: float = Field(default=24, ge=0, le=24 * 90)


class PacingSettings(CampaignSection):
    calls_per_second: float = Field(default=1, gt=0, le=1000)
    max_concurrent: int = Field(default=10, ge=1, le=100_000)


class MachineSettings(CampaignSection):
    mode: Literal["hangup", "message"] = "hangup"


class Recording(CampaignSection):
    """A recorded prompt: its path, in or below the folder of the campaign file, and what is said in it, placeholders filled in or not.

    What it `says` is checked as a text is; who approves the campaign signs that the recording says it.
    """

    file: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    says: Text | None = None


class PackSignoff(CampaignSection):
    """Who answers for a rule pack that is not the program's own, such as a looser one; `pack` is its `name@version`."""

    pack: Name
    by: Name


class CampaignDefinition(CampaignSection):
    name: Name
    profile: Name = "fr-political"
    language: Literal["fr", "en"] = "fr"
    caller_id: E164
    trunk: Name = "default"
    starts_at: Instant
    ends_at: Instant
    purpose: Name
    sponsor: Sponsor
    operator: Name | None = None
    """Who places the calls, where it is not the sponsor itself (script part A)."""
    offer: Name | None = None
    """What a sales call offers, said with the name (FC-17)."""
    sector: Name | None = None
    basis: Basis = Basis.OPT_IN
    """Whom it calls: those who opted in; or customers about their running contract, or those who asked for it, where the profile lets it."""
    silence_signoff: Name | None = None
    rule_pack_signoff: PackSignoff | None = None
    election: Election | None = None
    caller_ids: dict[TerritoryCode, E164] = {}
    call: CallSettings = CallSettings()
    retry: RetrySettings = RetrySettings()
    pacing: PacingSettings = PacingSettings()
    machine: MachineSettings = MachineSettings()
    prompts: dict[str, Text | Recording] = {}

    @model_validator(mode="after")
    def check_dates(self) -> "CampaignDefinition":
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must come after starts_at")
        return self

    @property
    def own_numbers(self) -> frozenset[str]:
        """The numbers that callees see or are told: whoever writes to one of them writes to this sponsor."""
        return frozenset({self.caller_id, *self.caller_ids.values(), self.sponsor.callback_number})
