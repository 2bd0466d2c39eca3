"""Notifications to other systems, as CloudEvents 1.0 in JSON, signed. Pure.

Never a number: fingerprints and ids alone.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.oppositions.suppression import Suppression

SOURCE = "/dialer"
SIGNATURE = "Dialer-Signature"
"""Header `t=<UNIX seconds>,v1=<hex>`.

HMAC-SHA256 (RFC 2104) over `<UNIX seconds>.<body>`, keyed with the endpoint's secret.
"""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 84
"""Some three days."""


class Topic(StrEnum):
    OPT_OUT = "opt_out"
    CAMPAIGN_ENDED = "campaign_ended"
    HALTED = "halted"
    UNHALTED = "unhalted"


@dataclass(frozen=True, slots=True)
class Notification:
    """`at`: when it happened, UTC. `subject`: the fingerprint, campaign or machine concerned."""

    topic: Topic
    at: datetime
    subject: str
    data: Mapping[str, str | None]

    @property
    def id(self) -> str:
        """The same for the same event, so that a receiver recognises a second delivery."""
        told = [self.topic, self.at.isoformat(), self.subject, sorted(self.data.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    def cloud_event(self) -> str:
        """Return the JSON format of the CloudEvents 1.0 specification, section 3."""
        return json.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": SOURCE,
                "type": f"dialer.{self.topic}",
                "subject": self.subject,
                "time": self.at.isoformat(),
                "datacontenttype": "application/json",
                "data": dict(self.data),
            },
            ensure_ascii=False,
        )


def opt_out(suppression: Suppression) -> Notification:
    """Build the notification without the suppression's note, which may hold anything."""
    return Notification(
        Topic.OPT_OUT,
        suppression.recorded_at,
        suppression.fingerprint,
        {
            "sponsor": suppression.sponsor,
            "channel": suppression.channel.value,
            "received_at": suppression.received_at.isoformat(),
            "source": suppression.source,
        },
    )


def campaign_ended(campaign: Campaign, *, by: str, at: datetime) -> Notification:
    data = {"state": campaign.state.value, "sponsor": campaign.definition.sponsor.id, "by": by}
    return Notification(Topic.CAMPAIGN_ENDED, at, campaign.id, data)


def halt_changed(*, halted: bool, by: str, at: datetime) -> Notification:
    return Notification(Topic.HALTED if halted else Topic.UNHALTED, at, "system", {"by": by})


def signature(secret: bytes, at: int, body: bytes) -> str:
    """Return the value of the header `SIGNATURE` for a body sent at `at`, in UNIX seconds."""
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def pause_after(tries: int) -> timedelta | None:
    """Return the wait after so many tries in vain, from 1; None: give up."""
    if tries >= MOST_TRIES:
        return None
    doublings = min(tries - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
