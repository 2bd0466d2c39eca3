"""From the keys of a campaign file (TOML, or the same as JSON) to its definition, with every fault named by its path."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from dialer.domain.campaign_definition import CampaignDefinition
from dialer.domain.errors import LONGEST_WHERE, InvalidInput, Problem
from dialer.domain.ledger.redaction import redacted

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WORDS = {"extra_forbidden": "unknown key", "missing": "is missing"}
MOST_LOOKED_AT = 200
_VALUE_ERROR = "Value error, "


def parse_definition(mapping: object) -> CampaignDefinition:
    """Raise `InvalidInput` with the first problems: `sponsor.email: is missing`."""
    try:
        return CampaignDefinition.model_validate(mapping)
    except ValidationError as error:
        raise InvalidInput("the campaign file is wrong", _problems(error, mapping)) from None


def _problems(error: ValidationError, mapping: object) -> tuple[Problem, ...]:
    """One problem a path. Where a value may be of several kinds, the kinds stand in one problem, and a fault deeper down outranks them."""
    found: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False, include_context=False)[:MOST_LOOKED_AT]:
        found.setdefault(_path(detail, mapping), []).append(_words(detail))
    return tuple(
        Problem(path or "file", " or ".join(dict.fromkeys(words)))
        for path, words in found.items()
        if not any(other.startswith(f"{path}.") for other in found if path)
    )


def _path(detail: "ErrorDetails", mapping: object) -> str:
    """The keys as their author wrote them: pydantic's location without its own marks for unions and keys of dictionaries."""
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
