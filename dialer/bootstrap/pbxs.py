"""The links to the PBXs."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.adapters.pbx.dialplan import approved_hash
from dialer.bootstrap.home import Links, read_secret
from dialer.domain.base.errors import BadSettings, DialerError
from dialer.domain.base.halt import Halt
from dialer.ports.telephony import Telephony
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halt_at_pbx import lock_and_hang_up
from dialer.settings import PbxSettings, Settings

log = structlog.get_logger()


@asynccontextmanager
async def open_fleet(settings: Settings, links: Links, clock: SystemClock) -> AsyncIterator[Fleet]:
    """Open the links to the PBXs alone, without the database. All are tried at once.

    A command that only tries them waits for none before it asks something of it. A command that
    drives them needs the secrets of all: raise the first's error where none can be driven. One that
    is refused among others is tried again and again, and is unready meanwhile.
    """
    pbxs = settings.pbxs if links is not Links.NONE else ()
    async with _telephonies(settings, pbxs, clock) as (telephonies, beyond):
        if links is Links.DRIVEN:
            await _start_all(telephonies, beyond)
        else:
            for telephony in telephonies.values():
                telephony.begin()
        yield Fleet(telephonies, driven=links is Links.DRIVEN, beyond=_reasons(beyond))


async def _start_all(telephonies: Mapping[str, AmiTelephony], beyond: Mapping[str, DialerError]) -> None:
    if beyond:
        raise next(iter(beyond.values()))
    tried = zip(telephonies, await asyncio.gather(*map(_start, telephonies.values())), strict=True)
    refused = {pbx: error for pbx, error in tried if error is not None}
    if refused and refused.keys() == telephonies.keys():
        raise next(iter(refused.values()))
    for pbx, why in refused.items():
        log.error("pbx not driven yet", pbx=pbx, error=str(why))


async def stop_pbxs(settings: Settings, clock: SystemClock, halt: Halt) -> dict[str, str]:
    """Lock every PBX and hang up its calls, without the database.

    Each is stopped as soon as it answers, regardless of the others. Return, by PBX, why it failed.
    """
    async with _telephonies(settings, settings.pbxs, clock) as (telephonies, beyond):

        async def stop(telephony: Telephony) -> None:
            await _start(telephonies[telephony.pbx])
            await lock_and_hang_up(telephony, halt)

        return await Fleet(telephonies, driven=False, beyond=_reasons(beyond)).everywhere("halt", stop)


@asynccontextmanager
async def _telephonies(
    settings: Settings, pbxs: Sequence[PbxSettings], clock: SystemClock
) -> AsyncIterator[tuple[dict[str, AmiTelephony], dict[str, DialerError]]]:
    """Yield the PBXs by name, their links not started yet, and the errors of the rest by name.

    An error is a secret or a dialplan of our own that cannot be read.
    """
    telephonies: dict[str, AmiTelephony] = {}
    beyond: dict[str, DialerError] = {}
    async with AsyncExitStack() as stack:
        for pbx in pbxs:
            try:
                telephonies[pbx.name] = telephony_of(settings.home, pbx, clock)
            except DialerError as error:
                beyond[pbx.name] = error
            except OSError as error:
                beyond[pbx.name] = BadSettings(f"{error.filename}: {error.strerror}")
            else:
                stack.push_async_callback(telephonies[pbx.name].close)
        yield telephonies, beyond


def _reasons(beyond: Mapping[str, DialerError]) -> dict[str, str]:
    return {pbx: str(error) for pbx, error in beyond.items()}


async def _start(telephony: AmiTelephony) -> DialerError | None:
    """Start the link.

    Return an error that a further try cannot mend, and all later requests raise.
    """
    try:
        await telephony.start()
    except DialerError as error:
        return error
    return None


def ami_address(home: Path, pbx: PbxSettings) -> AmiAddress:
    """Make the login to `pbx`. Raise `BadSettings` where its secret cannot be read."""
    host, _, port = pbx.ami.rpartition(":")
    return AmiAddress(host, int(port), pbx.user, read_secret(home / pbx.secret_file))


def telephony_of(home: Path, pbx: PbxSettings, clock: SystemClock) -> AmiTelephony:
    address = replace(ami_address(home, pbx), dialplan=approved_hash())
    seal_key, line_key = (read_secret(home / path) for path in (pbx.seal_path, pbx.line_path))
    return AmiTelephony(pbx.name, address, seal_key, clock, line_key=line_key, shift=clock.shift)
