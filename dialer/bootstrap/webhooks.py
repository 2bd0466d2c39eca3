"""Wiring of the delivery of webhooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialer.adapters.clock import SystemClock
from dialer.adapters.webhook_sender import Address, HttpWebhookSender
from dialer.bootstrap.home import read_secret
from dialer.ports.unit_of_work import Store
from dialer.ports.upkeep import HasOutbox
from dialer.services.upkeep.notifying import Notifying
from dialer.settings import Settings


@asynccontextmanager
async def notifying(
    settings: Settings, store: Store[HasOutbox], clock: SystemClock
) -> AsyncIterator[Notifying]:
    """Open the delivery. Only a process that drives PBXs delivers, and needs the secrets for it."""
    addresses = {
        webhook.endpoint: Address(webhook.url, read_secret(settings.home / webhook.secret_file).encode())
        for webhook in settings.webhooks
    }
    async with HttpWebhookSender.open(addresses, clock) as courier:
        yield Notifying(store, courier, tuple(addresses), clock)
