"""Canonical JSON: one text for one value on every machine.

It is stored, hashed and sealed, so it never changes (E1).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from types import NoneType
from typing import Any

from pydantic import BaseModel

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Serializer = Callable[[Any], Plain]


def plain(value: object) -> Plain:
    """Return the JSON form of a value: times in UTC, sets sorted, whole numbers without a fraction.

    Raise `TypeError` for a value that has none.
    """
    kind = type(value)
    form = FORM_BY_TYPE.get(kind)
    if form is None:
        form = FORM_BY_TYPE[kind] = form_of(kind)
    return form(value)


FORM_BY_TYPE: dict[type, Serializer] = {}
"""Filled by `plain`. A table of types, not of values: a few types, and millions of values."""


def form_of(kind: type) -> Serializer:
    if kind is NoneType or issubclass(kind, (int, str)):
        return itself
    if issubclass(kind, tuple) and (names := getattr(kind, "_fields", None)):
        return partial(by_name, names)
    for known, form in FORMS.items():
        if issubclass(kind, known):
            return form
    if issubclass(kind, BaseModel):
        return partial(by_name, tuple(kind.model_fields))
    if is_dataclass(kind):
        return partial(by_name, tuple(field.name for field in fields(kind)))
    raise TypeError(f"{kind.__name__} has no canonical form")


def itself(value: Plain) -> Plain:
    return value


def by_name(names: tuple[str, ...], value: object) -> Plain:
    return {name: plain(getattr(value, name)) for name in names}


def each(values: Iterable[object]) -> list[Plain]:
    return [plain(value) for value in values]


FORMS: dict[type, Serializer] = {
    float: lambda value: int(value) if value.is_integer() else value,
    # A datetime is a date, too: this one is asked first.
    datetime: lambda value: value.astimezone(UTC).isoformat(),
    date: date.isoformat,
    time: time.isoformat,
    tuple: each,
    list: each,
    frozenset: lambda values: sorted(each(values), key=str),
    dict: lambda values: {str(key): plain(value) for key, value in values.items()},
}
WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: object) -> str:
    """Return JSON with sorted keys and no spaces."""
    return WRITER.encode(plain(value))
