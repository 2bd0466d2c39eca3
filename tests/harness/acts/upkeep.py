"""Acts on keys and tokens, on the ledger, and on what is kept and sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from dialer.domain.access import Token
from dialer.domain.ledger.event import LedgerEvent
from dialer.ports.access import KeyVersion, Rekeying
from dialer.ports.records import (
    ArchivedAnswer,
    Delivery,
    RequestKey,
)
from dialer.ports.upkeep import WebhookUrl
from dialer.services.access import keys, tokens
from dialer.services.access.idempotency import begin_request
from dialer.services.upkeep.notifying import claim_due
from tests.harness.acts.base import Acts

if TYPE_CHECKING:
    from dialer.adapters.sql.access import SqlIdempotencyRepository, SqlKeyRepository, SqlTokenRepository
    from dialer.adapters.sql.erasure import SqlRetentionRepository
    from dialer.adapters.sql.ledger import SqlLedgerRepository
    from dialer.adapters.sql.upkeep import SqlOutboxRepository, SqlRestoreRepository
else:
    SqlIdempotencyRepository = SqlKeyRepository = SqlTokenRepository = object
    SqlLedgerRepository = SqlOutboxRepository = SqlRestoreRepository = object
    SqlRetentionRepository = object


class IdempotencyActs(Acts, SqlIdempotencyRepository):
    noun = "idempotency"

    async def begin(  # type: ignore[override]
        self, key: RequestKey, *, at: datetime, forget_before: datetime
    ) -> ArchivedAnswer | None:
        return await begin_request(self.store, key, at=at, forget_before=forget_before)


class KeyActs(Acts, SqlKeyRepository):
    noun = "keys"

    async def begin(self, made: KeyVersion) -> None:
        await keys.begin_rotation(self.store, made)

    async def move(self, rekeying: Rekeying) -> int:
        return await keys.move_some(self.store, rekeying)

    async def end(self, made: KeyVersion) -> bool:
        return await keys.end_rotation(self.store, made)

    async def clear(self) -> None:  # type: ignore[override]
        await keys.clear_moved(self.store)


class LedgerActs(Acts, SqlLedgerRepository):
    noun = "ledger"

    async def append(self, events: Iterable[LedgerEvent]) -> None:
        async with self.store.write() as work:
            work.record(*events)


class OutboxActs(Acts, SqlOutboxRepository):
    noun = "outbox"

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        return await claim_due(self.store, endpoint, now=now, until=until, limit=limit)


class RestoreActs(Acts, SqlRestoreRepository):
    noun = "restores"


class RetentionActs(Acts, SqlRetentionRepository):
    noun = "retention"


class TokenActs(Acts, SqlTokenRepository):
    noun = "tokens"

    async def add(self, token: Token, *, by: str) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await tokens.add_token(work, token, by=by)

    async def revoke(self, name: str, *, by: str, at: datetime) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await tokens.revoke_token(work, name, by=by, at=at)
