"""Citations in code, tests and documents: ids of rules and cases, and documents by name."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("dialer", "tests", "dialplans", "docker", "docs")
SUFFIXES = frozenset(
    {".py", ".toml", ".md", ".conf", ".j2", ".html", ".js", ".sh", ".xml", ".yaml", ".yml", ".json"}
)
SELF = ROOT / "tests" / "docs"

FAMILIES: dict[str, str] = {
    "rule of a profile": r"(?:FP|FC|US|UK|CA)-\d{2}b?",
    "edge case": r"T\d{3}",
    "inspection point": r"E(?:1\d|[1-9])",
    "trial": r"U\d{1,2}",
}
"""Every family of ids, as a regular expression of one whole id.

Each has its entries in docs/rules.
"""
FIELD_CASE = re.compile(r"\b[Ff]ield case (\d+)\b")
"""Written in words; its anchor is `field-case-N`."""

LOOKS_LIKE_AN_ID = re.compile(r"(?<![\w.+#%&\\-])[A-Z]{1,4}-?\d{1,4}[a-z]?(?!\w)")

NO_IDS: dict[str, str] = {
    r"[LRD]\d{2,4}": "articles of French codes, cited by their number: L49, R223-1",
    r"(?:SHA|AES|UTF)-?\d+|MD5": "hashes, ciphers, encodings",
    r"FR-\d\d": "areas of France, ISO 3166-2",
    r"ARG\d": "arguments of a dialplan subroutine",
    r"IP4|HEP3|ID3|V1|Q23": "words of protocols and formats",
    r"E164": "the name of a pattern in code",
    r"E20": "a point that there is not: a test attaches a document to it",
    r"T\d\d": "hours of an ISO 8601 time whose day is a variable",
    r"Z0|A1|O\d|M4": "characters, a cell of a spreadsheet, a path of a drawing",
    r"PDF-1|GIT-22|OV500|PRES-2027": "headers of files, versions and names of programs, an election of a test",
}
"""Patterns that look like an id and are none, each with the reason.

Keep it short: a new family belongs into `FAMILIES`.
"""

_LINTER_CODES = re.compile(r"#\s*(?:noqa|ruff:|shellcheck)[^\n]*")
_WHOLE = re.compile("|".join(FAMILIES.values()))
_NONE = re.compile("|".join(NO_IDS))


class Citation(NamedTuple):
    """A citation `what` in a line of a file; `path` is relative to the repository."""

    what: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def sources() -> Iterator[Path]:
    """Yield every text that may cite: code, tests, dialplans, images, documents.

    The finder itself is left out.
    """
    yield from sorted(ROOT.glob("*.md"))
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES and SELF not in path.parents:
                yield path


def ids_of(text: str) -> Iterator[tuple[str, int]]:
    """Yield each id of a family, as its anchor is called, with its line."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in tokens_of(line):
            if _WHOLE.fullmatch(found):
                yield found, number
        for case in FIELD_CASE.findall(line):
            yield f"field-case-{case}", number


def strangers_of(text: str) -> Iterator[tuple[str, int]]:
    """Yield each token that looks like an id, belongs to no family, and is no exception."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in tokens_of(line):
            if not _WHOLE.fullmatch(found) and not _NONE.fullmatch(found):
                yield found, number


def tokens_of(line: str) -> list[str]:
    return LOOKS_LIKE_AN_ID.findall(_LINTER_CODES.sub("", line))


def cited(path: Path) -> Iterator[Citation]:
    yield from located(path, ids_of(path.read_text("utf-8")))


def strangers(path: Path) -> Iterator[Citation]:
    yield from located(path, strangers_of(path.read_text("utf-8")))


def located(path: Path, found: Iterator[tuple[str, int]]) -> Iterator[Citation]:
    shown = path.relative_to(ROOT).as_posix()
    return (Citation(what, shown, line) for what, line in found)
