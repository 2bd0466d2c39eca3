"""The repository holds its own law: each id that anything cites has an entry in docs/rules."""

import re

import pytest

from tests.docs.citations import FAMILIES, NO_IDS, cited, ids_of, sources, strangers, strangers_of
from tests.docs.pages import RULES, explicit


def entries() -> set[str]:
    return {anchor for page in RULES.glob("*.md") for anchor in explicit(page.read_text("utf-8"))}


def test_each_cited_id_has_an_entry() -> None:
    known = entries()
    assert [str(found) for path in sources() for found in cited(path) if found.what not in known] == []


def test_nothing_looks_like_an_id_of_no_family() -> None:
    assert [str(found) for path in sources() for found in strangers(path)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("as it must (FP-28, T065).", ["FP-28", "T065"]),
        ('id="T090-no-list"', ["T090"]),
        ("FP-32b and FP-32", ["FP-32b", "FP-32"]),
        ("US-03 to E14, U4; Field case 10", ["US-03", "E14", "U4", "field-case-10"]),
        ("noted  # noqa: T201", []),
        ("E20, T12, XFP-28", []),
    ],
)
def test_ids_are_found_where_they_stand(text: str, found: list[str]) -> None:
    assert [what for what, _ in ids_of(text)] == found


@pytest.mark.parametrize("text", ["DE-04", "T1234", "FP-2800", "see G7", "XY12a"])
def test_an_id_of_an_unknown_family_is_noticed(text: str) -> None:
    assert [what for what, _ in strangers_of(text)] != []


@pytest.mark.parametrize("text", ["L49", "SHA-256", "FR-67", "T065"])
def test_what_is_no_stranger_is_passed_over(text: str) -> None:
    assert list(strangers_of(text)) == []


def test_each_family_and_exception_is_used() -> None:
    """A table that only grows is one that hides things."""
    text = "\n".join(path.read_text("utf-8") for path in sources())
    assert {family for family in FAMILIES if not _stands(FAMILIES[family], text)} == set()
    assert {pattern for pattern in NO_IDS if not _stands(pattern, text)} == set()


def _stands(pattern: str, text: str) -> bool:
    return re.search(rf"\b(?:{pattern})\b", text) is not None
