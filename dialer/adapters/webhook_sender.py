"""Notifications over HTTP: CloudEvents in structured mode, signed, within bounds of time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from dialer.domain.base.errors import Unavailable
from dialer.domain.upkeep import SIGNATURE, signature
from dialer.ports.clock import Clock
from dialer.ports.upkeep import WebhookUrl

TIMEOUT = ClientTimeout(total=10, sock_connect=5)
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Address:
    url: str = field(repr=False)
    secret: bytes = field(repr=False)


class HttpWebhookSender:
    """Implementation of `dialer.ports.upkeep.WebhookSender`."""

    def __init__(self, session: ClientSession, addresses: Mapping[WebhookUrl, Address], clock: Clock) -> None:
        self._session = session
        self._addresses = addresses
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls, addresses: Mapping[WebhookUrl, Address], clock: Clock
    ) -> AsyncIterator["HttpWebhookSender"]:
        async with ClientSession(timeout=TIMEOUT) as session:
            yield cls(session, addresses, clock)

    async def deliver(self, endpoint: WebhookUrl, body: bytes) -> None:
        """Send `body` to the endpoint. Any 2xx is a receipt. Raise `Unavailable` for anything else.

        A redirection is not followed: the body is for this address alone.
        """
        address = self._addresses[endpoint]
        at = int(self._clock.now().timestamp())
        headers = {"Content-Type": MEDIA_TYPE, SIGNATURE: signature(address.secret, at, body)}
        try:
            async with self._session.post(
                address.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (ClientError, TimeoutError, OSError) as error:
            # The error's own words name the address.
            raise Unavailable(f"not delivered: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise Unavailable(f"not delivered: answered {status}")
