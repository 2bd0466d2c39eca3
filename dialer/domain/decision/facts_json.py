"""Facts and decisions as canonical JSON: stored with every decision, hashed into the ledger, read back for replay (E1)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from types import NoneType
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from dialer.domain.base.errors import InvalidInput
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.decision.by_identity import ByIdentity
from dialer.domain.decision.decision_record import Decision
from dialer.domain.decision.facts import Facts

READER = TypeAdapter(Facts)

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:
    """The one JSON form of a value: times in UTC, sets sorted, whole numbers without a fraction. Raise `TypeError` for what has none."""
    kind = type(value)
    form = WRITTEN.get(kind)
    if form is None:
        form = WRITTEN[kind] = form_of(kind)
    return form(value)


Form = Callable[[Any], Plain]
WRITTEN: dict[type, Form] = {}
"""How values of a kind are written: found out once, as there are a few kinds and millions of values."""


def form_of(kind: type) -> Form:
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


FORMS: dict[type, Form] = {
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
    """JSON with sorted keys and no spaces: the same text for the same value on every machine."""
    return WRITER.encode(plain(value))


CAMPAIGN = ByIdentity[CampaignDefinition, str](canonical)
FIELDS = tuple(sorted(field.name for field in fields(Facts)))


def facts_to_json(facts: Facts) -> str:
    """`canonical(facts)`, but the campaign, which all its callees share, is written out once."""
    texts = [
        CAMPAIGN.of(facts.campaign) if name == "campaign" else canonical(getattr(facts, name))
        for name in FIELDS
    ]
    return "{" + ",".join(f'"{name}":{text}' for name, text in zip(FIELDS, texts, strict=True)) + "}"


def facts_from_json(text: str) -> Facts:
    """Raise `InvalidInput` for text that is not the facts of a decision."""
    try:
        return READER.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"stored facts cannot be read: {where}: {first['msg']}") from error


def decision_hash(facts: Facts, decision: Decision) -> str:
    """SHA-256 over the canonical JSON of what was asked and what was answered, in hexadecimal."""
    text = f'{{"decision":{canonical(decision)},"facts":{facts_to_json(facts)}}}'
    return hashlib.sha256(text.encode()).hexdigest()
