"""The report of an inspection: every word in both languages, every kind of fault in some place.

A page of it runs nothing.
"""

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType

import pytest

from dialer.adapters.inspection.report import LANGUAGES, HtmlReports, words_of
from dialer.domain.base.errors import InvalidInput
from dialer.domain.inspection import CODES, Bars, PackSection, Sentence, Table
from dialer.inspection import sections
from dialer.inspection.findings import PROGRAM_FAULTS
from dialer.inspection.sections import NEEDS, POINTS
from dialer.ports.inspection import ReportHead
from dialer.verifier.faults import KINDS
from dialer.verifier.pack import CLOSING, OPENING

EVIL = "</script><script>alert(1)</script>"


def head(**faults: int) -> ReportHead:
    return ReportHead(
        campaign_id="c000000000001",
        campaign_name=EVIL,
        sponsor="Liste & Cie",
        made_at=datetime(2027, 2, 1, 9, 30, tzinfo=UTC),
        made_by="ines",
        masked=True,
        pretended=True,
        ledger_size=7,
        ledger_root="a" * 64,
        faults=faults,
        told={"LEDGER": [f"entry 7: {EVIL}"]},
        figures={"faults_shown": {"HOLIDAY": [["HOLIDAY", "attempt-1", "2027", EVIL]]}, "name": EVIL},
    )


def test_both_languages_have_the_same_words() -> None:
    french, english = (words_of(language) for language in LANGUAGES)
    assert {chapter: set(words) for chapter, words in french.items()} == {
        chapter: set(words) for chapter, words in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_point_and_every_kind_of_fault_has_its_words(language: str) -> None:
    words = words_of(language)
    for chapter in ("title", "asked", "check"):
        assert tuple(words[chapter]) == CODES
    assert set(words["document"]) == NEEDS
    assert set(words["fault"]) == {*KINDS, *PROGRAM_FAULTS}


def test_every_kind_of_fault_stands_under_exactly_one_point() -> None:
    assert tuple(POINTS) == CODES
    placed = [kind for _, _, kinds in POINTS.values() for kind in kinds]
    assert sorted(placed) == sorted([*KINDS, *PROGRAM_FAULTS])


def told_in(module: ModuleType) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the kind of each answer in a module, and the words it names.

    Its key, and its columns where it has them.
    """
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = (
                [one.value for one in ast.walk(node.args[1]) if isinstance(one, ast.Constant)]
                if node.args[1:]
                else []
            )
            if node.args and isinstance(node.args[0], ast.Constant):
                yield node.func.id, (str(node.args[0].value), *map(str, texts))


def test_every_sentence_and_every_table_that_is_told_has_its_words() -> None:
    words, seen = words_of("en"), Counter[str]()
    for kind, (key, *columns) in told_in(sections):
        seen[kind] += 1
        if kind == "Sentence":
            assert key in words["say"]
        elif kind in ("Table", "Bars"):
            assert key in words["table"]
        if kind == "Table":
            assert set(columns) <= words["column"].keys()
    assert min(seen["Sentence"], seen["Table"], seen["Bars"]) > 0


def test_another_language_is_refused() -> None:
    with pytest.raises(InvalidInput, match="choose fr or en"):
        HtmlReports().html(head(), [], "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_people_wrote_stays_text(language: str) -> None:
    answers = (
        Sentence("script", {"hash": EVIL, "language": "fr"}),
        Table("campaign", ("what", "value"), ((EVIL, None), ("state", True), ("ends_at", 0.5))),
        Bars("by_hour", EVIL, ((EVIL, 0), ("10 h", 3))),
    )
    section = PackSection(
        "E14", answers, ("calls.csv",), (("HOLIDAY", 1), ("LEDGER", 1), ("ABANDONED", 0)), needs=True
    )
    page = HtmlReports().html(head(HOLIDAY=1), [section], language)
    assert "<script>alert" not in page
    assert page.count(OPENING) == page.count(CLOSING) == 1
    assert page.count('class="bad"') == 3
    assert "entry 7: " in page
    assert page.count('class="note"') == len(("masked", "pretended", "document to attach"))


def test_a_campaign_without_anomaly_says_so() -> None:
    page = HtmlReports().html(head(), [PackSection("E1", ())], "en")
    assert "No anomaly was found" in page
    assert 'class="bad"' not in page
