"""The few parts that record an opposition: it is stored however much else is broken."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from dialer.adapters.clock import SystemClock
from dialer.adapters.home.keys import AesVault, fingerprint_keys, subjects_key
from dialer.adapters.sql.store import SqlStore
from dialer.bootstrap.home import Links, clock_of
from dialer.bootstrap.ledger import sealing
from dialer.bootstrap.pbxs import open_fleet
from dialer.bootstrap.service import subscribers
from dialer.domain.base.errors import DialerError
from dialer.services.access.keys import fingerprints_in_force
from dialer.services.access.tokens import Tokens
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.consents import Consents
from dialer.services.imports.run import Importer
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.suppression_import import SuppressionImports
from dialer.services.oppositions.suppressions import Suppressions
from dialer.services.pbx.fleet import Fleet
from dialer.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OppositionDesk:
    """Services that record oppositions and withdrawals.

    `fleet.untold` holds the unreached PBXs, each with the reason. The process that
    drives them tells them.
    """

    suppressions: Suppressions
    suppression_imports: SuppressionImports
    consents: Consents
    tokens: Tokens
    fleet: Fleet


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[OppositionDesk]:
    """Open the desk. Nothing beyond the database and the fingerprint keys can stop it.

    Raise `BadSettings` or `Unavailable` where those cannot be read.
    """
    clock = clock_of(settings)
    async with AsyncExitStack() as stack:
        told, pretended = subscribers(settings), bool(clock.shift)
        opening = SqlStore.open(settings.database_url, subscribers=told, pretended=pretended)
        store = await stack.enter_async_context(opening)
        fingerprints = await fingerprints_in_force(store, fingerprint_keys(settings.home))
        fleet = await stack.enter_async_context(open_fleet(settings, Links.TRIED, clock))
        room = await _room(stack, settings, store, clock)
        ringing = RingingCalls(store, fleet)
        suppressions = Suppressions(store, clock, fingerprints, fleet, ringing)
        importer = Importer(store, settings.home / "rejects", room)
        proofs = ConsentProofs(store, AesVault(subjects_key(settings.home)))
        yield OppositionDesk(
            suppressions,
            SuppressionImports(clock, fingerprints, suppressions, importer),
            Consents(store, clock, fingerprints, proofs, ringing),
            Tokens(store, clock),
            fleet,
        )


async def _room(
    stack: AsyncExitStack, settings: Settings, store: SqlStore, clock: SystemClock
) -> Callable[[], Awaitable[None]]:
    """Seal the ledger here, too, where that can be; else the running service does.

    Return the check for room.
    """
    try:
        return (await stack.enter_async_context(sealing(settings, store, clock))).room
    except DialerError as error:
        log.error("not sealed here", error=str(error))
        return _always


async def _always() -> None:
    """Take room for granted."""
