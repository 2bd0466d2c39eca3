"""A connection to an Asterisk. The only file that knows panoramisk.

panoramisk's protocol is used, its `Manager` is not. The manager sends unanswered actions again
after a reconnect, which would be a second call. It reconnects after being closed, repeats a refused
login for ever, and takes no timeout. A connection here lives once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from panoramisk.actions import Action as PanoramiskAction
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from dialer.adapters.ami import wire

WINDOW = 500
"""Actions under way at once when many are sent.

Enough to keep Asterisk busy, few enough to keep events flowing.
"""

# panoramisk logs whole messages, telephone numbers included, below this level.
_panoramisk_log = logging.getLogger("dialer.panoramisk")
_panoramisk_log.setLevel(logging.WARNING)


class Wires:
    """The factory that panoramisk's protocol expects.

    `dispatch` is a plain function, called in the order of arrival.
    """

    save_stream = None
    # Both names are needed: panoramisk reads either to decide on sending again, and we never do.
    forgetable_actions = frozenset({"originate", "login", "ping"})

    def __init__(self, on_event: Callable[[wire.Headers], None], on_lost: Callable[[], None]) -> None:
        self.awaiting_actions: deque[PanoramiskAction] = deque(maxlen=0)
        self._on_event = on_event
        self._on_lost = on_lost

    def dispatch(self, message: Message) -> None:
        self._on_event(wire.fields_of(message.items()))

    def connection_lost(self, _reason: object) -> None:
        self._on_lost()


class AmiClient:
    """`on_event` gets every event that answers no action, in order; it must not raise."""

    def __init__(self, on_event: Callable[[wire.Headers], None]) -> None:
        self._on_event = on_event
        self._protocol: Any = None
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._lost = asyncio.Event()

    async def open(self, host: str, port: int, timeout_s: float) -> None:
        """Connect. Call once. Raise `LinkDown` where nothing answers within `timeout_s` seconds."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                _, protocol = await loop.create_connection(AMIProtocol, host, port)
        except (OSError, TimeoutError) as error:
            raise wire.LinkDown(
                f"no AMI at {host}:{port} ({error or 'no answer'})", hint="is the PBX up?"
            ) from error
        protocol.factory = Wires(self._on_event, self._when_lost)
        protocol.encoding = wire.TRANSPORT_ENCODING
        protocol.log = _panoramisk_log
        self._protocol = protocol

    async def lost(self) -> None:
        """Return once the connection is gone, by either side."""
        await self._lost.wait()

    def close(self) -> None:
        if self._protocol is not None:
            self._protocol.close()
            self._protocol.transport.abort()
        self._when_lost()

    async def ask(self, action: wire.Action, timeout_s: float) -> wire.Reply:
        """Send once and wait for the reply.

        Raise `UnsafeValue` or `LinkDown` where nothing was sent, `NoAnswer` where that is unknown.
        """
        [reply] = await self._ask_window([action], timeout_s)
        return reply

    async def ask_all(self, actions: Sequence[wire.Action], timeout_s: float) -> list[wire.Reply]:
        """Send many as `ask` does, `WINDOW` at a time, each within `timeout_s` seconds.

        Return the replies in the order of `actions`.
        """
        for action in actions:
            wire.check_safe(action)
        replies: list[wire.Reply] = []
        for start in range(0, len(actions), WINDOW):
            replies += await self._ask_window(actions[start : start + WINDOW], timeout_s)
        return replies

    async def _ask_window(self, actions: Sequence[wire.Action], timeout_s: float) -> list[wire.Reply]:
        sent: list[PanoramiskAction] = []
        try:
            async with asyncio.timeout(timeout_s):
                sent += [self._send(action) for action in actions]
                return [self._reply(await one.future) for one in sent]
        except TimeoutError:
            raise wire.NoAnswer(
                f"the PBX did not answer {actions[0]['Action']} within {timeout_s:g} s"
            ) from None
        finally:
            for one in sent:
                self._forget(one)

    def _send(self, action: wire.Action) -> PanoramiskAction:
        wire.check_safe(action)
        if self._protocol is None or self._lost.is_set():
            raise wire.LinkDown("there is no link to the PBX")
        sent = PanoramiskAction(dict(action))
        self._unanswered.add(sent.future)
        # Asterisk answers an Originate when it takes it. The OriginateResponse comes later, as an
        # event.
        self._protocol.send(sent, as_list=False if action["Action"] == "Originate" else None)
        return sent

    def _forget(self, sent: PanoramiskAction) -> None:
        sent.future.cancel()
        self._unanswered.discard(sent.future)
        self._protocol.responses.pop(sent.id, None)

    def _reply(self, answer: Message | list[Message] | None) -> wire.Reply:
        if answer is None:
            raise wire.NoAnswer("the link was lost before the PBX answered")
        first, *rest = answer if isinstance(answer, list) else [answer]
        if "event" in first:
            # OriginateResponse overtook the answer to its Originate: it is that answer, and an
            # event too.
            self._on_event(wire.fields_of(first.items()))
            return wire.Reply(success=True, message="", fields={})
        items = tuple(wire.fields_of(message.items()) for message in rest)
        return wire.Reply(
            first.success, str(first.message), wire.fields_of(first.items()), without_end(items)
        )

    def _when_lost(self) -> None:
        self._lost.set()
        for future in self._unanswered:
            if not future.done():
                future.set_result(None)


def without_end(items: tuple[wire.Headers, ...]) -> tuple[wire.Headers, ...]:
    """Return the items of a list without the event that ends it.

    Raise `ActionRefused` where that event counts another number of items.
    """
    if not items:
        return items
    *listed, end = items
    count = end.get("listitems")
    if count is not None and count != str(len(listed)):
        raise wire.ActionRefused(f"the PBX counts {count} items in a list of {len(listed)}")
    return tuple(listed)
