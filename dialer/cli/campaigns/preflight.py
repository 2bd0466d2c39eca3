"""dialer campaign preflight: a forecast for the list."""

from dialer.bootstrap import Service
from dialer.cli.base.options import CampaignArgument, Json
from dialer.cli.base.output import console, print_fields, print_json, print_table
from dialer.cli.base.session import with_service
from dialer.domain.access.roles import Actor
from dialer.domain.base.types import CampaignId
from dialer.services.preflight.preflight import PreflightReport
from dialer.views.campaign import PreflightView


def preflight(campaign_id: CampaignArgument, as_json: Json = False) -> None:
    """Foresee how many of the list would be called, when, and how many never and why.

    It makes no call.
    """

    async def work(service: Service, actor: Actor) -> PreflightReport:
        return await service.suite.preflight.run(actor, CampaignId(campaign_id))

    view = PreflightView.of(with_service(work))
    if as_json:
        print_json(view)
    else:
        show(view)


def show(view: PreflightView) -> None:
    told = view.document()
    days, reasons, problems, reminders = (
        told.pop(key) for key in ("days", "reasons", "problems", "reminders")
    )
    print_fields(told | {f"never, {code}": count for code, count in reasons.items()})
    for problem in problems:
        console.print(
            f"approval would refuse: {problem['where']}: {problem['detail']}", markup=False, soft_wrap=True
        )
    for one in reminders:
        console.print(f"for people to see to: {one['text']} ({one['rule']})", markup=False, soft_wrap=True)
    hours = sorted({hour for day in days for hour in day["hours"]})
    if days:
        print_table([day | day["hours"] for day in days], ("day", "contacts", *hours))
