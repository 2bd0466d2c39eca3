"""A preflight as JSON."""

from typing import Any

from dialer.services.preflight.preflight import PreflightReport
from dialer.services.views.instants import instant_text


def preflight_view(report: PreflightReport) -> dict[str, Any]:
    forecast = report.forecast
    return {
        "id": report.campaign.id,
        "name": report.campaign.definition.name,
        "from": instant_text(report.start),
        "contacts": forecast.contacts,
        "called": forecast.called,
        "never": forecast.refused,
        "undecided": forecast.undecided,
        "reasons": dict(sorted((code.value, count) for code, count in forecast.never.items())),
        "days": [
            {
                "day": day.isoformat(),
                "contacts": hours.total(),
                "hours": {f"{hour:02d}": count for hour, count in sorted(hours.items())},
            }
            for day, hours in sorted(forecast.hours.items())
        ],
        "dialling_s": round(report.dialling_s),
        "problems": [{"where": problem.where, "detail": problem.detail} for problem in report.problems],
        "reminders": [{"rule": one.rule, "text": one.text} for one in report.reminders],
    }
