"""Everything a decision may look at, and nothing else: read in one transaction, stored with the decision, replayable."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.types import CampaignId, PhoneNumber
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Election
from dialer.domain.consent.consent import ConsentEvent
from dialer.domain.consent.contact import SourceClass
from dialer.domain.oppositions.external_list import ListStanding
from dialer.domain.oppositions.suppression import Suppression


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An earlier attempt on this number for this sponsor, in any campaign. `at` is when its INVITE left (or was permitted to).

    `counts` is False only where our own side refused before anything left (T065). `alive`: not yet ended.
    """

    campaign_id: CampaignId
    at: datetime
    counts: bool
    delivered: bool
    alive: bool


@dataclass(frozen=True, slots=True)
class AuthorisedCallerId:
    """A number the trunk's operator lets us present, until the end of the holder's mandate where there is one."""

    number: PhoneNumber
    mandate_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrunkFacts:
    name: str
    loopback: bool
    caller_ids: tuple[AuthorisedCallerId, ...]


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The present state of the machine, judged only when dialling or asked `live`."""

    campaign_state: CampaignState
    halted: bool
    clock_trusted: bool
    ledger_writable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """One question: may this number be called for this campaign? Times are UTC and aware.

    `on_list` False: the number was not imported for this campaign, so it has no consent here. `consents` and `suppressions` are all
    those of this number, of any sponsor. `silences` are the elections of the sponsor's other approved or running campaigns (T042).
    `system` None: judge as if the campaign were running and all were well.
    """

    number: PhoneNumber
    on_list: bool
    territory: str | None
    timezone: str | None
    source_class: SourceClass | None
    consents: tuple[ConsentEvent, ...]
    suppressions: tuple[Suppression, ...]
    attempts: tuple[PastAttempt, ...]
    campaign_id: CampaignId
    campaign: CampaignDefinition
    silences: tuple[Election, ...]
    trunk: TrunkFacts
    system: SystemFacts | None
    lists: tuple[ListStanding, ...] = ()
    """Every list of oppositions kept by others that speaks for this sponsor, valid or not."""
