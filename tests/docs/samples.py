"""The pages of the manual, and the samples and tables on them.

The words after the language of a sample say how it is tried: `sh` is run in the page's own home, in
order; the commands of `sh parse` are parsed only; `file=NAME` is saved under that name; `part=NAME`
is a piece of such a file.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from tests.docs.citations import ROOT

README = ROOT / "README.md"
MANUAL = ROOT / "docs"
_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample. `line`: where it begins. `language`, and the words after it."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str | None:
        return self._named("file")

    @property
    def part(self) -> str | None:
        """Return the file that it is a piece of."""
        return self._named("part")

    @property
    def run(self) -> bool:
        return self.language == "sh" and "parse" not in self.words

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def _named(self, key: str) -> str | None:
        found = [word.partition("=")[2] for word in self.words if word.startswith(f"{key}=")]
        return found[0] if found else None


def pages() -> list[Path]:
    return [README, *sorted(MANUAL.glob("*.md"))]


def samples(page: Path) -> list[Sample]:
    text = page.read_text("utf-8")
    found = []
    for fence in _FENCE.finditer(text):
        language, *words = fence[2].split() or [""]
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Sample(page, line, language, tuple(words), textwrap.dedent(fence[3])))
    return found


def rows(page: Path, heading: str, first: str) -> dict[str, list[str]]:
    """Return the rows of a table by their first cell, code marks taken off.

    The first table under `heading` whose first column is `first`.
    """
    section = page.read_text("utf-8").partition(f"\n{heading}\n")[2]
    lines = iter(section.splitlines())
    for line in lines:
        if line.startswith(f"| {first} |"):
            break
    next(lines)
    found: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith("|"):
            break
        key, *cells = (cell.strip() for cell in _CELL.split(line)[1:-1])
        assert key not in found, f"{page.name}: {key} stands twice"
        found[key.strip("`")] = cells
    assert found, f"{page.name} has no table of a {first} under {heading!r}"
    return found
