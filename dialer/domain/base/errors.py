"""Errors that a person may meet: one line that says the fault and the remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar


class DialerError(Exception):
    """Root of all errors of this program.

    `detail` is one line for a person; `hint` says what to do. `code` is stable and
    machine-readable.
    """

    code: ClassVar[str] = "ERROR"

    def __init__(self, detail: str, *, hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.detail}; {self.hint}" if self.hint else self.detail


def place_of(error: BaseException) -> str:
    """Name the type of an unexpected error and the line it was raised at.

    The error's own words are left out: they may name a person.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{type(error).__name__} at {file}:{trace.tb_lineno}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad field: `where` is its path (`sponsor.name`, `line 12`), `detail` the reason."""

    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.where}: {self.detail}"


MOST_PROBLEMS = 20
"""At most this many bad fields are named; the rest follow once these are mended."""
LONGEST_WHERE = 200
"""Characters of a path: the key may be as long as a book."""


def first_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return at most `MOST_PROBLEMS`, and a last one that stands for any more."""
    found = tuple(islice(problems, MOST_PROBLEMS + 1))
    more = Problem("...", "and more")
    return found if len(found) <= MOST_PROBLEMS else (*found[:MOST_PROBLEMS], more)


class InvalidInput(DialerError):
    """Input cannot be used; `problems` names the bad fields."""

    code = "INVALID"

    def __init__(self, detail: str, problems: tuple[Problem, ...] = (), *, hint: str = "") -> None:
        problems = first_problems(problems)
        listed = ", ".join(map(str, problems))
        super().__init__(f"{detail}: {listed}" if listed else detail, hint=hint)
        self.problems = problems


class BadSettings(DialerError):
    """The environment or `dialer.toml` is wrong; the program does not start."""

    code = "SETTINGS"


class NotFound(DialerError):
    code = "NOT_FOUND"


class Conflict(DialerError):
    """The request is understood but does not fit the present state."""

    code = "CONFLICT"


class IllegalTransition(Conflict):
    """A state machine refused; `allowed` lists the verbs it would take."""

    code = "ILLEGAL_TRANSITION"

    def __init__(self, verb: str, state: str, allowed: tuple[str, ...]) -> None:
        offer = " or ".join(allowed) or "nothing: this state is final"
        super().__init__(f"cannot {verb} while {state}", hint=f"allowed now: {offer}")
        self.allowed = allowed


class Unauthenticated(DialerError):
    code = "UNAUTHENTICATED"


class Forbidden(DialerError):
    code = "FORBIDDEN"


class Unavailable(DialerError):
    """A part we depend on does not answer: the PBX, the database, Docker."""

    code = "UNAVAILABLE"


class KeysChanged(Unavailable):
    """The fingerprint keys were changed while this process ran.

    With its old keys it recognises none of the people who objected.
    """

    code = "KEYS_CHANGED"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"the fingerprint keys were changed to version {version} while this process ran",
            hint="try again; if it stays so, copy home/keys here from the machine on which they were changed",
        )
        self.version = version


class DatabaseYounger(Unavailable):
    """The database was put back to an earlier state: entries signed and exported are not in it."""

    code = "DATABASE_YOUNGER"


class NotNow(DialerError):
    """No contact of the campaign can be called at this moment, so none was judged."""

    code = "NOT_NOW"


class NotOriginated(DialerError):
    """The PBX refused an Originate before any channel existed: nothing was sent."""

    code = "NOT_ORIGINATED"
