"""Meanings of the PBX's answers to single actions, and actions that several parts need. Pure."""

from collections.abc import Iterable

from dialer.adapters.ami import astdb
from dialer.adapters.ami.connection.errors import ActionRefused
from dialer.adapters.ami.connection.wire import Action, Fields, Reply
from dialer.adapters.ami.events.translate import CALLEE


def hangup(channel: str) -> Action:
    """Hang up `channel`: a name, a Uniqueid, or a regular expression between slashes."""
    return {"Action": "Hangup", "Channel": channel}


def callees_among(channels: Iterable[Fields]) -> list[Fields]:
    return [channel for channel in channels if str(channel.get("channel", "")).startswith(CALLEE)]


def present(reply: Reply) -> bool:
    """Return True where the key asked for is there. Raise `ActionRefused` for any other refusal."""
    return reply.message != astdb.NOT_FOUND and succeeded(reply).success


def succeeded(reply: Reply) -> Reply:
    """Return `reply`. Raise `ActionRefused` where the PBX refused the action."""
    if not reply.success:
        raise ActionRefused(f"the PBX refuses: {reply.message}", hint="its log (docker logs) says more")
    return reply
