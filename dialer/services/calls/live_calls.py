"""The calls alive in this process, counted for pacing.

The database is the truth: every recovery corrects these counts with it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.final_answer import About, end_about
from dialer.services.calls.paces import Paces


class LiveCalls:
    def __init__(self) -> None:
        self._alive: dict[AttemptId, Attempt] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._heard: dict[str, datetime] = {}
        self.paces = Paces()

    def put(self, attempt: Attempt) -> None:
        """Keep the attempt while it is alive; forget it when it no longer is."""
        self._drop(attempt.id)
        if (heard := _last_word(attempt)) is not None:
            self._heard[attempt.trunk] = max(heard, self._heard.get(attempt.trunk, heard))
        if attempt.alive:
            self._alive[attempt.id] = attempt
            self._counts.update(_keys(attempt))

    def alive(self, pbx: str) -> list[Attempt]:
        return [attempt for attempt in self._alive.values() if attempt.pbx == pbx]

    def forget(self, pbx: str) -> None:
        for attempt in self.alive(pbx):
            self._drop(attempt.id)

    def correct(self, asked: Iterable[AttemptId], known: Iterable[Attempt]) -> None:
        """Drop the attempts in `asked`, but for the `known` ones.

        Other attempts stay: they may have begun since the question.
        """
        for attempt_id in asked:
            self._drop(attempt_id)
        for attempt in known:
            self.put(attempt)

    def on_campaign(self, campaign_id: str) -> int:
        return self._counts["campaign", campaign_id]

    def on_trunk(self, trunk: str) -> int:
        return self._counts["trunk", trunk]

    def unheard(self, trunk: str) -> int:
        """Count calls sent over the trunk since it last answered an INVITE.

        Ringing, an answer of the callee and a refusal all count as an answer.
        """
        heard = self._heard.get(trunk)
        sent = (a.originated_at for a in self._alive.values() if a.trunk == trunk and _last_word(a) is None)
        return sum(1 for at in sent if at is not None and (heard is None or at > heard))

    @contextmanager
    def taken(self, trunk: str) -> Iterator[None]:
        """Occupy a line of the trunk for a call outside all attempts."""
        self._counts["trunk", trunk] += 1
        try:
            yield
        finally:
            self._counts["trunk", trunk] -= 1

    def on_pbx(self, pbx: str) -> int:
        return self._counts["pbx", pbx]

    def __contains__(self, attempt_id: AttemptId) -> bool:
        return attempt_id in self._alive

    def _drop(self, attempt_id: AttemptId) -> None:
        if known := self._alive.pop(attempt_id, None):
            self._counts.subtract(_keys(known))


def _last_word(attempt: Attempt) -> datetime | None:
    """Return the instant of the network's last answer to the INVITE.

    An end without any answer is none. The end of an answered call is none either: the way there may
    have closed since.
    """
    refused_at = attempt.ended_at if end_about(attempt) is not About.SILENCE else None
    return attempt.answered_at or refused_at or attempt.ringing_at


def _keys(attempt: Attempt) -> list[tuple[str, str]]:
    return [("campaign", attempt.campaign_id), ("trunk", attempt.trunk), ("pbx", attempt.pbx)]
