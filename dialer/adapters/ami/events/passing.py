"""Calls between the gate and their INVITE: neither refused, nor surely sent."""

from collections.abc import Collection

from dialer.adapters.ami.connection.errors import ActionRefused
from dialer.adapters.ami.connection.link import AmiLink
from dialer.adapters.ami.connection.wire import Action
from dialer.adapters.ami.events.callees import CalleeChannels
from dialer.adapters.ami.events.report import text
from dialer.adapters.ami.events.translate import callee_call
from dialer.adapters.ami.originate import dialling_half
from dialer.domain.base.types import AttemptId

NO_CHANNEL = "No such channel"
HEARD = frozenset({"4", "5", "6"})
"""Channel states brought about by the network: the callee's telephone rings, or was answered."""


async def passing(
    link: AmiLink, callees: CalleeChannels, attempt_ids: Collection[AttemptId]
) -> frozenset[AttemptId]:
    """Return the attempts whose INVITE may still leave, unless the gate refuses them.

    Asterisk reports the start of a dial (DialBegin) once the INVITE waits for the thread of its
    session. That thread does one thing after another: when it has answered a question about the
    channel, the INVITE has left. Raise `Unavailable`.
    """
    channels = (await link.ask({"Action": "CoreShowChannels"})).items
    there = {text(channel, "uniqueid") for channel in channels}
    may_leave = {attempt_id for attempt_id in attempt_ids if dialling_half(attempt_id) in there}
    asked: list[Action] = []
    for channel in channels:
        attempt_id = callee_call(channel)
        if attempt_id not in may_leave:
            continue
        if text(channel, "channelstate") in HEARD:
            may_leave.discard(attempt_id)
        elif callees.begun(attempt_id):
            may_leave.discard(attempt_id)
            asked.append(call_id_of(text(channel, "channel")))
    for reply in await link.ask_all(asked):
        # A channel that is gone by now has nothing left to send.
        if not reply.success and reply.message != NO_CHANNEL:
            raise ActionRefused(f"the PBX tells nothing of a channel ({reply.message})")
    return frozenset(may_leave)


def call_id_of(channel: str) -> Action:
    return {"Action": "Getvar", "Channel": channel, "Variable": "CHANNEL(pjsip,call-id)"}
