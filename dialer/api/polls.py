"""Poll dates of a campaign, changed by decree."""

from datetime import date

from pydantic import Field

from dialer.api.campaign_wire import CampaignView
from dialer.api.campaigns import ONE, campaign_id
from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Name, Nothing, Text, Wire
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.services.views.campaign import campaign_view


class PollDates(Wire):
    """By territory, or `default`; those that are not named stay as they are. `reason`: which decree."""

    poll_dates: dict[Name, date] = Field(min_length=1)
    reason: Text


async def change(asked: Asked[Nothing, PollDates]) -> View:
    told = asked.body
    return campaign_view(
        await asked.suite.campaigns.change_poll_dates(
            asked.actor, campaign_id(asked), told.poll_dates, told.reason
        )
    )


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path=f"{ONE}/poll_dates",
        summary="Move poll dates, as a decree did. Decisions from now on go by them; those of before stay as they were.",
        rights=(Right.APPROVE,),
        query=Nothing,
        body=JsonBody(PollDates),
        answer=JsonAnswer(CampaignView),
        handler=change,
        errors=(Conflict,),
    ),
)
