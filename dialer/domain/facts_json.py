"""Facts and decisions as canonical JSON: stored with every decision, hashed into the ledger, read back for replay (E1)."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time

from pydantic import BaseModel, TypeAdapter, ValidationError

from dialer.domain.decision_record import Decision
from dialer.domain.errors import InvalidInput
from dialer.domain.facts import Facts

READER = TypeAdapter(Facts)

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def plain(value: object) -> Plain:
    """The one JSON form of a value: times in UTC, sets sorted, whole numbers without a fraction. Raise `TypeError` for what has none."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case tuple() | list():
            return [plain(item) for item in value]
        case frozenset():
            return sorted((plain(item) for item in value), key=str)
        case BaseModel():
            return {name: plain(getattr(value, name)) for name in type(value).model_fields}
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: the same text for the same value on every machine."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def facts_to_json(facts: Facts) -> str:
    return canonical(facts)


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
    return hashlib.sha256(canonical({"facts": facts, "decision": decision}).encode()).hexdigest()
