"""Parsing of a campaign file (TOML, or the same as JSON), with every fault named by its path."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pydantic import ValidationError

from dialer.domain.base.errors import LONGEST_WHERE, InvalidInput, Problem
from dialer.domain.base.key_paths import values_by_path
from dialer.domain.campaigns.campaign_definition import CampaignDefinition, Recording
from dialer.domain.ledger.event import redacted

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WORDS = {"extra_forbidden": "unknown key", "missing": "is missing"}
MOST_LOOKED_AT = 200
WRONG = "the campaign file is wrong"
_VALUE_ERROR = "Value error, "


def parse_definition(mapping: object) -> CampaignDefinition:
    """Parse a campaign file.

    Raise `InvalidInput` with the first problems: `sponsor.email: is missing`.
    """
    try:
        definition = CampaignDefinition.model_validate(mapping)
    except ValidationError as error:
        raise InvalidInput(WRONG, _problems(error, mapping)) from None
    if problems := (*_booleans(mapping), *_outside(definition)):
        raise InvalidInput(WRONG, problems)
    return definition


def _booleans(mapping: object) -> tuple[Problem, ...]:
    """Return a problem for each boolean: no key takes one, and pydantic would read it as 0 or 1."""
    return tuple(
        Problem(path, f"is {str(value).lower()}, which no key of a campaign file takes")
        for path, value in values_by_path(mapping)
        if isinstance(value, bool)
    )


def _outside(definition: CampaignDefinition) -> tuple[Problem, ...]:
    return tuple(
        Problem(f"prompts.{key}.file", "should be a path in or below the folder of the campaign file")
        for key, prompt in definition.prompts.items()
        if isinstance(prompt, Recording) and _leads_out(prompt.file)
    )


def _leads_out(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or not path.isprintable()


def _problems(error: ValidationError, mapping: object) -> tuple[Problem, ...]:
    """Return one problem a path.

    Where a value may be of several kinds, one problem names them all. A fault deeper down outranks
    them.
    """
    found: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False, include_context=False)[:MOST_LOOKED_AT]:
        found.setdefault(_path(detail, mapping), []).append(_words(detail))
    return tuple(
        Problem(path or "file", " or ".join(dict.fromkeys(words)))
        for path, words in found.items()
        if not any(other.startswith(f"{path}.") for other in found if path)
    )


def _path(detail: "ErrorDetails", mapping: object) -> str:
    """Return the keys as their author wrote them.

    They are pydantic's location without its own marks for unions and keys of dictionaries.
    """
    parts: list[str] = []
    here = mapping
    *_, last = detail["loc"] or ("",)
    for part in detail["loc"]:
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif not (isinstance(here, Mapping) and part == last and detail["type"] == "missing"):
            continue
        parts.append(str(part))
    return redacted(".".join(parts)[:LONGEST_WHERE])


def _words(detail: "ErrorDetails") -> str:
    return _WORDS.get(detail["type"], detail["msg"].removeprefix(_VALUE_ERROR))
