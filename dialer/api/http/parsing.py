"""Parsing of bodies, queries, ids and cursors into models, with every bad field named.

The values of a JSON document are counted before it is parsed. A cursor is opaque to the reader, so
that its content may change.
"""

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from dialer.domain.base import errors
from dialer.domain.ledger.event import redacted
from dialer.views.base import Listing, View

MOST_VALUES = 2_000
"""Limit by default. A campaign file has some dozens; a body with a list states its own limit."""
# Matches at every quotation mark, even where the string has no end: no byte is read twice.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BEGINS = (b",", b"[", b"{")
"""Marks before a value: each value but the first follows one of them."""


def demand_few_values(raw: bytes, most: int) -> None:
    """Raise `InvalidInput` for more than `most` values and keys.

    Time is linear in the length. The count ends with the first value too many.
    """
    if _marks(raw, 0, len(raw)) <= most:
        return
    found = at = 0
    for strings, string in enumerate(_STRING.finditer(raw)):
        found += _marks(raw, at, string.start())
        at = string.end()
        if found > most or strings > 2 * most:
            raise _too_many(most)
    if found + _marks(raw, at, len(raw)) > most:
        raise _too_many(most)


def _marks(raw: bytes, start: int, end: int) -> int:
    return sum(raw.count(mark, start, end) for mark in _BEGINS)


def _too_many(most: int) -> errors.InvalidInput:
    return errors.InvalidInput(
        "the body cannot be used", (errors.Problem("body", f"holds more than {most:,} values"),)
    )


M = TypeVar("M", bound=BaseModel)

UNFIT = "the body cannot be used"
PATH_IDS = {
    "campaign_id": re.compile(r"c[0-9a-f]{12}"),
    "import_id": re.compile(r"i[0-9a-f]{12}"),
    "attempt_id": re.compile(r"[0-9a-f]{32}"),
    "probe_id": re.compile(r"[0-9a-f]{32}"),
    "ledger_index": re.compile(r"\d{1,18}"),
    "number": re.compile(r"[^/]{1,200}"),
    "prompt": re.compile(r"[a-z][a-z-]{0,31}"),
}
"""The form of each id in a path; any other is not found."""


def parse_json(model: type[M], raw: bytes) -> M:
    """Parse JSON with strict types: "5" is no number, 5 is no time. Raise `InvalidInput`."""
    demand_few_values(raw, MOST_VALUES)
    _demand_no_nul(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise errors.InvalidInput(UNFIT, _problems(error, "body")) from None


def read_json(raw: bytes, most: int) -> object:
    """Parse JSON of at most `most` values. Raise `InvalidInput`."""
    demand_few_values(raw, most)
    _demand_no_nul(raw)
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise errors.InvalidInput("the body is not JSON") from None


def parse_items(model: type[M], items: Sequence[object], within: str = "") -> list[M]:
    """Validate items one by one: a long list validated at once would block everything else.

    `within` is the path of the list. Raise `InvalidInput` with the first problems, without counting
    the rest.
    """
    found: list[M] = []
    problems: list[errors.Problem] = []
    for place, item in enumerate(items):
        try:
            found.append(model.model_validate(item, strict=True))
        except ValidationError as error:
            path = f"{within}.{place}" if within else str(place)
            problems += (errors.Problem(_under(path, p.where), p.detail) for p in _problems(error, ""))
            if len(problems) >= errors.MOST_PROBLEMS:
                break
    if problems:
        raise errors.InvalidInput(UNFIT, tuple(problems[: errors.MOST_PROBLEMS]))
    return found


def _under(path: str, where: str) -> str:
    return f"{path}.{where}" if where else path


def _demand_no_nul(raw: bytes) -> None:
    # PostgreSQL stores no NUL, and no honest sender writes one.
    if b"\\u0000" in raw:
        raise errors.InvalidInput(UNFIT, (errors.Problem("body", "holds a NUL character"),))


def parse_query(model: type[M], query: MultiMapping[str]) -> M:
    """Parse the query. Raise `InvalidInput`, also for a repeated or unknown parameter."""
    values = dict(query)
    if repeated := tuple(
        errors.Problem(redacted(name), "is given more than once")
        for name in values
        if len(query.getall(name)) > 1
    ):
        raise errors.InvalidInput("the query cannot be used", repeated)
    if nul := tuple(
        errors.Problem(redacted(name), "holds a NUL character")
        for name, value in values.items()
        if "\0" in value
    ):
        raise errors.InvalidInput("the query cannot be used", nul)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise errors.InvalidInput("the query cannot be used", _problems(error, "query")) from None


def check_ids(ids: Mapping[str, str]) -> None:
    """Raise `NotFound` for an id of the wrong form."""
    for name, value in ids.items():
        if not PATH_IDS[name].fullmatch(value):
            raise errors.NotFound(f"there is no {name.removesuffix('_id')} of that name")


def _problems(error: ValidationError, whole: str) -> tuple[errors.Problem, ...]:
    """Return the problems without the values.

    Keys made up by the sender are left out, too: a problem document must not repeat a phone number.
    """
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return errors.first_problems(
        errors.Problem(
            redacted(".".join(map(str, problem["loc"]))[: errors.LONGEST_WHERE]) or whole,
            problem["msg"].removeprefix("Value error, "),
        )
        for problem in told[: errors.MOST_PROBLEMS + 1]
    )


def with_plus(number: str) -> str:
    """Restore a leading plus sign, which arrives as a space in a query."""
    return f"+{number[1:]}" if number.startswith(" ") else number


T = TypeVar("T")
List = TypeVar("List", bound=Listing[Any])

READ_AT_ONCE = 100


def write_cursor(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode()


def read_cursor(cursor: str | None, kind: str) -> str | None:
    """Return the id after which to go on. `kind` is its name in `PATH_IDS`.

    Raise `InvalidInput`.
    """
    if cursor is None:
        return None
    try:
        last_id = base64.urlsafe_b64decode(cursor.encode()).decode("ascii")
    except (binascii.Error, ValueError):
        last_id = ""
    if not PATH_IDS[kind].fullmatch(last_id):
        problem = errors.Problem("cursor", "is none of ours: take `next_cursor` of the page before")
        raise errors.InvalidInput("the query cannot be used", (problem,))
    return last_id


async def page(
    read: Callable[[str | None, int], Awaitable[Sequence[T]]],
    after: str | None,
    limit: int,
    view: Callable[[T], View],
    id_of: Callable[[T], str],
    model: type[List],
) -> List:
    """Read up to `limit` items after the one whose id is `after`, and show them as a `model`.

    A hundred at a time are read: a thousand in one go would hold the loop.
    """
    found: list[T] = []
    while wanted := min(limit + 1 - len(found), READ_AT_ONCE):
        some = await read(id_of(found[-1]) if found else after, wanted)
        found += some
        if len(some) < wanted:
            break
    shown = found[:limit]
    views = (
        await asyncio.to_thread(tuple, map(view, shown))
        if len(shown) > READ_AT_ONCE
        else (*map(view, shown),)
    )
    return model(items=views, next_cursor=write_cursor(id_of(shown[-1])) if len(found) > limit else None)
