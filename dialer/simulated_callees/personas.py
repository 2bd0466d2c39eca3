"""The fictional callees: a row for each kind, with its behaviour and the expected result.

Their numbers end in PPNN: PP is the code of the row, NN counts within one of the ranges that ARCEP
keeps for fiction (decision 2018-0881: 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49). Acts begin
once the call is answered, and follow each other step by step.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from dialer.domain.calls.attempt import Result
from dialer.domain.calls.call_events import DialStatus


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Hears:
    """Wait until `prompt` begins, later than the act before.

    With `whole`, wait until it has been heard to its end.
    """

    prompt: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Put `key` (0-9, *, #) down for `held_s` seconds.

    The next act follows at once, the key still down.
    """

    key: str
    held_s: float = 0.12


@dataclass(frozen=True, slots=True)
class HangUp:
    """Send BYE."""


Act = Pause | Hears | Press | HangUp


RANGES = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")


class Persona(StrEnum):
    PRESSES_ONE = "presses_one"
    NINE_IN_NOTICE = "nine_in_notice"
    NINE_IN_MESSAGE = "nine_in_message"
    NINE_THEN_HANGS_UP = "nine_then_hangs_up"
    NO_KEY = "no_key"
    WRONG_KEY_THEN_ONE = "wrong_key_then_one"
    HANGS_UP_IN_NOTICE = "hangs_up_in_notice"
    HANGS_UP_IN_MESSAGE = "hangs_up_in_message"
    ONE_DURING_NOTICE = "one_during_notice"
    EIGHT_THEN_ONE = "eight_then_one"
    NINE_AT_ONCE = "nine_at_once"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"
    DECLINED = "declined"
    MACHINE = "machine"
    FORWARDED_ABROAD = "forwarded_abroad"
    MOVED = "moved"


class Says(Enum):
    """The callee's speech on answering; silence follows."""

    NOTHING = "nothing"
    HELLO = "hello"
    GREETING_AND_BEEP = "greeting and beep"


@dataclass(frozen=True, slots=True)
class PersonaRole:
    """The behaviour of a kind of callees, and the dialer's expected result.

    `status` is the last SIP status the callee sends by itself: 200 answers, 180 rings for ever, the
    rest refuse. 181 answers as well, from abroad: it is said before and in the answer (RFC 7044);
    302 names another number to call instead.
    """

    code: int
    status: int
    says: Says
    acts: tuple[Act, ...]
    dial_status: DialStatus
    result: Result


_INVITED = (Hears("invitation"), Pause(0.5))
_LISTENS = (*_INVITED, Press("1"), Hears("message"), Pause(1.0))
_DURING_NOTICE = (Hears("notice"), Pause(1.0))
_AFTER_WRONG_KEY = (Press("5"), Hears("wrong-key", whole=True), Pause(0.3))
_AFTER_LEGAL = (Press("8"), Hears("legal", whole=True))
_NINE_NEVER_RELEASED = (Pause(3.0), Press("9", held_s=1.0), Pause(0.1), HangUp())

_QUIET, _HELLO, _TAPE = Says.NOTHING, Says.HELLO, Says.GREETING_AND_BEEP
_ANSWER, _NOBODY = DialStatus.ANSWER, Result.NOT_ANSWERED

# fmt: off
ROLES: dict[Persona, PersonaRole] = {
    # who, code, SIP status, says, does, dial status, result
    Persona.PRESSES_ONE:         PersonaRole( 1, 200, _HELLO, (*_INVITED, Press("1")),           _ANSWER,                Result.MESSAGE_PLAYED),
    Persona.NINE_IN_NOTICE:      PersonaRole( 2, 200, _HELLO, (*_DURING_NOTICE, Press("9")),     _ANSWER,                Result.OPTED_OUT),
    Persona.NINE_IN_MESSAGE:     PersonaRole( 3, 200, _HELLO, (*_LISTENS, Press("9")),           _ANSWER,                Result.OPTED_OUT),
    Persona.NINE_THEN_HANGS_UP:  PersonaRole( 4, 200, _HELLO, _NINE_NEVER_RELEASED,              _ANSWER,                Result.OPTED_OUT),
    Persona.NO_KEY:              PersonaRole( 5, 200, _HELLO, (),                                _ANSWER,                Result.NO_KEY),
    Persona.WRONG_KEY_THEN_ONE:  PersonaRole( 6, 200, _HELLO, (*_INVITED, *_AFTER_WRONG_KEY, Press("1")), _ANSWER,       Result.MESSAGE_PLAYED),
    Persona.HANGS_UP_IN_NOTICE:  PersonaRole( 7, 200, _HELLO, (Pause(2.0), HangUp()),            _ANSWER,                Result.HANGUP_IN_NOTICE),
    Persona.HANGS_UP_IN_MESSAGE: PersonaRole( 8, 200, _HELLO, (*_LISTENS, HangUp()),             _ANSWER,                Result.MESSAGE_CUT),
    Persona.ONE_DURING_NOTICE:   PersonaRole( 9, 200, _HELLO, (*_DURING_NOTICE, Press("1")),     _ANSWER,                Result.MESSAGE_PLAYED),
    Persona.EIGHT_THEN_ONE:      PersonaRole(10, 200, _HELLO, (*_INVITED, *_AFTER_LEGAL, *_INVITED, Press("1")), _ANSWER, Result.MESSAGE_PLAYED),
    Persona.NINE_AT_ONCE:        PersonaRole(11, 200, _QUIET, (Pause(0.2), Press("9")),          _ANSWER,                Result.OPTED_OUT),
    Persona.BUSY:                PersonaRole(12, 486, _QUIET, (),                                DialStatus.BUSY,        _NOBODY),
    Persona.NO_ANSWER:           PersonaRole(13, 180, _QUIET, (),                                DialStatus.NOANSWER,    _NOBODY),
    Persona.NOT_FOUND:           PersonaRole(14, 404, _QUIET, (),                                DialStatus.CHANUNAVAIL, _NOBODY),
    Persona.UNAVAILABLE:         PersonaRole(15, 480, _QUIET, (),                                DialStatus.NOANSWER,    _NOBODY),
    Persona.DECLINED:            PersonaRole(16, 603, _QUIET, (),                                DialStatus.CHANUNAVAIL, _NOBODY),
    Persona.MACHINE:             PersonaRole(17, 200, _TAPE,  (),                                _ANSWER,                Result.MACHINE),
    Persona.FORWARDED_ABROAD:    PersonaRole(18, 181, _HELLO, (),                                _ANSWER,                _NOBODY),
    Persona.MOVED:               PersonaRole(19, 302, _QUIET, (),                                DialStatus.FAILED,      _NOBODY),
}
# fmt: on

_BY_CODE = {role.code: persona for persona, role in ROLES.items()}


def number_for(persona: Persona, index: int) -> str:
    """Return the E.164 number, with plus, of the callee `index` (0 to 499) of this kind."""
    block, within = divmod(index, 100)
    return f"{RANGES[block]}{ROLES[persona].code:02d}{within:02d}"


def persona_of(number: str) -> Persona | None:
    """Return the kind of the callee with this number (E.164 with plus); None: SIP 404."""
    code, index = number[-4:-2], number[-2:]
    known = number[:-4] in RANGES and code.isdecimal() and index.isdecimal()
    return _BY_CODE.get(int(code)) if known else None
