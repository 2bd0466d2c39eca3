"""Markdown pages: their anchors, as GitHub makes them, and their links."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.citations import ROOT

RULES = ROOT / "docs" / "rules"

_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_EXPLICIT = re.compile(r'<a id="([^"]+)"></a>')
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_LINKED = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PATH = re.compile(r"(?:dialer|dialplans|docker|docs|tests)/[\w./*-]*")


def pages() -> list[Path]:
    """Return README and its like, and everything in docs."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def anchors(text: str) -> list[str]:
    """Return every place that a link can lead to, in no order; repeated ones stand twice."""
    prose = _FENCED.sub("", text)
    return [*_EXPLICIT.findall(prose), *(slug(heading) for heading in _HEADING.findall(prose))]


def explicit(text: str) -> list[str]:
    return _EXPLICIT.findall(_FENCED.sub("", text))


def slug(heading: str) -> str:
    """Return the anchor of a heading: small letters, hyphens for spaces, no punctuation."""
    plain = _LINKED.sub(r"\1", _EXPLICIT.sub("", heading)).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def links(text: str) -> Iterator[str]:
    """Yield the targets of all links but those in code."""
    yield from _LINK.findall(_CODE.sub("", _FENCED.sub("", text)))


def paths(text: str) -> Iterator[str]:
    """Yield the files and folders of the repository that stand in code spans.

    A `*` stands for any name.
    """
    for span in _CODE.findall(_FENCED.sub("", text)):
        if _PATH.fullmatch(span.strip("`")):
            yield span.strip("`")


def broken(page: Path, target: str) -> str | None:
    """Return why a link of `page` leads nowhere.

    None where it leads somewhere, or out of the repository.
    """
    if re.match(r"[a-z]+:", target):
        return None
    where, _, anchor = target.partition("#")
    path = (page.parent / where).resolve() if where else page
    if not path.exists():
        return f"there is no {where}"
    if not path.is_relative_to(ROOT):
        return f"{where} lies outside of the repository"
    if anchor and (path.suffix != ".md" or anchor not in anchors(path.read_text("utf-8"))):
        return f"{where or page.name} has no place {anchor}"
    return None
