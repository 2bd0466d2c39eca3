"""`dialer halt`, `dialer unhalt`: the emergency stop of every PBX, and its end."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from dialer.bootstrap.home import Links, clock_of, halt_notes
from dialer.bootstrap.pbxs import stop_pbxs
from dialer.cli.base.program import FAILED, report
from dialer.cli.base.terminal import JsonOption, ReasonOption, print_fields, print_json
from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Right, Role
from dialer.domain.base.errors import Unavailable
from dialer.domain.base.halt import Halt
from dialer.services.pbx.fleet import within
from dialer.services.pbx.halt_at_pbx import HaltReport, new_halt_id
from dialer.settings import Settings, read_settings
from dialer.views.halt import HaltView

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from dialer.bootstrap.service import Service

    OpenService = Callable[[Settings], AbstractAsyncContextManager[Service]]


DATABASE_S = 1.0
NOT_LOOKED_UP = Actor("a token that was not looked up", Role.ADMIN)


def halt(reason: ReasonOption = "halted at the command line", as_json: JsonOption = False) -> None:
    """Hang up every call and refuse new ones, on every PBX.

    Exit 1 where one could not be reached.
    """
    _show(asyncio.run(_halt(read_settings(), reason)), "halted", as_json=as_json)


async def _halt(settings: Settings, reason: str) -> HaltReport:
    """Halt without the database: the PBXs' passwords lie in the home.

    A reader of those may stop the calls. Modules that only the database needs are loaded after the
    PBXs were spoken to, unless a token must be looked up.
    """
    actor = await _actor(settings)
    actor.demand(Right.HALT)
    clock = clock_of(settings)
    halt = Halt(new_halt_id(), actor.name, clock.now(), reason)
    unreachable = await stop_pbxs(settings, clock, halt)
    pbxs = tuple(pbx.name for pbx in settings.pbxs)
    return HaltReport(pbxs, unreachable, await _record(settings, halt))


async def _actor(settings: Settings) -> Actor:
    """Look up the actor. Where the database does not answer at once, the halt counts all the same.

    It is then recorded as that of a token which was not looked up.
    """
    if not settings.token:
        return LOCAL_ADMINISTRATOR
    # Loaded before the time counts: slow modules are no silence of the database.
    open_service = _service()
    try:
        return await within(DATABASE_S, _holder(open_service, settings))
    except Unavailable:
        return NOT_LOOKED_UP


async def _holder(open_service: "OpenService", settings: Settings) -> Actor:
    async with open_service(settings) as service:
        return await service.suite.tokens.local(settings.token)


async def _record(settings: Settings, halt: Halt) -> bool:
    """Record the halt in the home, too: a service that runs from there then learns of it.

    So it does even while the database is away. Return False where the database did not take it.
    """
    try:
        await within(DATABASE_S, halt_notes(settings.home).keep(halt))
    except Unavailable as error:
        report(error)
    try:
        open_service = _service()
        async with open_service(settings) as service:
            return await service.suite.halting.record(halt)
    except Unavailable as error:
        report(error)
        return False


def _service() -> "OpenService":
    """Import late: see `_halt`."""
    return import_module("dialer.bootstrap.service").open_service  # type: ignore[no-any-return]


def unhalt(reason: ReasonOption = "", as_json: JsonOption = False) -> None:
    """End a halt. It needs a reason."""
    with_service = import_module("dialer.cli.base.session").with_service

    async def work(service: "Service", actor: Actor) -> HaltReport:
        return await service.suite.halting.unhalt(actor, reason)

    _show(with_service(work, links=Links.TRIED), "unhalted", as_json=as_json)


def _show(report: HaltReport, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(HaltView.of(report))
    else:
        reached = [name for name in report.pbxs if name not in report.unreachable]
        print_fields({done: ", ".join(reached) or "no PBX", "recorded": "yes" if report.recorded else "no"})
        print_fields({f"not reached: {name}": why for name, why in report.unreachable.items()})
    if report.unreachable or not report.recorded:
        raise typer.Exit(FAILED)
