"""Call-back probes at an Asterisk: each ordered once, its report read from the PBX's memory.

The dialplan's side is dialplans/97-probe.conf.
"""

import asyncio
import re
from collections.abc import Iterable

from dialer.adapters.ami import astdb
from dialer.adapters.ami.link import AmiLink
from dialer.adapters.ami.originate import SHAPES, TIMEOUT_SLACK_S, require, sealed
from dialer.adapters.ami.translate import Malformed, PbxTime, matching, text
from dialer.adapters.ami.wire import Action, Headers, LinkDown, NoAnswer, UnsafeValue
from dialer.domain.base.errors import NotOriginated
from dialer.domain.calls.call_events import DialStatus
from dialer.ports.telephony import ProbeEnd, ProbeOrder

GATE = "Local/call@dialer-probe/n"
PROBED = "dialer-probed"
PURPOSE = "probe"
"""The first word under the seal. A permit's seal has none, so neither stands for the other."""
PROBE_SHAPES = {
    "DIALER_PROBE": re.compile(r"[0-9a-f]{32}"),
    "DIALER_NUMBER": SHAPES["DIALER_NUMBER"],
    "DIALER_CALLER": SHAPES["DIALER_CALLER"],
    "DIALER_EXPIRES": SHAPES["DIALER_EXPIRES"],
    "DIALER_TRUNK": SHAPES["DIALER_TRUNK"],
    "DIALER_RING": SHAPES["DIALER_RING"],
    "DIALER_LISTEN": re.compile(r"[1-9][0-9]?"),
}
"""Shape of every value of an order, in the order in which the seal takes them."""
LOOK_EVERY_S = 0.25
_NUMBER = re.compile(r"[0-9]{0,3}")
_WHY = re.compile(r"[A-Z_]{1,32}")


def probe_action(order: ProbeOrder, seal_key: str, pbx_time: PbxTime) -> Action:
    """Make the Originate of a probe.

    Raise `UnsafeValue`, naming the first value of another shape.
    """
    variables = {
        "DIALER_PROBE": order.id,
        "DIALER_NUMBER": order.number,
        "DIALER_CALLER": order.shown,
        "DIALER_EXPIRES": str(pbx_time.epoch(order.expires_at)),
        "DIALER_TRUNK": order.trunk,
        "DIALER_RING": str(order.ring_timeout_s),
        "DIALER_LISTEN": str(order.listen_s),
    }
    for name, shape in PROBE_SHAPES.items():
        require(name, variables[name], shape)
    variables["DIALER_SEAL"] = sealed([PURPOSE, *variables.values()], seal_key)
    return {
        "Action": "Originate",
        "Channel": GATE,
        "Application": "Wait",
        "Data": "1",
        "Async": "true",
        # Not the id of an attempt, so that its events are not taken for those of a call.
        "ChannelId": f"probe-{order.id}",
        "OtherChannelId": f"probe-{order.id}-2",
        "Timeout": str((order.ring_timeout_s + TIMEOUT_SLACK_S) * 1000),
        "Variable": [f"{name}={value}" for name, value in variables.items()],
    }


def end_in(rows: Iterable[Headers]) -> ProbeEnd | None:
    """The report in the answer to DBGet, None where there is none yet.

    Raise `Malformed` where it cannot be read.
    """
    for row in rows:
        if "val" in row:
            return _end(dict(astdb.named(part) for part in text(row, "val").split(",")))
    return None


def _end(fields: Headers) -> ProbeEnd:
    if text(fields, "refused"):
        return ProbeEnd(None, refused=matching(fields, "refused", _WHY))
    status = text(fields, "dialstatus")
    cause, sip = (matching(fields, name, _NUMBER) for name in ("cause", "sip"))
    return ProbeEnd(
        # Asterisk has more words for calls that its own dialplan does not let through.
        DialStatus(status) if status in DialStatus.__members__ else DialStatus.FAILED,
        int(cause) if cause else None,
        int(sip) if sip else None,
    )


class Prober:
    def __init__(self, link: AmiLink, seal_key: str, pbx_time: PbxTime) -> None:
        self._link = link
        self._seal_key = seal_key
        self._pbx_time = pbx_time

    async def probe(self, order: ProbeOrder) -> ProbeEnd:
        """Probe as `ports.telephony.Telephony.probe` says."""
        try:
            reply = await self._link.ask(probe_action(order, self._seal_key, self._pbx_time))
        except (UnsafeValue, LinkDown) as error:
            raise NotOriginated(error.detail, hint=error.hint) from error
        if not reply.success:
            raise NotOriginated(f"the PBX refused the Originate ({reply.message})")
        try:
            async with asyncio.timeout(order.ring_timeout_s + order.listen_s + 2 * TIMEOUT_SLACK_S):
                return await self._reported(order)
        except TimeoutError:
            raise NoAnswer("the PBX did not report the end of a call-back probe") from None

    async def _reported(self, order: ProbeOrder) -> ProbeEnd:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            rows = (await self._link.ask(astdb.get(PROBED, order.id))).items
            try:
                end = end_in(rows)
            except Malformed as error:
                raise NoAnswer(f"the report of a call-back probe cannot be read: {error}") from None
            if end is not None:
                await self._link.ask(astdb.delete(PROBED, order.id))
                return end
