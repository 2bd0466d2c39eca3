"""The keys that a model of the code accepts, derived from it, as a manual's table states them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

E164 = r"^\+[1-9][0-9]{6,14}$"
KINDS_BY_PATTERN = {
    E164: "telephone number",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "e-mail address",
    r"^[a-z][a-z0-9-]{0,31}$": "name",
    r"^[A-Za-z0-9.\-]+:[0-9]{1,5}$": "`HOST:PORT`",
    r"^https?://[^\s/]\S*$": "URL",
}
KINDS_BY_FORMAT = {"date-time": "time", "date": "date", "path": "path"}
KINDS = {"string": "text", "integer": "whole number", "number": "number"}

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A key, with its path.

    `default` is `required`, `none`, or the value as TOML writes it, as `example` is.
    """

    path: str
    kind: str
    default: str
    limits: str
    example: str = ""


def keys_of(model: type[BaseModel]) -> Iterator[Key]:
    """Yield every key, in the order of the model; those of tables under the path of their table."""
    schema = model.model_json_schema()
    yield from _keys(schema, "", schema.get("$defs", {}))


def _keys(schema: Schema, within: str, parts: Mapping[str, Schema]) -> Iterator[Key]:
    required = schema.get("required", ())
    for name, declared in schema["properties"].items():
        found, path = _resolved(declared, parts), f"{within}{name}"
        default = "required" if name in required else toml(declared.get("default"))
        if "properties" in found:
            yield from _keys(found, f"{path}.", parts)
        elif "properties" in (entry := _resolved(found.get("items", {}), parts)):
            yield from _keys(entry, f"{path}.", parts)
        else:
            kind, (example, *_) = kind_of(found, parts), declared.get("examples", [None])
            yield Key(path, kind, default, limits_of(found, parts), example_of(example, kind))
            for option in _tables(found, parts):
                yield from _keys(option, f"{path}.", parts)


def kind_of(schema: Schema, parts: Mapping[str, Schema]) -> str:
    schema = _resolved(schema, parts)
    if "anyOf" in schema:
        return " or ".join(
            kind_of(option, parts) for option in schema["anyOf"] if option.get("type") != "null"
        )
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if "items" in schema:
        return f"list of {kind_of(schema['items'], parts)}"
    if "properties" in schema:
        return "table"
    if schema.get("type") == "object":
        return f"table of {kind_of(_values(schema), parts)}"
    return (
        KINDS_BY_PATTERN.get(schema.get("pattern", ""))
        or KINDS_BY_FORMAT.get(schema.get("format", ""))
        or KINDS[schema["type"]]
    )


def limits_of(schema: Schema, parts: Mapping[str, Schema]) -> str:
    """Return `1 to 200 characters`, `5 to 120`, `above 0, to 1000`; empty where there are none."""
    for option in schema.get("anyOf", (schema,)):
        found = _resolved(option, parts)
        if "maxLength" in found:
            return f"{found.get('minLength', 1)} to {found['maxLength']} characters"
        if "maximum" in found:
            lowest = (
                f"above {found['exclusiveMinimum']},"
                if "exclusiveMinimum" in found
                else f"{found['minimum']}"
            )
            return f"{lowest} to {found['maximum']}"
        if "exclusiveMinimum" in found:
            return f"above {found['exclusiveMinimum']}"
        if "minProperties" in found:
            return f"at least {found['minProperties']}"
    return ""


def example_of(value: object, kind: str) -> str:
    """Return the example, empty where the model has none."""
    return "" if value is None else f"`{_written(value, bare=kind.endswith(('time', 'date')))}`"


def _written(value: object, *, bare: bool) -> str:
    """Return a value as TOML writes it.

    `bare`: the texts in it are times or dates, without quotation marks.
    """
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_written(each, bare=bare)}" for key, each in value.items()) + " }"
    return value if bare and isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def toml(value: object) -> str:
    if value in (None, "", {}, []):
        return "none"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _tables(schema: Schema, parts: Mapping[str, Schema]) -> Iterator[Schema]:
    """Yield the tables that a value may be instead of something shorter."""
    inner = _values(schema) if schema.get("type") == "object" else schema.get("items", schema)
    for option in inner.get("anyOf", ()):
        if "properties" in (found := _resolved(option, parts)):
            yield found


def _values(schema: Schema) -> Schema:
    """Return the schema of the values of a table whose keys are free, or of some pattern."""
    free: Schema = schema.get("additionalProperties") or next(iter(schema["patternProperties"].values()))
    return free


def _resolved(schema: Schema, parts: Mapping[str, Schema]) -> Schema:
    if "$ref" in schema:
        return parts[schema["$ref"].rpartition("/")[2]]
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return _resolved(options[0], parts) if len(options) == 1 else schema
