"""Poll dates of a campaign, moved by decree."""

from datetime import date

from pydantic import Field

from dialer.api.campaigns import ONE, campaign_id
from dialer.api.http.answers import JsonAnswer
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, post
from dialer.api.http.wire import Name, Nothing, Text, Wire
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.views.campaign import CampaignView


class PollDates(Wire):
    """New poll dates by territory, or `default`. The others stay. `reason` names the decree."""

    poll_dates: dict[Name, date] = Field(min_length=1)
    reason: Text


async def change(asked: Asked[Nothing, PollDates]) -> CampaignView:
    told = asked.body
    return CampaignView.of(
        await asked.suite.campaigns.change_poll_dates(
            asked.actor, campaign_id(asked), told.poll_dates, told.reason
        )
    )


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    post(
        f"{ONE}/poll_dates",
        "Move poll dates, as a decree did. Decisions from now on go by them; those of before stay as they were.",
        (Right.APPROVE,),
        JsonBody(PollDates),
        JsonAnswer(CampaignView),
        change,
        errors=(Conflict,),
    ),
)
