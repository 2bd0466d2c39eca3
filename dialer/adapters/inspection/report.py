"""The report of an inspection: one page, in French or English, that loads nothing from elsewhere.

Implementation of `dialer.ports.inspection.Reports`.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dialer.domain.base.errors import InvalidInput
from dialer.domain.inspection import Bars, PackSection, Sentence, Table
from dialer.ports.inspection import ReportHead

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")
HASH_DIGITS = 64
Words = dict[str, dict[str, str]]


@cache
def words_of(language: str) -> Words:
    """Read the words by chapter and key. Raise `InvalidInput` for a language without a report."""
    if language not in LANGUAGES:
        raise InvalidInput(f"there is no report in {language!r}", hint="choose fr or en")
    words: Words = tomllib.loads((HERE / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    return words


class HtmlReports:
    def html(self, head: ReportHead, sections: Sequence[PackSection], language: str) -> str:
        words = words_of(language)
        values = {
            "head": head,
            "sections": sections,
            "language": language,
            "words": words,
            "figures": _embedded(head.figures),
            "examples": head.figures["faults_shown"],
        }
        return _templates().get_template("report.html.j2").render(values)

    def readme(self, language: str) -> str:
        return words_of(language)["readme"]["text"].lstrip()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests |= {
        "sentence": lambda answer: isinstance(answer, Sentence),
        "table": lambda answer: isinstance(answer, Table),
        "bars": lambda answer: isinstance(answer, Bars),
        "hash": lambda value: isinstance(value, str) and len(value) == HASH_DIGITS,
    }
    environment.filters |= {"cell": cell, "told": fill_text, "widest": _widest}
    return environment


def fill_text(text: str, values: Mapping[str, object], words: Words) -> str:
    return text.format(**{name: cell(value, words) for name, value in values.items()})


def cell(value: object, words: Words) -> str:
    """Render a value. Times are in UTC to the second, our words in the report's language."""
    match value:
        case None | "":
            return "\u2013"
        case bool():
            return words["page"]["yes" if value else "no"]
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        case float():
            return f"{value:g}"
        case _:
            return words["value"].get(str(value), str(value))


def _widest(bars: Sequence[tuple[str, int]]) -> int:
    return max([count for _, count in bars], default=0) or 1


def _embedded(figures: Mapping[str, Any]) -> Markup:
    """Embed JSON in a page, without any `<`, so that nothing of it can end the element."""
    text = json.dumps(figures, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - escaped by hand, as JSON
