"""Notifications over HTTP: CloudEvents in structured mode, signed, within bounds of time."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from dialer.domain.base.errors import Unavailable
from dialer.ports.clock import Clock
from dialer.ports.upkeep import WebhookUrl

TIMEOUT = ClientTimeout(total=10, sock_connect=5)
SIGNATURE = "Dialer-Signature"
"""Header `t=<UNIX seconds>,v1=<hex>`.

HMAC-SHA256 (RFC 2104) over `<UNIX seconds>.<body>`, keyed with the endpoint's secret.
"""
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


def signature(secret: bytes, at: int, body: bytes) -> str:
    """Return the value of the header `SIGNATURE` for a body sent at `at`, in UNIX seconds."""
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
