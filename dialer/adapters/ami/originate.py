"""A call order as the AMI action that asks for it. Pure.

Every value has the shape that dialplans/10-permit.conf demands.
"""

import hashlib
import re
from collections.abc import Iterable

from dialer.adapters.ami.translate import PbxTime
from dialer.adapters.ami.wire import Action, UnsafeValue
from dialer.domain.campaigns.campaign_definition import PART_NAME
from dialer.ports.telephony import CallOrder

GATE = "Local/call@dialer-permit/n"
"""The entry of the gate.

`/n` keeps Asterisk from optimising away the half that runs the gate, so its hang-up differs from
the callee's.
"""
TIMEOUT_SLACK_S = 10
"""Seconds beyond the ringing, for the gate and for a trunk that is slow to answer."""

SHAPES = {
    "DIALER_ATTEMPT": re.compile(r"[0-9a-f]{32}"),
    "DIALER_NUMBER": re.compile(r"\+[1-9][0-9]{6,14}"),
    "DIALER_FINGERPRINT": re.compile(r"[0-9a-f]{64}"),
    "DIALER_SPONSOR": re.compile(r"[0-9a-f]{16}"),
    "DIALER_CAMPAIGN": re.compile(r"c[0-9a-f]{12}"),
    "DIALER_EXPIRES": re.compile(r"[1-9][0-9]{9}"),
    "DIALER_TRUNK": re.compile(PART_NAME),
    "DIALER_RING": re.compile(r"[1-9][0-9]{0,2}"),
    "DIALER_SCRIPT": re.compile(r"[0-9a-f]{64}"),
    "DIALER_MAX": re.compile(r"[1-9][0-9]{0,3}"),
    "DIALER_CUT": re.compile(r"[1-9][0-9]{9}"),
    "DIALER_CALLER": re.compile(r"\+[1-9][0-9]{6,14}"),
}
"""Shape of every value of a permit, in the order in which the seal takes them."""
NEVER = "9999999999"
"""The UNIX second of the cut where no silence limits the call."""


def originate(order: CallOrder, seal_key: str, pbx_time: PbxTime) -> Action:
    """Make the Originate. Raise `UnsafeValue`, naming the first value of another shape."""
    variables = variables_of(order, pbx_time)
    for name, shape in SHAPES.items():
        require(name, variables[name], shape)
    variables["DIALER_SEAL"] = seal(variables, seal_key)
    return {
        "Action": "Originate",
        "Channel": GATE,
        "Application": "Wait",
        "Data": "1",
        "Async": "true",
        "ChannelId": order.attempt.id,
        "OtherChannelId": dialling_half(order.attempt.id),
        "Timeout": str((order.ring_timeout_s + TIMEOUT_SLACK_S) * 1000),
        "Variable": [f"{name}={value}" for name, value in variables.items()],
    }


def dialling_half(attempt_id: str) -> str:
    """The Uniqueid of the channel that runs the gate and dials.

    The attempt id alone is that of its idle other half.
    """
    return f"{attempt_id}-2"


def variables_of(order: CallOrder, pbx_time: PbxTime) -> dict[str, str]:
    attempt = order.attempt
    return {
        "DIALER_ATTEMPT": attempt.id,
        "DIALER_NUMBER": attempt.number,
        "DIALER_FINGERPRINT": attempt.fingerprint,
        "DIALER_SPONSOR": order.sponsor_key,
        "DIALER_CAMPAIGN": attempt.campaign_id,
        "DIALER_EXPIRES": str(pbx_time.epoch(attempt.expires_at)),
        "DIALER_TRUNK": attempt.trunk,
        "DIALER_RING": str(order.ring_timeout_s),
        "DIALER_SCRIPT": attempt.script,
        "DIALER_MAX": str(order.longest_s),
        "DIALER_CUT": str(pbx_time.epoch(order.cut_at)) if order.cut_at else NEVER,
        "DIALER_CALLER": attempt.caller_id,
    }


def seal(variables: dict[str, str], key: str) -> str:
    """Seal a permit's values: the seal shows the gate that the service wrote them together."""
    return sealed([variables[name] for name in SHAPES], key)


def sealed(values: Iterable[str], key: str) -> str:
    """Seal values with SHA-1, in hexadecimal: the one digest that the dialplan can compute."""
    text = ":".join([key, *values, key])
    return hashlib.sha1(text.encode("ascii"), usedforsecurity=False).hexdigest()


def require(name: str, value: str, shape: re.Pattern[str]) -> None:
    if not shape.fullmatch(value):
        # Not the value itself: it may be a number, and errors are logged.
        raise UnsafeValue(f"{name} has not the shape {shape.pattern}")
