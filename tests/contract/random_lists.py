"""Lists of families: people who differ in one stored value.

Most of their times are near those at which an answer may change.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import TypeVar

from dialer.domain.base.types import AttemptId, ContactId, Fingerprint, PhoneNumber
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent import (
    Basis,
    ConsentAct,
    ConsentedWindow,
    ConsentEvent,
    ConsentForm,
    ConsentGiven,
    ConsentWithdrawn,
    Mention,
)
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression, fingerprint_of
from dialer.ports.records import NewContact
from tests.samples.calls import an_attempt
from tests.samples.campaigns import CAMPAIGN, OTHER_CAMPAIGN, SPONSOR
from tests.samples.people import details_of

SLOTS = tuple(
    (ConsentedWindow(frozenset(days), time(start, minute), time(start + 2)),)
    for days, start, minute in ((range(5), 10, 0), ((1,), 17, 30), ((0, 2), 9, 15), ((5, 6), 11, 0))
)
BEGINNINGS = ("+3319900", "+3326191", "+3316200", "+26269200", "+59069000", "+1201555", "+3380012")
WHOLE_FORM = ConsentForm("a" * 64, tuple(Mention))
TEXTS = ("", " ", "\N{NO-BREAK SPACE}", "\t\N{IDEOGRAPHIC SPACE}", " a", "\N{EM SPACE}b", "'", "other form")
SOMEBODY = Fingerprint("f" * 64)
ENDED = (AttemptState.ENDED, AttemptState.LAPSED, AttemptState.LOST)
OF_THE_CALL = {
    *("id", "contact_id", "number", "fingerprint", "permit_until", "decision_hash", "rule_pack"),
    *("trunk", "pbx", "caller_id", "script", "trace", "lapse_reason"),
}
TICK = timedelta(microseconds=1)
Value = TypeVar("Value")
Event = TypeVar("Event", bound=ConsentGiven | Suppression | Attempt)


@dataclass(frozen=True)
class Person:
    row: NewContact
    consents: tuple[ConsentEvent, ...]
    oppositions: tuple[Suppression, ...]
    attempts: tuple[Attempt, ...]


class RandomPeople:
    """People drawn by chance, mostly with the consent that `campaign` needs.

    `turns` are instants near which stored times shall fall.
    """

    def __init__(self, seed: int, campaign: CampaignDefinition, turns: Sequence[datetime]) -> None:
        self._random = Random(seed)
        self._campaign = campaign
        self._turns = turns
        self._count = 0

    def family(self) -> list[Person]:
        """A person, and for every stored value one more who differs in that alone."""
        first = self._person()
        return [self._registered(person) for person in (first, *self._others(first))]

    def endings(self) -> list[Person]:
        """People alike but for the end of their only consent, mostly while the campaign goes on."""
        given, row = self._given(), self._row()
        ends = [self._any_time() for _ in range(6)] + [self._meanwhile() for _ in range(10)]
        alike = [Person(row, (replace(given, expires_at=end),), (), ()) for end in ends]
        return [self._registered(person) for person in alike]

    def _person(self) -> Person:
        consents = [self._given() for _ in range(self._random.choices((1, 2, 3), (4, 3, 1))[0])]
        oppositions = [self._opposition() for _ in range(self._random.choices((0, 1, 2), (12, 2, 1))[0])]
        attempts = [self._attempt() for _ in range(self._random.choices((0, 1, 2, 4), (8, 4, 2, 1))[0])]
        return Person(self._row(), tuple(consents), tuple(oppositions), tuple(attempts))

    def _others(self, person: Person) -> Iterator[Person]:
        yield replace(person, row=self._row())
        yield replace(person, consents=person.consents[::-1])
        yield replace(person, consents=(*person.consents, self._withdrawn()))
        given = [event for event in person.consents if isinstance(event, ConsentGiven)]
        for consents in self._changed(given, self._given):
            yield replace(person, consents=consents)
        for oppositions in self._changed(person.oppositions, self._opposition):
            yield replace(person, oppositions=oppositions)
        for attempts in self._changed(person.attempts, self._attempt):
            yield replace(person, attempts=attempts)

    def _changed(self, events: Sequence[Event], fresh: Callable[[], Event]) -> Iterator[tuple[Event, ...]]:
        """Change one value of one event to one that others have."""
        for index, event in enumerate(events):
            for field in fields(event):
                value = getattr(event, field.name)
                drawn = [
                    getattr(fresh(), field.name) for _ in range(40 if field.name not in OF_THE_CALL else 0)
                ]
                others = [other for other in drawn if other != value]
                if others:
                    changed = replace(event, **{field.name: others[0]})
                    yield (*events[:index], changed, *events[index + 1 :])

    def _registered(self, person: Person) -> Person:
        """Register a person of their own: a number, and events about it."""
        self._count += 1
        number = PhoneNumber(f"{person.row.number}{self._count:04d}")
        mine = fingerprint_of(number, b"key of the tests")
        row = replace(person.row, line=self._count, number=number, fingerprint=mine)
        made = tuple(
            replace(
                attempt,
                id=AttemptId(f"{self._random.getrandbits(128):032x}"),
                number=number,
                fingerprint=mine,
            )
            for attempt in person.attempts
        )
        consents = tuple(replace(event, fingerprint=mine) for event in person.consents)
        return Person(row, consents, tuple(replace(e, fingerprint=mine) for e in person.oppositions), made)

    def _mostly(self, usual: Value, *others: Value) -> Value:
        return usual if self._random.random() < 0.93 else self._random.choice((usual, *others))

    def _any_time(self) -> datetime:
        """An instant at a turn, a tick beside it, or anywhere in years before and days after."""
        pick = self._random
        at = pick.choice(self._turns)
        if pick.random() < 0.4:
            return at + pick.choice((-TICK, timedelta(0), TICK, timedelta(minutes=-9), timedelta(hours=1)))
        days = pick.choice((2, 10, 40, 1000))
        return at + timedelta(seconds=pick.randint(-86_400 * days, 86_400 * 3))

    def _meanwhile(self) -> datetime:
        lasts = self._campaign.ends_at - self._campaign.starts_at
        return self._campaign.starts_at + lasts * self._random.random()

    def _row(self) -> NewContact:
        """Make a row whose `number` is only a beginning."""
        return NewContact(
            line=0,
            number=PhoneNumber(self._mostly(*BEGINNINGS)),
            fingerprint=SOMEBODY,
            details=details_of(
                language=self._mostly("fr", None),
                territory=self._mostly(None, "FR", "MQ"),
                timezone=self._mostly(None, "Europe/Paris"),
            ),
            consent=None,
        )

    def _withdrawn(self) -> ConsentWithdrawn:
        sponsor, channel = self._mostly(SPONSOR, None, "another"), self._mostly("email", "letter")
        return ConsentWithdrawn(SOMEBODY, sponsor, channel, self._any_time(), self._any_time())

    def _given(self) -> ConsentGiven:
        purpose = self._campaign.purpose
        return ConsentGiven(
            fingerprint=SOMEBODY,
            sponsor=self._mostly(SPONSOR, "another"),
            purpose=self._mostly(purpose, purpose.upper(), "something else"),
            channel=self._mostly("automated_voice", "AUTOMATED_VOICE", "sms"),
            source=self._mostly("form", *TEXTS),
            proof=self._mostly(f"form {self._random.random()}", *TEXTS),
            given_at=self._any_time(),
            expires_at=self._random.choice((None, self._any_time())),
            windows=self._mostly(SLOTS[0], (), *SLOTS[1:]),
            appointment_at=self._mostly(None, self._any_time()),
            act=self._mostly(ConsentAct.OPT_IN_FORM, None, ConsentAct.SPOKEN_RECORDED),
            territory=self._mostly(None, "FR", "RE"),
            timezone=None,
            import_id=None,
            recorded_at=self._any_time(),
            basis=self._mostly(self._campaign.basis, *Basis),
            form=self._mostly(None, WHOLE_FORM, replace(WHOLE_FORM, mentions=())),
        )

    def _opposition(self) -> Suppression:
        return Suppression(
            fingerprint=SOMEBODY,
            sponsor=self._mostly("another", None, SPONSOR),
            channel=self._mostly(*OppositionChannel),
            received_at=self._any_time(),
            recorded_at=self._any_time(),
            recorded_by=self._mostly("camille", "omar"),
        )

    def _attempt(self) -> Attempt:
        at = self._any_time()
        return an_attempt(
            id=AttemptId(""),
            campaign_id=self._mostly(OTHER_CAMPAIGN, CAMPAIGN),
            contact_id=ContactId(0),
            number=PhoneNumber(""),
            fingerprint=SOMEBODY,
            sponsor=self._mostly(SPONSOR, "another"),
            state=self._mostly(*ENDED),
            decided_at=at,
            permit_until=at,
            expires_at=at,
            originated_at=None,
            dialed_at=self._mostly(None, self._any_time()),
            result=self._mostly(Result.NOT_ANSWERED, None, Result.MESSAGE_PLAYED),
        )
