"""Oppositions that come by telephone, letter or in person: taken down here, and looked up."""

from aiohttp import web

from dialer.console.pages import PageRequest, Screen
from dialer.domain.base.errors import InvalidInput
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.services.oppositions.statements import StatedOpposition

PATH = "/oppositions"


async def show(visit: PageRequest) -> web.Response:
    return page(visit)


async def add(visit: PageRequest) -> web.Response:
    opposition = StatedOpposition(
        visit.text("phone_number"),
        channel_of(visit.text("channel")),
        sponsor=visit.text("sponsor") or None,
        note=visit.text("note") or None,
    )
    understood = await visit.suite.suppressions.add(visit.actor, opposition)
    return page(visit, taken=len(understood.suppressions), warnings=understood.warnings)


async def check(visit: PageRequest) -> web.Response:
    """Look a number up, by a form and no link: a number does not belong in an address."""
    found = await visit.suite.suppressions.check(visit.actor, visit.text("phone_number"))
    return page(visit, found=found)


def page(visit: PageRequest, **more: object) -> web.Response:
    values = {"taken": None, "warnings": (), "found": None} | more
    return visit.page("oppositions.html", channels=list(OppositionChannel), **values)


def channel_of(text: str) -> OppositionChannel:
    try:
        return OppositionChannel(text)
    except ValueError:
        raise InvalidInput(f"{text!r} is no channel", hint=f"one of {', '.join(OppositionChannel)}") from None


SCREENS = (
    Screen("GET", PATH, show),
    Screen("POST", PATH, add),
    Screen("POST", f"{PATH}/check", check),
)
