"""Delivery of notifications to other systems."""

from typing import NewType, Protocol

WebhookUrl = NewType("WebhookUrl", str)
"""Name of one configured address, whose own text may hold secrets."""


class WebhookSender(Protocol):
    async def deliver(self, endpoint: WebhookUrl, body: bytes) -> None:
        """Return once it was taken. Raise `Unavailable` where that is not sure."""
        ...
