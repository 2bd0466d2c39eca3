"""Parsing of text into models, with every bad field named."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from dialer.api.http.shape import MOST_VALUES, demand_few_values
from dialer.domain.base.errors import (
    LONGEST_WHERE,
    MOST_PROBLEMS,
    InvalidInput,
    NotFound,
    Problem,
    first_problems,
)
from dialer.domain.ledger.redaction import redacted

Model = TypeVar("Model", bound=BaseModel)

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


def parse_json(model: type[Model], raw: bytes) -> Model:
    """Parse JSON with strict types: "5" is no number, 5 is no time. Raise `InvalidInput`."""
    demand_few_values(raw, MOST_VALUES)
    _demand_no_nul(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise InvalidInput(UNFIT, _problems(error, "body")) from None


def read_json(raw: bytes, most: int) -> object:
    """Parse JSON of at most `most` values. Raise `InvalidInput`."""
    demand_few_values(raw, most)
    _demand_no_nul(raw)
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise InvalidInput("the body is not JSON") from None


def parse_items(model: type[Model], items: Sequence[object], within: str = "") -> list[Model]:
    """Validate items one by one: a long list validated at once would block everything else.

    `within` is the path of the list. Raise `InvalidInput` with the first problems, without counting
    the rest.
    """
    found: list[Model] = []
    problems: list[Problem] = []
    for place, item in enumerate(items):
        try:
            found.append(model.model_validate(item, strict=True))
        except ValidationError as error:
            path = f"{within}.{place}" if within else str(place)
            problems += (Problem(_under(path, p.where), p.detail) for p in _problems(error, ""))
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        raise InvalidInput(UNFIT, tuple(problems[:MOST_PROBLEMS]))
    return found


def _under(path: str, where: str) -> str:
    return f"{path}.{where}" if where else path


def _demand_no_nul(raw: bytes) -> None:
    # PostgreSQL stores no NUL, and no honest sender writes one.
    if b"\\u0000" in raw:
        raise InvalidInput(UNFIT, (Problem("body", "holds a NUL character"),))


def parse_query(model: type[Model], query: MultiMapping[str]) -> Model:
    """Parse the query. Raise `InvalidInput`, also for a repeated or unknown parameter."""
    values = dict(query)
    if repeated := tuple(
        Problem(redacted(name), "is given more than once") for name in values if len(query.getall(name)) > 1
    ):
        raise InvalidInput("the query cannot be used", repeated)
    if nul := tuple(
        Problem(redacted(name), "holds a NUL character") for name, value in values.items() if "\0" in value
    ):
        raise InvalidInput("the query cannot be used", nul)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput("the query cannot be used", _problems(error, "query")) from None


def check_ids(ids: Mapping[str, str]) -> None:
    """Raise `NotFound` for an id of the wrong form."""
    for name, value in ids.items():
        if not PATH_IDS[name].fullmatch(value):
            raise NotFound(f"there is no {name.removesuffix('_id')} of that name")


def _problems(error: ValidationError, whole: str) -> tuple[Problem, ...]:
    """Return the problems without the values.

    Keys made up by the sender are left out, too: a problem document must not repeat a phone number.
    """
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return first_problems(
        Problem(
            redacted(".".join(map(str, problem["loc"]))[:LONGEST_WHERE]) or whole,
            problem["msg"].removeprefix("Value error, "),
        )
        for problem in told[: MOST_PROBLEMS + 1]
    )


def with_plus(number: str) -> str:
    """Restore a leading plus sign, which arrives as a space in a query."""
    return f"+{number[1:]}" if number.startswith(" ") else number
