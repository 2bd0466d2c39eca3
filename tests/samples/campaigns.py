"""The sample campaign, Liste Demo's: as a file, as its keys, as defined and as stored."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition

MONDAY = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
"""Monday 1 February 2027, 10:30 in Paris."""
NOW = MONDAY.replace(microsecond=123456)
"""The same morning, to the microsecond: a store that rounds is noticed."""
CAMPAIGN = CampaignId("c000000000001")
OTHER_CAMPAIGN = CampaignId("c000000000002")
SPONSOR = "liste-demo"
CAMPAIGN_FILE = """\
name = "Municipales 2027"
caller_id = "+33162000001"
starts_at = 2027-02-01T09:00:00+01:00
ends_at = 2027-02-05T20:00:00+01:00
purpose = "political"
[sponsor]
id = "liste-demo"
name = "Liste Demo"
postal_address = "1 place de la Mairie, 75004 Paris"
email = "contact@liste-demo.example"
callback_number = "+33162000001"
[prompts]
identity = "Bonjour, ici la Liste Demo."
message = "Le conseil se tient mardi."
"""
FASTER = """\
[call]
ring_timeout_s = 10
[pacing]
calls_per_second = {calls_per_second}
max_concurrent = {max_concurrent}
[prompts]
"""


def campaign_file(folder: Path, text: str = CAMPAIGN_FILE) -> Path:
    path = folder / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fast_campaign_file(folder: Path, *, calls_per_second: float = 50, max_concurrent: int = 200) -> Path:
    """Write a campaign that calls fast and rings briefly."""
    faster = FASTER.format(calls_per_second=calls_per_second, max_concurrent=max_concurrent)
    return campaign_file(folder, CAMPAIGN_FILE.replace("[prompts]\n", faster))


def campaign_keys(**changes: Any) -> dict[str, Any]:
    return tomllib.loads(CAMPAIGN_FILE) | changes


def definition(**changes: Any) -> CampaignDefinition:
    return CampaignDefinition.model_validate(campaign_keys(**changes))


def campaign(campaign_id: CampaignId = CAMPAIGN, **changes: Any) -> Campaign:
    """Make a draft; `changes` are of its keys."""
    return Campaign(campaign_id, definition(**changes), CampaignState.DRAFT, "camille", NOW)
