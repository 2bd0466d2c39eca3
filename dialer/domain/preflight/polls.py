"""Poll dates that a decree moves while a campaign lives (T040).

Later decisions go by the new dates, earlier ones stay as they were.
"""

from collections.abc import Mapping
from datetime import date, datetime

from dialer.domain.base.errors import Conflict, InvalidInput, Problem
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Election
from dialer.domain.campaigns.campaign_terms import campaign_terms
from dialer.domain.preflight.campaign_checks import election_problems


def with_poll_dates(campaign: Campaign, dates: Mapping[str, date], now: datetime) -> CampaignDefinition:
    """Return the campaign's definition with `dates` in place of its own; others stay.

    `dates`: by territory, or `default`. Raise `Conflict` where it has no election or is over,
    `InvalidInput` for an unknown territory or an election that would be over.
    """
    definition, election = campaign.definition, campaign.definition.election
    if election is None or campaign.state.is_final:
        why = "has no election" if election is None else f"is {campaign.state}"
        raise Conflict(f"the campaign {why}: it has no poll dates to change")
    try:
        moved = Election.model_validate(
            election.model_dump() | {"poll_dates": election.poll_dates | dict(dates)}
        )
    except ValueError as error:
        told = str(error).splitlines()[2].strip()
        raise InvalidInput("the poll dates cannot be used", (Problem("poll_dates", told),)) from None
    changed = definition.model_copy(update={"election": moved})
    problems = tuple(election_problems(changed))
    plan = campaign_terms(changed).election
    if plan is not None and now >= plan.ends_at:
        problems += (Problem("poll_dates", "the election would be over"),)
    if problems:
        raise InvalidInput("the poll dates cannot be used", problems)
    return changed
