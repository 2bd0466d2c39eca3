"""The model of the campaign file (TOML), or of the same keys as JSON, section by section.

Unknown keys are refused. Every field stands in docs/campaign-file.md.
"""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from dialer.domain.base.instant import WrittenInstant
from dialer.domain.consent import Basis

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
PART_NAME = r"[a-z][a-z0-9-]{0,31}"
"""The name of a trunk or a PBX, as a regular expression.

It goes into Asterisk's configuration, channels and permits.
"""
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
TerritoryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class CampaignSection(BaseModel):
    """The base of every section: frozen, and strict about keys.

    A misspelt key is an error, never a silent default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sponsor(CampaignSection):
    """The party for whom the calls are made. It is named in every call."""

    id: Name = Field(description="Short name, as consents and oppositions name it.", examples=["liste-demo"])
    name: Name = Field(description="Name, as it is said in the call.", examples=["Liste Demo"])
    postal_address: Text = Field(
        description="Postal address.", examples=["1 place de la Mairie, 75004 Paris"]
    )
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)] = Field(
        description="Address for mail.", examples=["contact@liste-demo.example"]
    )
    callback_number: E164 = Field(
        description="The number that callees can ring back, in E.164.", examples=["+33162000001"]
    )


class Election(CampaignSection):
    """The election that silence is kept for (FP-08 to FP-11)."""

    id: Name = Field(description="Name of the election.", examples=["municipales-2027"])
    poll_dates: dict[str, date] = Field(
        min_length=1,
        description="Poll dates by ISO 3166 territory, `default` for the rest.",
        examples=[{"default": "2027-03-14", "GP": "2027-03-13"}],
    )
    freeze_mode: Literal["earliest_territory", "per_territory"] = Field(
        default="earliest_territory",
        description="Whose poll date silences whom: the earliest all, or each its own territory.",
        examples=["earliest_territory"],
    )
    scope: Literal["all", "listed"] = Field(
        default="all", description="Whether only the territories listed vote.", examples=["all"]
    )

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


DEFAULT_CALL_S = 180
"""The longest call where the campaign states none (docs/rules/readings.md#ring)."""


class CallSettings(CampaignSection):
    """Limits of ringing and of the call."""

    ring_timeout_s: int = Field(
        default=25, ge=5, le=120, description="How long it rings at most, in seconds.", examples=[25]
    )
    max_duration_s: int | None = Field(
        default=None, ge=10, le=600, description="How long a call lasts at most, in seconds.", examples=[120]
    )
    longest_message_s: int = Field(
        default=60,
        ge=1,
        le=120,
        description="Longest message, in seconds: more than a minute must be asked for (FP-23).",
        examples=[60],
    )
    callback_probe: Literal["auto", "required"] = Field(
        default="auto",
        description="Whether the numbers shown must be proved to reach the call-back line (FP-17);"
        " `auto`: where the trunk leaves this machine.",
        examples=["auto"],
    )

    @property
    def longest_s(self) -> int:
        """Return the longest call in seconds: the PBX ends it then, and decisions count on that."""
        return self.max_duration_s or DEFAULT_CALL_S


class RetrySettings(CampaignSection):
    """Limits of further calls to people who were not reached."""

    max_attempts: int = Field(
        default=1, ge=1, le=10, description="Attempts for each contact at most.", examples=[2]
    )
    min_gap_hours: float = Field(
        default=24, ge=0, le=24 * 90, description="Between two of them at least, in hours.", examples=[24.0]
    )


class PacingSettings(CampaignSection):
    """The speed of the campaign's calls."""

    calls_per_second: float = Field(
        default=1, gt=0, le=1000, description="Calls begun a second at most.", examples=[1.0]
    )
    max_concurrent: int = Field(
        default=10, ge=1, le=100_000, description="Calls alive at a time at most.", examples=[10]
    )


class MachineSettings(CampaignSection):
    """The words left on an answering machine."""

    mode: Literal["hangup", "message"] = Field(
        default="hangup", description="Hang up, or leave the message.", examples=["hangup"]
    )


class Recording(CampaignSection):
    """A recorded prompt.

    The wording that it `says` is checked as a text is. Approving the campaign signs that the
    recording says it.
    """

    file: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="Path, in or below the folder of the campaign file.", examples=["message.wav"]
    )
    says: Text | None = Field(
        default=None,
        description="What is said in it, placeholders filled in or not.",
        examples=["Bonjour, ceci est un message."],
    )


class PackSignoff(CampaignSection):
    """The signer of a rule pack that is not the program's own, such as a looser one."""

    pack: Name = Field(description="The rule pack, `name@version`.", examples=["fr-political@2"])
    by: Name = Field(description="Who answers for it.", examples=["Bruno, head of campaigns"])


class CampaignDefinition(CampaignSection):
    """The keys of a campaign file."""

    name: Name = Field(description="Name of the campaign.", examples=["Municipales 2027"])
    profile: Name = Field(
        default="fr-political", description="Name of the rule pack.", examples=["fr-political"]
    )
    language: Literal["fr", "en"] = Field(
        default="fr", description="Language of the prompts.", examples=["fr"]
    )
    caller_id: E164 = Field(description="The number presented, in E.164.", examples=["+33162000001"])
    trunk: Name = Field(default="default", description="Name of the trunk.", examples=["default"])
    starts_at: WrittenInstant = Field(
        description="No call before it: ISO 8601 with an offset.", examples=["2027-02-01T09:00:00+01:00"]
    )
    ends_at: WrittenInstant = Field(
        description="No call from then on: ISO 8601 with an offset.", examples=["2027-02-05T20:00:00+01:00"]
    )
    purpose: Name = Field(description="What the calls are for, as consents name it.", examples=["political"])
    sponsor: Sponsor = Field(description="For whom the calls are made.")
    operator: Name | None = Field(
        default=None,
        description="Who places the calls, where it is not the sponsor itself (script part A).",
        examples=["Appels SARL"],
    )
    offer: Name | None = Field(
        default=None,
        description="What a sales call offers, said with the name (FC-17).",
        examples=["home insurance"],
    )
    sector: Name | None = Field(
        default=None,
        description="Sector of the offer, where the profile tells sectors apart.",
        examples=["energy"],
    )
    basis: Basis = Field(
        default=Basis.OPT_IN,
        description="Whom it calls: those who opted in; or customers about their running contract, or those"
        " who asked for it, where the profile lets it.",
        examples=["opt_in"],
    )
    silence_signoff: Name | None = Field(
        default=None,
        description="Who answers for calls in the electoral silence of the sponsor's other campaigns (T042).",
        examples=["Bruno"],
    )
    rule_pack_signoff: PackSignoff | None = Field(
        default=None, description="Who answers for a rule pack that is not the program's own."
    )
    election: Election | None = Field(default=None, description="The election that silence is kept for.")
    caller_ids: dict[TerritoryCode, E164] = Field(
        default={},
        description="The number presented, by ISO 3166 territory, where it is not `caller_id`.",
        examples=[{"GP": "+33590000001"}],
    )
    call: CallSettings = Field(default=CallSettings(), description="How long a call may ring, and last.")
    retry: RetrySettings = Field(
        default=RetrySettings(), description="How often somebody is called who was not reached."
    )
    pacing: PacingSettings = Field(default=PacingSettings(), description="How fast the campaign calls.")
    machine: MachineSettings = Field(
        default=MachineSettings(), description="What an answering machine hears."
    )
    prompts: dict[str, Text | Recording] = Field(
        default={},
        description="What is said, by the prompt's name: a text, or a recording.",
        examples=[{"message": "Bonjour, ceci est un message."}],
    )

    @model_validator(mode="after")
    def check_dates(self) -> "CampaignDefinition":
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must come after starts_at")
        return self

    @property
    def own_numbers(self) -> frozenset[str]:
        """The numbers that callees see or hear: a message to one of them is for this sponsor."""
        return frozenset({self.caller_id, *self.caller_ids.values(), self.sponsor.callback_number})
