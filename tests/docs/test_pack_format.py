"""docs/rules/pack-format.md names every key of a rule pack, and no other."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import get_args

from pydantic import BaseModel

from dialer.domain.rulepacks.pack_parts import Mark, RuleName
from dialer.domain.rulepacks.rulepack import RulePack
from tests.docs.pages import RULES, explicit

PAGE = (RULES / "pack-format.md").read_text("utf-8")
_ROW = re.compile(r"^\| (`[^|]+`) \|(.*)$", re.MULTILINE)
NO_KEY = {"own"}
"""Set by the program: where the file lies says it."""


def parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for part in models_in(field.annotation):
            yield from parts(part)


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def documented() -> set[str]:
    """Return the keys of the first column, and those of small tables: `table with ...`."""
    cells = [
        cell
        for key, others in _ROW.findall(PAGE)
        for cell in (key, *re.findall(r"^ table with ([^|]*)", others))
    ]
    return {key for cell in cells for key in re.findall(r"`([a-z_]+)`", cell)}


def test_every_key_of_a_pack_is_documented() -> None:
    keys = {name for part in parts(RulePack) for name in part.model_fields} - NO_KEY
    assert keys - documented() == set()


def test_no_key_is_documented_that_there_is_not() -> None:
    keys = {name for part in parts(RulePack) for name in part.model_fields}
    assert documented() - keys - {name.value for name in RuleName} == set()


def test_every_check_has_its_key_in_rules() -> None:
    rules = PAGE.partition("## `[rules]`")[2].partition("## ")[0]
    assert set(re.findall(r"`([a-z_]+)`", rules)) == values(RuleName)


def test_every_mark_is_explained() -> None:
    page = explicit((RULES / "README.md").read_text("utf-8"))
    assert values(Mark) == {anchor.removeprefix("mark-") for anchor in page if anchor.startswith("mark-")}


def values(names: type[Enum]) -> set[str]:
    return {name.value for name in names}
