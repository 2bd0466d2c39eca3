"""Nothing refers to a paper or a name that is not in the repository."""

import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.docs.citations import ROOT, Citation, located, sources
from tests.docs.pages import broken

_NAMED = re.compile(r"(?<![\w/.#-])((?:[\w-]+/)*[\w-]+\.md)(?:#([\w-]+(?:\.\w+)*))?")
STANDARDS = re.compile(r"\b(?:RFC|CFR|UTR|Arcep|PECR|ITU-T|specification|paragraph|article|Act)\b")
"""A line that names one of them may count its sections."""
PAPERS = re.compile(
    r"""\brules\ \d | \brules(?:\.md)?,?\ section\b | \bsection\ \d | \bdesign\ "
      | \bfaults?\ \d | \bfindings?\ \d | \bissue\ \#?\d | (?<=\ )\(2\.(?:[6-9]|10)\) | \bten\ things\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Citations of papers that only the first builders had."""


NAMED_IN_CODE = re.compile(
    rf"`((?:dialer\.)?(?:{'|'.join(folder.name for folder in (ROOT / 'dialer').iterdir() if folder.is_dir())})"
    r"(?:\.[A-Za-z_]\w*)+)`"
)
"""A module of a layer, or what it holds, as prose names it."""


def places(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for name, anchor in _NAMED.findall(line):
            yield f"{name}#{anchor}" if anchor else name, number


def papers(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not STANDARDS.search(line):
            yield from ((found.strip(), number) for found in PAPERS.findall(line))


def code() -> Iterator[Path]:
    """Return the files of code: documents are held by their links."""
    return (path for path in sources() if path.suffix != ".md")


def test_each_document_that_code_names_is_there() -> None:
    named = (found for path in code() for found in located(path, places(path.read_text("utf-8"))))
    assert [str(found) for found in named if lost(found)] == []


def lost(found: Citation) -> bool:
    """Look from the root of the repository, as a reader would."""
    return broken(ROOT / "README.md", found.what) is not None


def test_no_paper_is_cited_that_is_not_here() -> None:
    cited = (found for path in code() for found in located(path, papers(path.read_text("utf-8"))))
    assert [str(found) for found in cited] == []


def names(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield from ((found, number) for found in NAMED_IN_CODE.findall(line))


def test_each_module_and_name_that_prose_names_is_there() -> None:
    named = [found for path in sources() for found in located(path, names(path.read_text("utf-8")))]
    assert named
    assert [str(found) for found in named if not stands(found.what)] == []


def stands(name: str) -> bool:
    try:
        resolve_name(name if name.startswith("dialer.") else f"dialer.{name}")
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("`ports.pbx.DialplanSource`", True),
        ("`dialer.domain.calls`", True),
        ("`ports.dialplan.Dialplan`", False),
    ],
)
def test_a_name_that_stands_nowhere_is_noticed(text: str, there: bool) -> None:
    assert [stands(name) for name, _ in names(text)] == [there]


@pytest.mark.parametrize(
    "text",
    [
        'see rules 2.10, "Consent"',
        "rules section 4",
        "rules.md 3",
        "section 5 E",
        'design "Two locks"',
        "faults 18",
        "as in (2.7)",
        "issue #9",
    ],
)
def test_a_citation_of_a_paper_is_noticed(text: str) -> None:
    assert [*papers(text), *(place for place in places(text) if broken(ROOT / "README.md", place[0]))] != []


@pytest.mark.parametrize(
    "text", ["RFC 3261 section 15", "RFC 9162, 2.1.4", "CloudEvents 1.0 specification, section 3", "(FP-28)"]
)
def test_a_citation_of_a_standard_is_none(text: str) -> None:
    assert list(papers(text)) == []
