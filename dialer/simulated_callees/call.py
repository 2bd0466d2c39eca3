"""A call while it lasts: its signals, its listener, its sender, and the acts of its callee."""

import asyncio
from collections.abc import Callable

from dialer.simulated_callees.listener import Corpus, Listener, Passage
from dialer.simulated_callees.personas import ROLES, Act, HangUp, Hears, Pause, Press, Says, persona_of
from dialer.simulated_callees.received import Ending, Heard, KeyPressed, Offer, ReceivedCall, ReceivedInvite
from dialer.simulated_callees.rtp import RtpSource
from dialer.simulated_callees.rtp_sender import KeyPress, RtpSender, spoken


class CalleeCall:
    """A call in the receiver's event loop; others see it by `snapshot`."""

    def __init__(
        self, call_id: str, offer: Offer, now: float, corpus: Corpus, hang_up: Callable[[str], None]
    ) -> None:
        self.invite = ReceivedInvite(_e164(offer.number), call_id, _e164(offer.caller_id), now)
        self.address = offer.address
        self._persona = persona_of(self.invite.number)
        role = ROLES[self._persona] if self._persona else None
        self._acts = role.acts if role else ()
        self._hang_up = hang_up
        self._news = asyncio.Event()
        self.listener = Listener(corpus, self._news.set)
        source = RtpSource(ssrc=hash(call_id) & 0xFFFFFFFF, event_type=offer.event_type)
        self.mouth = RtpSender(source, spoken(role.says if role else Says.NOTHING))
        self._task: asyncio.Task[None] | None = None
        self._known = 0
        self._answered: float | None = None
        self._ended: float | None = None
        self._ending: Ending | None = None

    def answered(self, now: float) -> None:
        """Note that the 200 OK leaves."""
        self._answered = now

    def acknowledged(self) -> None:
        """Note that the ACK has come: the callee begins to act.

        Not before, since the called side may not send BYE earlier (RFC 3261 section 15).
        """
        self._task = asyncio.create_task(self._perform())

    def ended(self, now: float, ending: Ending) -> None:
        """Note the end; the first one counts.

        When both sides hang up at once, it is the one SIPp saw first.
        """
        if self._ended is None:
            self._ended, self._ending = now, ending
        self.stop_acting()

    def stop_acting(self) -> None:
        if self._task:
            self._task.cancel()

    def snapshot(self) -> ReceivedCall:
        zero = self._answered if self._answered is not None else self.invite.at
        return ReceivedCall(
            number=self.invite.number,
            call_id=self.invite.call_id,
            caller_id=self.invite.caller_id,
            persona=self._persona,
            invited_at=self.invite.at,
            answered_at=self._answered,
            ended_at=self._ended,
            ending=self._ending,
            heard=tuple(_heard(passage, zero) for passage in self.listener.passages),
            keys=tuple(_pressed(press, zero) for press in self.mouth.pressed),
            lost_packets=self.listener.lost,
        )

    async def _perform(self) -> None:
        for act in self._acts:
            await self._do(act)

    async def _do(self, act: Act) -> None:
        match act:
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Hears(prompt, whole):
                await self._until_heard(prompt, whole=whole)
            case Press(key, held_s):
                self.mouth.press(key, held_s)
            case HangUp():
                self._hang_up(self.invite.call_id)

    async def _until_heard(self, prompt: str, *, whole: bool) -> None:
        while True:
            for n, passage in enumerate(self.listener.passages[self._known :], self._known + 1):
                if passage.prompt == prompt and (passage.complete or not whole):
                    self._known = n
                    return
            self._news.clear()
            await self._news.wait()


def _e164(user: str) -> str:
    return f"+{user}" if user.isdecimal() else user


def _ms(at: float, zero: float) -> int:
    return round((at - zero) * 1000)


def _pressed(press: KeyPress, zero: float) -> KeyPressed:
    return KeyPressed(press.key, _ms(press.down, zero), None if press.up is None else _ms(press.up, zero))


def _heard(passage: Passage, zero: float) -> Heard:
    started, ended = _ms(passage.started, zero), _ms(passage.ended, zero)
    return Heard(
        passage.prompt,
        started,
        ended,
        passage.complete,
        bytes(passage.audio),
        passage.resumed,
        passage.lost,
    )
